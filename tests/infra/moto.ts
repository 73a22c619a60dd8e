import type { ChildProcess } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { InfraTestError, type Processes, textOf } from './processes.ts';

const INTERPRETING_MOTO = fileURLToPath(new URL('interpreting_moto.py', import.meta.url));

/** What moto does by default: functions and jobs run in Docker, and executions only end. */
const CONFIG = { stepfunctions: { execute_state_machine: true }, batch: { use_docker: false } };

/**
 * Starts an empty moto server, which also interprets state machines. It ends with the other processes.
 *
 * @param url where it is to answer
 * @param callsTo the URL to which its interpreter sends the calls of a state machine's steps
 * @throws InfraTestError when it ends, or does not answer within a minute
 */
export async function startMoto(processes: Processes, url: string, callsTo: string): Promise<void> {
  const args = [INTERPRETING_MOTO, '-H', '127.0.0.1', '-p', new URL(url).port];
  // The interpreter calls the port that this variable names, wherever moto itself listens.
  const env = { ...process.env, MOTO_PORT: new URL(callsTo).port };
  const server = processes.start('python3', args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  const stderr = textOf(server.stderr);
  if (await isAnswering(url, server)) {
    await fetch(`${url}/moto-api/config`, { method: 'POST', body: JSON.stringify(CONFIG) });
    return;
  }
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

/** The URL of a free port. */
export function freeUrl(): Promise<string> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(`http://127.0.0.1:${port}`));
    });
  });
}
