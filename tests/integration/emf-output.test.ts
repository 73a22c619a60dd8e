import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('../../lib/telemetry/emf-lines.ts', import.meta.url));

/**
 * A process that writes numbered metrics. Some have a text after them, and some follow a line that other code
 * wrote to the stream. Then it blocks its thread while the reader empties the pipe, so that the stream cannot
 * write the rest.
 */
const WRITER = `
import { EmfWriter } from ${JSON.stringify(MODULE)};
const [, count, length] = process.argv;
const writer = new EmfWriter();
const dimensions = { model: 'é'.repeat(Number(length)) };
for (let i = 0; i <= Number(count); i++) {
  if (i === Number(count)) {
    process.stderr.write('written\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  if (i % 11 === 5) process.stdout.write(i + ' stream\\n');
  writer.write([{ key: 'rowsAccepted', dimensions, value: i }], i % 7 === 3 ? i + ' text\\n' : '');
}
`;

function expectedLines(count: number): string[] {
  return Array.from({ length: count + 1 }, (_, i) => [
    ...(i % 11 === 5 ? [`${i} stream`] : []),
    `${i} metric`,
    ...(i % 7 === 3 ? [`${i} text`] : []),
  ]).flat();
}

/** Describes a metric by its value. JSON.parse throws for a broken line. */
function summary(line: string, length: number): string {
  if (!line.startsWith('{')) return line;
  const { RowsAccepted, model } = JSON.parse(line);
  return model === 'é'.repeat(length) ? `${RowsAccepted} metric` : 'another model';
}

/** The output, read only after the writer has written everything or waits for the reader. */
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

describe('metrics on a pipe', () => {
  it.each([
    ['what the pipe takes at once', 20, 1],
    ['more lines than it takes', 500, 2500],
    ['a line that it takes a part of', 5, 500_000],
  ])('are not lost, broken or reordered when nobody reads for a while: %s', async (_, count, length) => {
    const text = await arrived(count, length);
    expect(text.endsWith('\n')).toBe(true);
    const lines = text.split('\n').slice(0, -1);
    expect(lines.map((line) => summary(line, length))).toEqual(expectedLines(count));
  });
});
