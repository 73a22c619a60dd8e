import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Level } from 'level';
import type { DeadLetter } from '../../../lib/local/lambda/dead-letters.ts';
import type { LambdaMetric } from '../../../lib/local/lambda/function-metrics.ts';
import {
  type FunctionDefinition,
  type LambdaHost,
  type LambdaHostOptions,
  openLambdaHost,
} from '../../../lib/local/lambda/host.ts';

/** What a host reported while it ran. */
interface HostOutput {
  readonly lines: { functionName: string; line: string; stream: string }[];
  readonly metrics: LambdaMetric[];
  readonly deadLetters: DeadLetter[];
  readonly errors: unknown[];
}

/** A running host with its own state, and how to end both. */
export interface OpenHost extends HostOutput {
  readonly host: LambdaHost;
  readonly folder: string;
  readonly url: string;
  close(): Promise<void>;
}

/** A definition of a function whose bundle is a fixture, small enough to run twenty at once. */
export function fixture(file: string, changes: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    name: file,
    bundle: fileURLToPath(new URL(`./${file}.mjs`, import.meta.url)),
    environment: {},
    timeoutSeconds: 10,
    memorySizeMb: 256,
    maxConcurrency: 2,
    ...changes,
  };
}

/** A new folder for one test. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'local-lambda-'));
}

/** Opens and starts a host on `folder`, which stays after closing. */
export async function openHostOn(
  folder: string,
  functions: readonly FunctionDefinition[],
  options: Partial<LambdaHostOptions> = {},
): Promise<OpenHost> {
  const output: HostOutput = { lines: [], metrics: [], deadLetters: [], errors: [] };
  const database = new Level<string, string>(join(folder, 'state'));
  const host = await openLambdaHost({
    database,
    deadLetterDirectory: join(folder, 'dead-letters'),
    region: 'eu-central-1',
    accountId: '123456789012',
    functions,
    retryDelaysMs: [20, 40],
    onLogLine: (functionName, line, stream) => output.lines.push({ functionName, line, stream }),
    onMetric: (metrics) => output.metrics.push(...metrics),
    onDeadLetter: (deadLetter) => output.deadLetters.push(deadLetter),
    onError: (error) => output.errors.push(error),
    ...options,
  });
  await new Promise<void>((resolve) => host.server.listen(0, '127.0.0.1', resolve));
  await host.start();
  const { port } = host.server.address() as AddressInfo;
  const close = async () => {
    await host.close();
    await new Promise((resolve) => host.server.close(resolve));
    await database.close();
  };
  return { ...output, host, folder, url: `http://127.0.0.1:${port}`, close };
}

/** Opens and starts a host on a new folder, which is deleted after closing. */
export async function openHost(
  functions: readonly FunctionDefinition[],
  options: Partial<LambdaHostOptions> = {},
): Promise<OpenHost> {
  const folder = await temporaryFolder();
  const open = await openHostOn(folder, functions, options);
  const close = async () => {
    await open.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...open, close };
}

/** Whether a process still exists. A zombie does not count. */
export async function runs(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') R');
  return status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3) !== 'Z';
}

/** Waits until `condition` holds, at most `withinMs`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
