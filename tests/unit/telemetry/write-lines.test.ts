import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeLines } from '../../../lib/telemetry/write-lines.ts';

const MODULE = fileURLToPath(new URL('../../../lib/telemetry/write-lines.ts', import.meta.url));

/**
 * A process that writes lines by number, each in one call; some of them through the stream, and some with a text behind them. Then it
 * lets its reader empty the pipe, but not its stream have the rest written, and goes on.
 */
const WRITER = `
import { writeLines } from ${JSON.stringify(MODULE)};
const [, count, length] = process.argv;
const padding = 'x'.repeat(Number(length));
const bytes = Buffer.alloc(padding.length + 20);
for (let i = 0; i <= Number(count); i++) {
  if (i === Number(count)) {
    process.stderr.write('written\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  const text = i % 7 === 3 ? i + ' text\\n' : '';
  if (i % 11 === 5) process.stdout.write(i + ' stream\\n');
  writeLines(bytes, bytes.write(i + ' é ' + padding + '\\n'), text);
  bytes.fill('?');
}
`;

function expectedLines(count: number, length: number): string {
  const padding = 'x'.repeat(length);
  let lines = '';
  for (let i = 0; i <= count; i++) {
    if (i % 11 === 5) lines += `${i} stream\n`;
    lines += `${i} é ${padding}\n`;
    if (i % 7 === 3) lines += `${i} text\n`;
  }
  return lines;
}

/** What arrives, by a reader that only begins when the writer has written everything or waits for it. */
async function arrived(count: number, length: number): Promise<string> {
  const options = ['--input-type=module', '--disable-warning=ExperimentalWarning'];
  const child = spawn(
    process.execPath,
    [...options, '--experimental-strip-types', '-e', WRITER, String(count), String(length)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    errors += chunk;
  });
  await Promise.race([once(child.stderr, 'data'), closed, delay(5000)]);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await closed;
  expect({ code, errors }).toEqual({ code: 0, errors: 'written\n' });
  return text;
}

describe('writeLines', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ['what the pipe takes at once', 20, 1],
    ['more lines than it takes', 500, 5000],
    ['a line that it takes a part of', 5, 1_000_000],
  ])('loses, breaks and reorders nothing when nobody reads for a while: %s', async (_, count, length) => {
    // Compared by equality first: a difference of megabytes takes minutes to print.
    const text = await arrived(count, length);
    const expected = expectedLines(count, length);
    expect(text.length).toBe(expected.length);
    expect(text === expected).toBe(true);
  });

  it('gives everything to who took the place of the stream', () => {
    const written: unknown[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(chunk) > 0);
    const bytes = Buffer.from('a line\nno more of it');
    writeLines(bytes, 7, '');
    writeLines(bytes, 7, 'a text\n');
    expect(written).toEqual(['a line\n', 'a line\na text\n']);
  });
});
