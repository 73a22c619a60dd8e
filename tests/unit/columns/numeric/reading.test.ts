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
  decimalBy: undefined,
  mayBeDecimalComma: false,
};

const sampleOf = (cells: readonly string[]) => {
  const column = new ColumnTexts(Buffer.from(`${cells.join(' ')} `));
  let at = 0;
  for (const cell of cells) {
    column.add(at, at + cell.length);
    at += cell.length + 1;
  }
  return column;
};

describe('a number that stands for no value', () => {
  const notesOf = (...others: string[]) => {
    const cells = Array.from({ length: 40 }, (_, i) => String((i * 7) % 41));
    return numericReading.infer(sampleOf([...cells, ...others]), context)!.notes;
  };

  it('is all nines, occurs again, and is far from all others', () => {
    const [note] = notesOf('-999', '-999', '-999.0', '9999', '9999', '9999');
    expect(note).toMatchObject({ code: 'sentinel', message: expect.stringContaining('"-999"') });
    expect(note!.fix('a')).toContain('"missing_tokens": ["-999","-999.0","9999"]');
  });

  it.each([
    [['999', '999']],
    [['60', '60', '60']],
    [['1234', '1234', '1234', '1234']],
    [['99', '99', '99', '150', '-20']],
  ])('is not one of %s', (others) => {
    expect(notesOf(...others)).toEqual([]);
  });
});

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
    ['12 years', '3.5 years', '7 years'],
    ['1,234 square metres', '3 square metres', '12,345.5 square metres'],
    ['5\'11"', '6\'2"', '5\'9"'],
    ['1h 30m', '2h 5m', '12h 0m'],
    ['12k', '1.5M', '3k'],
    ['\u20ac110.5M', '\u20ac900K', '\u20ac0'],
    ['$1.2 million', '$3 million', '$12.5 million'],
    ['45\u00b012\'30"N', '45\u00b09\'5"N', '46\u00b00\'1"N'],
  ])('may have a unit that is not read: %s', (...cells) => {
    const note = nearMiss(...cells)!;
    expect(note.message).toContain('with a unit');
    expect(note.fix('mass')).toContain("the unit into the column's name");
    expect(note.fix('mass')).not.toContain('schema.json');
  });

  it.each([
    ['41.88, -87.63', '(41.9,-87.5)', '41 -87.25'],
    ['1.5;2;3', '0.5;1;1', '[2; 2.5; 1]'],
  ])('may have several in a cell: %s', (...cells) => {
    const note = nearMiss(...cells)!;
    expect(note.message).toContain('several of them in a cell');
    expect(note.fix('place')).toContain('a column of its own');
  });

  it('may be written in several ways', () => {
    const note = nearMiss('$1.5', '2.5 EUR', '3%', '4', '5 USD')!;
    expect(note.message).toContain('not written in one consistent way');
    expect(note.fix('price')).not.toContain('schema.json');
  });

  it.each([
    ['the minus sign', '\u22121.5', '2', '\u22123'],
    ['an en dash as minus', '\u20131.5', '2', '\u20133'],
    ['a minus behind', '1.5-', '2', '3-'],
    ['Arabic digits', '\u0661\u066b\u0665', '\u0662', '\u0663'],
    ['full-width digits', '\uff11', '\uff12', '\uff13\uff14'],
    ['Devanagari digits', '\u0967\u0968', '\u0969', '\u096a'],
    ['lakhs', '1,23,456', '12,34,567', '1,23,45,678'],
    ['typographic apostrophes', '1\u2019234', '2\u2019345', '3\u2019456'],
    ['about', '~5', '~7', '\u2248 8'],
    ['limits of detection', '<5', '<0.7', '>8'],
    ['stars of significance', '5.1*', '7.25**', '-8***'],
    ['footnotes', '5.1\u2020', '7.25[1]', '8[a]'],
    ['an error behind', '5.1 \u00b1 0.2', '7\u00b11', '8 +/- 0.5'],
    ['an interval in brackets', '5.1 (4.2 to 6.0)', '7 [6, 8]', '8.0 (7.1\u20139)'],
    ['a share in brackets', '12 (34%)', '7 (20.5%)', '8 (1%)'],
    ['marks out of five', '4.1/5', '3/5', '5 out of 5'],
    ['exponents of Fortran', '0.12D+03', '1.5d-2', '7.D0'],
    ['powers of ten', '1.2x10^3', '3\u00d710-2', '5*10**7'],
    ['digits as in programs', '1_000', '12_345_678', '950'],
    ['currencies without a sign', 'Rs. 1,200', 'Rs 950', 'Rs. 12'],
  ])('may be written with %s, which is not read', (_, ...cells) => {
    const note = nearMiss(...cells)!;
    expect(note.message).toContain('with spaces, digits, signs, groups or remarks that are not read');
    expect(note.fix('mass')).toContain('-1234.5');
  });

  it.each([
    ['texts', 'a', 'b', '1'],
    ['addresses', '12 Main Street', '3 Oak Avenue', '7 Mill Lane'],
    ['lists of integers', '1, 2', '3, 4', '10 11'],
    ['phones', '555-1234', '555-9876', '555-4567'],
    ['addresses of machines', '10.0.0.1', '10.0.0.2', '192.168.1.1'],
    ['codes', 'A12', 'B13', 'C4'],
    ['places of post', ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter, i) => `${1234 + i} ${letter}S`)],
    ['fractions', '120/80', '130/85', '110/70'],
    ['names with years', 'Alien (1979)', 'Heat (1995)', '7 (film)'],
    ['parts', '12-345', '7-891', '3-3'],
  ])('is not reported when it holds %s', (_, ...cells) => {
    expect(nearMiss(...cells)).toBeUndefined();
  });
});
