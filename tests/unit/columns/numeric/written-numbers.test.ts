import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_FORMAT } from '../../../../lib/columns/numeric/number-format.ts';
import {
  decimalOf,
  isSaid,
  numberFormatOf,
  type WrittenNumbers,
  writeNumber,
  writtenNumbersOf,
} from '../../../../lib/columns/numeric/written-numbers.ts';

const written = (format: Partial<WrittenNumbers>): WrittenNumbers => ({
  decimal: '.',
  group: '',
  unit: '',
  unit_stands: 'before',
  parentheses: false,
  ...format,
});

const DOLLARS = written({ unit: '$', group: ',' });
const EUROS = written({ unit: '\u20ac', unit_stands: 'after', decimal: ',', group: '.' });
const PERCENT = written({ unit: '%', unit_stands: 'after' });
const ACCOUNTS = written({ parentheses: true, group: ',' });
const SPACED = written({ group: ' ', decimal: ',' });

describe('writeNumber', () => {
  it.each([
    [1234.5, DOLLARS, '$1,234.50'],
    [-1234567, DOLLARS, '-$1,234,567'],
    [999, DOLLARS, '$999'],
    [1234.5, EUROS, '1.234,50\u20ac'],
    [12.5, PERCENT, '12.5%'],
    [-5, ACCOUNTS, '(5)'],
    [1234567.125, SPACED, '1 234 567,125'],
  ])('writes %d as the file does: %j', (value, format, text) => {
    expect(writeNumber(value, format)).toBe(text);
  });

  it('writes text that reads back as the same number', () => {
    const formats = fc.constantFrom(DOLLARS, EUROS, PERCENT, ACCOUNTS, SPACED);
    const values = fc.oneof(
      fc.integer(),
      fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
      fc.double({ min: -1e15, max: -1e-6, noNaN: true }),
    );
    fc.assert(
      fc.property(values, formats, (value, format) => {
        expect(Number(decimalOf(writeNumber(value, format), format))).toBe(value);
      }),
    );
  });
});

describe('writtenNumbersOf', () => {
  it('is undefined for plain decimals, and complete for other formats', () => {
    expect(writtenNumbersOf(PLAIN_FORMAT)).toBeUndefined();
    const comma = { ...PLAIN_FORMAT, decimal: ',' as const };
    expect(numberFormatOf(writtenNumbersOf(comma)!)).toEqual(comma);
    expect(writtenNumbersOf(numberFormatOf(EUROS))).toEqual(EUROS);
  });

  it('says a format that has a name, but not a decimal comma alone', () => {
    expect([DOLLARS, EUROS, PERCENT, ACCOUNTS, SPACED].every(isSaid)).toBe(true);
    expect(isSaid(written({ decimal: ',' }))).toBe(false);
    expect(isSaid(undefined)).toBe(false);
  });
});
