import type { CellFault, CellForm, ReadCell } from '../cells.ts';
import type { NumericCode } from './code.ts';
import { fastDecimal, readDecimal } from './decimal.ts';
import { isMeasurable } from './encoding.ts';
import { decimalOf, isSaid, type WrittenNumbers, writeNumber } from './written-numbers.ts';

const FAULTS = {
  number: { code: 'number', reason: 'expected a plain decimal number' },
  range: {
    code: 'range',
    reason:
      'the number is too large to measure its distance from the training data, or no double can hold it',
  },
} as const satisfies Readonly<Record<string, CellFault>>;

/** Format of a file whose decimal mark is a comma, where the training data had plain decimals. */
const DECIMAL_COMMA: WrittenNumbers = {
  decimal: ',',
  group: '',
  unit: '',
  unit_stands: 'before',
  parentheses: false,
};

/** Plain decimals, or numbers in the format of the training data. */
export const numericCells: CellForm<NumericCode> = {
  reader(code, table, missing, decimal) {
    const written = code.written ?? (decimal === ',' ? DECIMAL_COMMA : undefined);
    if (written) return writtenReader(code, written, table, missing);
    const mayBeGap = [...missing].some((token) => 'value' in readDecimal(token));
    return (text, bytes, start, end) => {
      let value = mayBeGap ? Number.NaN : fastDecimal(bytes, start, end);
      if (Number.isNaN(value)) {
        if (missing.has(text)) return null;
        const verdict = readDecimal(text);
        if ('fault' in verdict) return FAULTS[verdict.fault];
        value = verdict.value;
      }
      return isMeasurable(code, value, table) ? value : FAULTS.range;
    };
  },
};

/**
 * Reads numbers in a format of their own. If it differs only in the decimal mark, plain decimals are read
 * too.
 */
function writtenReader(
  code: NumericCode,
  written: WrittenNumbers,
  table: Float64Array,
  missing: ReadonlySet<string>,
): ReadCell {
  const unread: CellFault = isSaid(written)
    ? { code: 'number', reason: `expected a number written as ${writeNumber(1234.5, written)}` }
    : FAULTS.number;
  return (text) => {
    if (missing.has(text)) return null;
    const decimal = decimalOf(text, written) ?? (isSaid(written) ? undefined : text);
    if (decimal === undefined) return unread;
    const verdict = readDecimal(decimal);
    if ('fault' in verdict) return verdict.fault === 'number' ? unread : FAULTS.range;
    return isMeasurable(code, verdict.value, table) ? verdict.value : FAULTS.range;
  };
}
