import { describe, expect, it } from 'vitest';
import { CsvText } from '../../../../lib/dataset/csv/csv-text.ts';
import { RFC_4180 } from '../../../../lib/dataset/csv/grammar.ts';

const csv = new CsvText(RFC_4180);
/** The cell that a reader of the field sees. */
const cellOf = (text: string) => {
  const field = csv.field(text);
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
};
const everyCharacter = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));

describe('a field', () => {
  const signs = everyCharacter.filter((character) =>
    ['=', '+', '-', '@'].includes(character.normalize('NFKC')),
  );
  const blanks = everyCharacter.filter((character) => /[\s\p{Cc}\p{Cf}]/u.test(character));

  it('gets an apostrophe before every sign that is one by compatibility', () => {
    expect(signs).toEqual(expect.arrayContaining(['=', '＝', '+', '＋', '-', '－', '@', '＠']));
    for (const sign of signs) expect(cellOf(`${sign}1+A1`)).toBe(`'${sign}1+A1`);
  });

  it('gets one whatever blank or hidden character is before the sign', () => {
    expect(blanks).toEqual(
      expect.arrayContaining([' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\ufeff', '\u3000']),
    );
    for (const blank of blanks) {
      const text = `${blank}${blank}=HYPERLINK("x")`;
      expect(cellOf(text)).toBe(`'${text}`);
    }
    for (const text of ['\t1', '\rx']) expect(cellOf(text)).toBe(`'${text}`);
  });

  it('stays as it is when it is a number or a plain text', () => {
    for (const text of ['-1.5', '+2', ' -3', '-4 ', '  +1e5 ', 'a=b', ' x', '5 - 3', '－'.slice(1), 'é'])
      expect(cellOf(text)).toBe(text);
    const written = ['-1,5', '-1.234,50', "-1'000", '-1 000,5', '+12,5 %', '-$5', '-€ 1.000', '-5€'];
    for (const text of written) expect(cellOf(text)).toBe(text);
    for (const text of ['-1,2+A1', '+1-1', '-1(2)', '-A1', '+1!A1', '-1:2', '-1%%', '-1;2', '-1|x'])
      expect(cellOf(text)).toBe(`'${text}`);
    for (const text of ['-1x', ' -x', '--1']) expect(cellOf(text)).toBe(`'${text}`);
  });
});
