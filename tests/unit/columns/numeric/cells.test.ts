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
const reading = (text: string, missing: readonly string[] = ['']) => {
  const bytes = Buffer.from(text);
  return numericCells.reader(code, none, new Set(missing))(text, bytes, 0, bytes.length);
};

describe('a cell of a number', () => {
  it('is a plain decimal, a gap, or refused with the reason', () => {
    expect(reading('-12.5e-1')).toBe(-1.25);
    expect(reading('')).toBeNull();
    expect(reading('1,5')).toMatchObject({ code: 'number', reason: 'expected a plain decimal number' });
    expect(reading('1e145')).toMatchObject({ code: 'range' });
    expect(reading('1e151')).toMatchObject({ code: 'range' });
  });

  it('is a gap before it is a number, where a number stands for gaps', () => {
    expect(reading('-999', ['', '-999'])).toBeNull();
    expect(reading('-999')).toBe(-999);
    expect(reading('7', ['', '-999'])).toBe(7);
  });
});
