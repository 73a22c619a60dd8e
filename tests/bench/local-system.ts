import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FREE_PORTS = [
  'port',
  's3-port',
  'dynamodb-port',
  'cloudwatch-port',
  'lambda-port',
  'stepfunctions-port',
].flatMap((flag) => [`--${flag}`, '0']);

/** The system of `npm start` in a separate process, ready, with an empty state and free ports. */
export interface LocalSystem {
  /** The addresses of the ready line, with IP addresses instead of names. */
  readonly urls: Readonly<Record<'Predict' | 'S3' | 'DynamoDB', string>>;
  readonly pid: number;
  /** The time of its first line, on this process's monotonic clock. */
  readonly firstLineMs: number;
  /** Stops it and deletes its state. */
  stop(): Promise<void>;
}

/**
 * Starts the built system with the data of data/raw.
 *
 * @throws Error when it ends before it is ready
 */
export async function startLocalSystem(): Promise<LocalSystem> {
  const state = await mkdtemp(join(tmpdir(), 'classifier-bench-'));
  const main = join(ROOT, 'dist/local/main.mjs');
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=2', main, '--json', '--state', state, ...FREE_PORTS],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(state, { recursive: true, force: true });
  };
  let firstLineMs: number | undefined;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    firstLineMs ??= performance.now();
    const { event, urls } = JSON.parse(line.replaceAll('localhost', '127.0.0.1')) as ReadyLine;
    if (event !== 'ready') continue;
    // Its later output must not fill the pipe and block it.
    child.stdout.resume();
    return { urls, pid: child.pid!, firstLineMs, stop };
  }
  await stop();
  throw new Error('the local system ended before it was ready');
}

interface ReadyLine {
  readonly event: string;
  readonly urls: LocalSystem['urls'];
}

/**
 * Builds the bundles that `startLocalSystem` starts.
 *
 * @throws Error when the build fails; its messages have been printed
 */
export function build(): void {
  const built = spawnSync(process.execPath, ['esbuild.config.mjs', '--quiet'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('the build failed');
}
