import type { CellFault, CellForm, ReadCell } from '../cells.ts';
import type { NumericCode } from './code.ts';
import { fastDecimal, readDecimal } from './decimal.ts';
import { isMeasurable } from './encoding.ts';
import { decimalOf, isSaid, type WrittenNumbers, writeNumber } from './written-numbers.ts';

const FAULTS = {
  number: { code: 'number', reason: 'expected a plain decimal number' },
  thousands: {
    code: 'number',
    reason: 'expected a decimal comma, as in the rest of the file: the point may stand between thousands',
  },
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
    if (written) return writtenReader(code, written, decimal, table, missing);
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

/** A decimal, or thousands with a point between them. */
const MAY_BE_THOUSANDS = /^[+-]?[1-9]\d{0,2}\.\d{3}$/;

/**
 * Reads numbers in a format of their own. If it differs only in the decimal mark, plain decimals are read
 * too, but none that may be thousands in a file with decimal commas.
 *
 * @param decimal the file's decimal mark
 */
function writtenReader(
  code: NumericCode,
  written: WrittenNumbers,
  decimal: '.' | ',',
  table: Float64Array,
  missing: ReadonlySet<string>,
): ReadCell {
  const unread: CellFault = isSaid(written)
    ? { code: 'number', reason: `expected a number written as ${writeNumber(1234.5, written)}` }
    : FAULTS.number;
  return (text) => {
    if (missing.has(text)) return null;
    const plain = decimalOf(text, written) ?? (isSaid(written) ? undefined : text);
    if (plain === undefined) return unread;
    if (decimal === ',' && !isSaid(written) && MAY_BE_THOUSANDS.test(text.trim())) return FAULTS.thousands;
    const verdict = readDecimal(plain);
    if ('fault' in verdict) return verdict.fault === 'number' ? unread : FAULTS.range;
    return isMeasurable(code, verdict.value, table) ? verdict.value : FAULTS.range;
  };
}
