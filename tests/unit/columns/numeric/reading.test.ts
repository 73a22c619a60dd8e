import { describe, expect, it } from 'vitest';
import { gapTexts } from '../../../../lib/columns/gaps.ts';
import { numericReading } from '../../../../lib/columns/numeric/reading.ts';
import type { ReadingContext } from '../../../../lib/columns/reading.ts';
import { ColumnTexts } from '../../../../lib/dataset/understand/column-texts.ts';

const { texts, numbers } = gapTexts({});
const context: ReadingContext = {
  gaps: new Set(['', ...texts]),
  numberGaps: new Set(['', ...numbers]),
  decimal: '.',
  mayBeDecimalComma: false,
};

function nearMiss(...cells: readonly string[]) {
  const column = new ColumnTexts(new Uint8Array(0));
  for (const cell of cells) column.addText(cell);
  expect(numericReading.infer(column, context)).toBeUndefined();
  return numericReading.nearMiss(column, context);
}

describe('a column that looks like numbers', () => {
  it('is one of accounts when the contract says so, which the note names as it can be pasted', () => {
    const note = nearMiss('1.5', '(2.5)', '(3)', '4', '(5.25)', '(6)')!;
    expect(note.message).toContain('"(2.5)", some of them in parentheses');
    expect(note.fix('a "b"')).toContain(
      '"columns": [{"name": "a \\"b\\"", "type": "numeric", "format": "accounting"}]',
    );
  });

  it.each([
    ['12 kg', '3.5 kg', '4 kg'],
    ['12cm', '3.5cm', '4m'],
    ['12 \u00b0C', '3 \u00b0C', '7 \u00b0C'],
  ])('may have a unit that is not read: %s', (...cells) => {
    const note = nearMiss(...cells)!;
    expect(note.message).toContain('with a unit');
    expect(note.fix('mass')).toContain("the unit into the column's name");
    expect(note.fix('mass')).not.toContain('schema.json');
  });

  it('may be written in several ways', () => {
    const note = nearMiss('$1.5', '2.5 EUR', '3%', '4', '5 USD')!;
    expect(note.message).toContain('not written in one consistent way');
    expect(note.fix('price')).not.toContain('schema.json');
  });

  it('is not reported when it holds texts', () => {
    expect(nearMiss('a', 'b', '1')).toBeUndefined();
  });
});
