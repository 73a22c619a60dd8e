import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ROOT } from './documents.ts';

/** The addresses that documents show, by the names under which `npm start` prints them. */
const SHOWN = {
  Predict: 'localhost:8000',
  S3: '127.0.0.1:9000',
  DynamoDB: '127.0.0.1:9001',
  CloudWatch: '127.0.0.1:9002',
  Lambda: '127.0.0.1:9003',
} as const;

const FREE_PORTS = [
  'port',
  's3-port',
  'dynamodb-port',
  'cloudwatch-port',
  'lambda-port',
  'stepfunctions-port',
].flatMap((flag) => [`--${flag}`, '0']);

/** `npm start` as a reader has it, on free ports and with its state in a folder of its own. */
export interface StartedSystem {
  /** What it printed until it was ready, with the addresses of the documents. */
  readonly printed: string;
  /** A document's text with the addresses of this run. */
  here(text: string): string;
  stop(): Promise<void>;
}

/** @throws Error with what it printed when it ends before it is ready */
export async function startAsShown(folder: string, ...options: string[]): Promise<StartedSystem> {
  const main = join(ROOT, 'dist/local/main.mjs');
  const args = ['--max-semi-space-size=2', main, '--state', '.local', ...FREE_PORTS, ...options];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  const text = await readUntilReady(child.stdout);
  child.stdout.resume();
  const used = Object.entries(SHOWN).map(([name, shown]) => {
    const own = new RegExp(`^ +${name} +http://([\\w.]+:\\d+)`, 'm').exec(text)?.[1];
    return { shown, own };
  });
  if (used.some(({ own }) => own === undefined)) {
    await stop();
    throw new Error(`npm start printed other addresses than expected:\n${text}`);
  }
  return {
    printed: used.reduce((all, { shown, own }) => all.replaceAll(own!, shown), text),
    here: (given) => used.reduce((all, { shown, own }) => all.replaceAll(shown, own!), given),
    stop,
  };
}

async function readUntilReady(stdout: Readable): Promise<string> {
  let text = '';
  stdout.setEncoding('utf8');
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    text += chunk;
    const end = text.indexOf('\nTry it:');
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error(`npm start ended before it was ready:\n${text}`);
}
