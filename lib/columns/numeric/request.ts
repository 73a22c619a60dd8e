import type { RequestForm, ValueFault } from '../request.ts';
import type { NumericCode } from './code.ts';
import { readDecimal } from './decimal.ts';
import { isMeasurable } from './encoding.ts';
import { decimalOf, isSaid, type WrittenNumbers, writeNumber } from './written-numbers.ts';

const TOO_LARGE: ValueFault = {
  fault: 'the number is too large to measure its distance from the training data',
};
const NOT_HELD: ValueFault = { fault: 'no double holds the number' };

/** Example number that shows a column's format. */
const EXAMPLE = 1234.5;

/** Takes JSON numbers; if the file has a number format of its own, also texts in that format. */
export const numericRequest: RequestForm<NumericCode> = {
  wanted: 'a number',
  wantedOf({ written: format }) {
    return isSaid(format) ? `a number, or a text such as "${writeNumber(EXAMPLE, format)}"` : 'a number';
  },
  accept(value, code, table) {
    if (typeof value === 'number') return measurable(value, code, table);
    if (typeof value !== 'string' || !isSaid(code.written)) return undefined;
    const read = readText(value, code.written);
    return typeof read === 'number' ? measurable(read, code, table) : read;
  },
  mayBeGap: (_text, { written }) => isSaid(written),
  written: (value, { written }) => (isSaid(written) ? writeNumber(value as number, written) : undefined),
};

const measurable = (value: number, code: NumericCode, table: Float64Array) =>
  isMeasurable(code, value, table) ? value : TOO_LARGE;

function readText(text: string, format: WrittenNumbers): number | ValueFault | undefined {
  const decimal = decimalOf(text, format);
  const verdict = decimal === undefined ? undefined : readDecimal(decimal);
  if (verdict && 'value' in verdict) return verdict.value;
  return verdict?.fault === 'range' ? NOT_HELD : undefined;
}
