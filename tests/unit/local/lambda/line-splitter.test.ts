import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../../lib/local/lambda/line-splitter.ts';

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

describe('LineSplitter', () => {
  it('yields the same lines however the bytes are cut', () => {
    const bytes = Buffer.from('grüße 👩‍🔬\r\n\nlast without an end');
    const expected = ['grüße 👩‍🔬', '', 'last without an end'];
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(linesOf(chunks)).toEqual(expected);
    }
  });

  it('never cuts a long line inside a character', () => {
    const text = `x${'👩'.repeat(200_000)}`;
    const lines = linesOf([Buffer.from(text)]);
    expect(lines.length).toBe(2);
    expect(lines[0]).toHaveLength(256 * 1024 - 1);
    expect(lines.join('')).toBe(text);
  });

  it('yields no line for no bytes', () => {
    expect(linesOf([])).toEqual([]);
    expect(linesOf([Buffer.from('\n')])).toEqual(['']);
  });
});
