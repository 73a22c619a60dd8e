import { expect, it } from 'vitest';
import { datetimeCells } from '../../../../lib/columns/datetime/cells.ts';
import type { DatetimeCode } from '../../../../lib/columns/datetime/code.ts';
import { datetimeRequest } from '../../../../lib/columns/datetime/request.ts';

const code: DatetimeCode = {
  name: 'when',
  type: 'datetime',
  nullable: true,
  weight: 1,
  format: 'dd/mm/yyyy',
  median: 0,
  center: 0,
  scale: 1,
  rank: null,
  cycles: [],
};
const none = new Float64Array(0);
const second = Date.UTC(2024, 1, 2);

it("takes texts in the training data's format, and ISO 8601", () => {
  expect(datetimeRequest.accept('02/02/2024', code, none)).toBe(second);
  expect(datetimeRequest.accept('2024-02-02T02:00+02:00', code, none)).toBe(second);
});

it('refuses numbers and other texts, and says which texts it takes', () => {
  expect(datetimeRequest.accept(second, code, none)).toBeUndefined();
  expect(datetimeRequest.accept('02/13/2024', code, none)).toEqual({
    fault: 'expected a date such as 2024-01-31, or one written dd/mm/yyyy, got "02/13/2024"',
  });
  expect(datetimeRequest.accept('soon', { ...code, format: 'iso' }, none)).toEqual({
    fault: 'expected a date such as 2024-01-31, got "soon"',
  });
});

it('takes numbers where the training data wrote dates as numbers', () => {
  const compact = { ...code, format: 'yyyymmdd' };
  expect(datetimeRequest.accept(20240202, compact, none)).toBe(second);
  expect(datetimeRequest.accept('20240202', compact, none)).toBe(second);
  expect(datetimeRequest.accept('2024-02-02', compact, none)).toBe(second);
  for (const value of [20240230, 20240202.5, second])
    expect(datetimeRequest.accept(value, compact, none)).toEqual({
      fault: `expected a date such as 2024-01-31, or one written yyyymmdd, got "${value}"`,
    });
  expect(datetimeRequest.accept(true, compact, none)).toBeUndefined();
});

it('takes a text that meant a gap in the file as a gap', () => {
  expect(datetimeRequest.mayBeGap!('never', code)).toBe(true);
});

it('reads cells in the same way', () => {
  const read = datetimeCells.reader(code, none, new Set(['', 'never']), '.');
  const cell = (text: string) => read(text, Buffer.from(text), 0, text.length);
  expect(cell('02/02/2024')).toBe(second);
  expect(cell('never')).toBeNull();
  expect(cell('13/13/2024')).toMatchObject({ code: 'date' });
});
