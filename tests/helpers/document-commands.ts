import { spawn } from 'node:child_process';
import type { Fence } from './documents.ts';

/**
 * The kinds of fenced blocks in a document. A test runs the commands that need only the project, exactly as
 * written; other commands need things that a test's machine may lack. CONTRIBUTING.md has this list for
 * people.
 */
export const FENCE_MARKS: Readonly<Record<string, { readonly isRun: boolean }>> = {
  /** In a folder like the project's. */
  'sh run': { isRun: true },
  /** The same, beside `npm start`. */
  'sh stack': { isRun: true },
  /** The same, beside `npm start -- --auth`. */
  'sh auth': { isRun: true },
  /** By `npm run test:clients`, where the language is installed. */
  'sh client': { isRun: true },
  'python client': { isRun: true },
  'js client': { isRun: true },
  'r client': { isRun: true },
  'sh network': { isRun: false },
  'sh aws': { isRun: false },
  'sh docker': { isRun: false },
  /** Takes minutes, or cannot run inside a test: the tests and benchmarks. */
  'sh long': { isRun: false },
  /** The output of the commands above it. `...` stands for text that differs between runs. */
  'text output': { isRun: false },
  'json output': { isRun: false },
  /** The output of `npm start`. */
  'text output=start': { isRun: false },
  /** The recorded output of a benchmark. */
  'text record': { isRun: false },
  /** Text that a person writes, or a drawing. */
  json: { isRun: false },
  text: { isRun: false },
  ts: { isRun: false },
};

/** The output that a document shows of its commands. */
export function outputOf(fences: readonly Fence[], index: number): Fence | undefined {
  const next = fences[index + 1];
  return next?.mark.endsWith(' output') ? next : undefined;
}

/**
 * Runs commands as a person pastes them into a shell.
 *
 * @returns their output, without npm's own lines
 * @throws Error with their output when one of them fails, or all take longer than a minute
 */
export async function runCommands(text: string, folder: string): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${text}`], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`ended with ${code}:\n${text}\n\n${output}`);
  return output.replaceAll(/^\n?> .*\n/gm, '').trim();
}

/** A pattern of a shown output: `...` stands for any text within a line; alone on a line, for any lines. */
export function outputPattern(text: string): RegExp {
  const escaped = (line: string) => line.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const lines = text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '...' ? '[^]*' : line.split('...').map(escaped).join('.*')));
  return new RegExp(`^${lines.join('\n')}$`);
}

/** An answer with "..." wherever the document has it. */
export function maskedLike(shown: unknown, answer: unknown): unknown {
  if (shown === '...') return answer === undefined ? undefined : '...';
  if (Array.isArray(answer))
    return answer.map((item, i) => maskedLike(Array.isArray(shown) ? shown[i] : undefined, item));
  if (typeof answer !== 'object' || answer === null) return answer;
  const expected = (typeof shown === 'object' && shown !== null ? shown : {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, maskedLike(expected[name], value)]),
  );
}
