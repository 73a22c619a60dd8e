import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Stack, type StackOptions, startStack } from '../../lib/local/stack.ts';

/** The laptop's whole system on free ports, with its own state folder. */
export interface TestStack extends Stack {
  readonly stateFolder: string;
  /** Lines that functions wrote, without metrics. */
  readonly lines: { readonly functionName: string; readonly line: string }[];
  readonly problems: string[];
  /** Stops it and deletes its state. */
  dispose(): Promise<void>;
}

const BUNDLE_FOLDER = fileURLToPath(new URL('../../dist/functions/', import.meta.url));

const port = (name: string) => ({ port: 0, name, flag: `--${name}-port` });

/** @param stateFolder of an earlier stack, to start again with its state; by default a new one */
export async function startTestStack(
  stateFolder?: string,
  given: Pick<
    StackOptions,
    | 'allowedHosts'
    | 'auth'
    | 'authorizerTtlSeconds'
    | 'concurrency'
    | 'corsOrigins'
    | 'functionSettings'
    | 'maxWaitMs'
    | 'webhook'
  > = {},
): Promise<TestStack> {
  const folder = stateFolder ?? (await mkdtemp(join(tmpdir(), 'classifier-')));
  const lines: TestStack['lines'] = [];
  const problems: string[] = [];
  const stack = await startStack({
    host: '127.0.0.1',
    ports: {
      http: port('http'),
      s3: port('s3'),
      dynamodb: port('dynamodb'),
      cloudwatch: port('cloudwatch'),
      lambda: port('lambda'),
      stepFunctions: port('stepfunctions'),
    },
    ...given,
    stateFolder: folder,
    bundleFolder: BUNDLE_FOLDER,
    onLogLine: (functionName, line) => lines.push({ functionName, line }),
    onProblem: (message) => problems.push(message),
    onStateLost: (message) => problems.push(message),
  });
  return {
    ...stack,
    stateFolder: folder,
    lines,
    problems,
    async dispose() {
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Calls `probe` every 100 ms until it returns a value. Throws when the time is over, with its last result.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * The lines that functions logged with `text` in them, as soon as there are `count` or more. A function's
 * answer can arrive before the lines that it wrote first: they come by different ways.
 */
export const loggedLines = (stack: TestStack, text: string, count: number) =>
  eventually(`${count} log lines with ${text}`, async () => {
    const found = stack.lines.filter(({ line }) => line.includes(text));
    return found.length >= count ? found : undefined;
  });
