import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/local/main.mjs', import.meta.url));
export const FREE_PORTS = [
  'port',
  's3-port',
  'dynamodb-port',
  'cloudwatch-port',
  'lambda-port',
  'stepfunctions-port',
].flatMap((flag) => [`--${flag}`, '0']);

/** `npm start`, once it is ready. */
export interface Started {
  readonly process: ChildProcess;
  readonly urls: Record<'Predict' | 'Health' | 'S3' | 'DynamoDB', string>;
  readonly tryIt: readonly string[];
}

/** What a test started and made ends with it. */
const started: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of started.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'classifier-'));
  folders.push(folder);
  return folder;
}

/** Starts it on arguments of one's own. */
export function run(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

/**
 * Starts it on a state folder and free ports. @throws Error with what it wrote to stderr when it ends before
 * it is ready
 */
export async function start(folder: string, ...args: string[]): Promise<Started> {
  const child = run('--json', '--state', folder, ...FREE_PORTS, ...args);
  let complaint = '';
  child.stderr!.on('data', (chunk) => {
    complaint += chunk;
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const event = JSON.parse(line) as { event: string } & Omit<Started, 'process'>;
    if (event.event === 'ready') {
      child.stdout!.resume();
      return { process: child, urls: event.urls, tryIt: event.tryIt };
    }
  }
  throw new Error(`it ended before it was ready: ${complaint}`);
}

/** How it ends, and all that it printed. */
export async function outcome(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Asks for a prediction of the seeded default model. */
export async function predict({ urls }: Started, headers: Record<string, string> = {}) {
  const answer = await fetch(urls.Predict, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"features":[5.1,3.5,1.4,0.2]}',
  });
  return { status: answer.status, body: await answer.json() };
}
