import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockStarts, blockBytes } from '../../../lib/batch/block-starts.ts';
import { cutLots } from '../../../lib/batch/cut-lots.ts';
import { SegmentPass } from '../../../lib/batch/quote-state.ts';
import { RFC_4180 } from '../../../lib/dataset/csv/grammar.ts';

/** The lines on which blocks begin in a text, which is read in chunks. */
function blockLines(text: string, size: number, place: { from: number; line: number }, chunk: number) {
  const blocks = new BlockStarts(RFC_4180, size, place);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) blocks.add(bytes.subarray(at, at + chunk));
  const lines: number[] = [];
  const last = place.line + text.split('\n').length;
  for (let line = place.line; line <= last; line++) if (blocks.passes(line)) lines.push(line);
  return lines;
}

describe('the blocks of a text', () => {
  it('begin with the first record beyond each multiple of their size, never within quotes', () => {
    const text = 'aaa\nbbb\n"c\nc"\nddd\neee\n';
    expect(blockLines(text, 8, { from: 0, line: 1 }, 3)).toEqual([5, 6]);
    expect(blockLines(text, 1000, { from: 0, line: 1 }, 3)).toEqual([]);
  });

  it('are the same in lots of any number of blocks as in the whole', () => {
    const text = fc.stringMatching(/^[ab",\n\r]{0,80}$/);
    const small = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(text, small, small, small, small, (csv, size, share, maxLots, chunk) => {
        const pass = new SegmentPass(RFC_4180, size * share);
        pass.add(Buffer.from(csv));
        const lots = cutLots(pass.finish(), { from: 0, line: 1 }, maxLots);
        const whole = blockLines(csv, size, { from: 0, line: 1 }, chunk);
        const inLots = lots.flatMap(({ from, to, line }, at) => {
          const own = blockLines(csv.slice(from, to), size, { from, line }, chunk);
          // What begins after the last byte of a lot is the next one's.
          const within = own.filter((start) => at === lots.length - 1 || start < lots[at + 1]!.line);
          return at === 0 ? within : [line, ...within];
        });
        expect(inLots).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  it('grow with the number of columns', () => {
    expect(blockBytes(10)).toBe(4 * 1024 ** 2);
    expect(blockBytes(1000)).toBe(1000 * 16 * 1024);
  });
});
