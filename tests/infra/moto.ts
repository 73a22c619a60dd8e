import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';

export interface Moto {
  readonly url: string;
  stop(): void;
}

/** Starts an empty moto server on a free port. @throws Error when it does not answer within a minute */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const stop = () => {
    server.kill();
  };
  try {
    await answering(url, server);
  } catch (error) {
    stop();
    throw error;
  }
  return { url, stop };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (server.exitCode === null && Date.now() < deadlineMs) {
    const isUp = await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`moto_server did not answer at ${url}`);
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
