import type { ChildProcess } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { InfraTestError, type Processes, textOf } from './processes.ts';

/**
 * Starts an empty moto server on a free port. It ends with the other processes.
 *
 * @returns its URL
 * @throws InfraTestError when it ends, or does not answer within a minute
 */
export async function startMoto(processes: Processes): Promise<string> {
  const port = await freePort();
  const args = ['-H', '127.0.0.1', '-p', String(port)];
  const server = processes.start('moto_server', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr = textOf(server.stderr);
  const url = `http://127.0.0.1:${port}`;
  if (await isAnswering(url, server)) return url;
  throw new InfraTestError(`moto_server: expected an answer at ${url}, got none\n${stderr()}`);
}

async function isAnswering(url: string, server: ChildProcess): Promise<boolean> {
  const deadlineMs = Date.now() + 60_000;
  while (server.exitCode === null && Date.now() < deadlineMs) {
    const isUp = await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
