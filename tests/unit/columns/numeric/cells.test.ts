import { describe, expect, it } from 'vitest';
import { numericCells } from '../../../../lib/columns/numeric/cells.ts';
import type { NumericCode } from '../../../../lib/columns/numeric/code.ts';

const code: NumericCode = {
  name: 'x',
  type: 'numeric',
  nullable: true,
  weight: 1,
  median: 0,
  center: 0,
  scale: 1,
  rank: null,
};
const none = new Float64Array(0);
const reading = (text: string, missing: readonly string[] = [''], decimal: '.' | ',' = '.') => {
  const bytes = Buffer.from(text);
  return numericCells.reader(code, none, new Set(missing), decimal)(text, bytes, 0, bytes.length);
};

describe('a cell of a number', () => {
  it('is a plain decimal, a gap, or refused with the reason', () => {
    expect(reading('-12.5e-1')).toBe(-1.25);
    expect(reading('')).toBeNull();
    expect(reading('1,5')).toMatchObject({ code: 'number', reason: 'expected a plain decimal number' });
    expect(reading('1e145')).toMatchObject({ code: 'range' });
    expect(reading('1e151')).toMatchObject({ code: 'range' });
  });

  it('may have a decimal comma in a file that marks decimals so', () => {
    expect(reading('-12,5', [''], ',')).toBe(-12.5);
    expect(reading('12.5', [''], ',')).toBe(12.5);
    expect(reading('1.234,5', [''], ',')).toMatchObject({ code: 'number' });
    expect(reading('1.234', [''], ',')).toMatchObject({
      code: 'number',
      reason: expect.stringContaining('thousands'),
    });
    expect(reading('0.234', [''], ',')).toBe(0.234);
    expect(reading('1.234')).toBe(1.234);
  });

  it('is a gap rather than a number, when a number means a gap', () => {
    expect(reading('-999', ['', '-999'])).toBeNull();
    expect(reading('-999')).toBe(-999);
    expect(reading('7', ['', '-999'])).toBe(7);
  });
});

describe('a cell of a number that the training data wrote in a way of its own', () => {
  const read = (text: string, format: NonNullable<NumericCode['written']>) => {
    const bytes = Buffer.from(text);
    return numericCells.reader({ ...code, written: format }, none, new Set(['', 'NA']), '.')(
      text,
      bytes,
      0,
      bytes.length,
    );
  };
  const shared = { unit_stands: 'after', parentheses: false } as const;
  const euros = { ...shared, decimal: ',', group: '.', unit: '\u20ac' } as const;
  const comma = { ...shared, decimal: ',', group: '', unit: '' } as const;

  it('is read only in that format', () => {
    expect(read('1.234,50 \u20ac', euros)).toBe(1234.5);
    expect(read('NA', euros)).toBeNull();
    expect(read('1234.5', euros)).toEqual({
      code: 'number',
      reason: 'expected a number written as 1.234,50\u20ac',
    });
    expect(read('1e200\u20ac', euros)).toMatchObject({ code: 'number' });
  });

  it('is also read as a plain decimal when only the decimal mark differs', () => {
    expect(read('1,5', comma)).toBe(1.5);
    expect(read('1.5', comma)).toBe(1.5);
    expect(read('', comma)).toBeNull();
    expect(read('x', comma)).toMatchObject({ code: 'number', reason: 'expected a plain decimal number' });
    expect(read('1e200', comma)).toMatchObject({ code: 'range' });
  });
});
