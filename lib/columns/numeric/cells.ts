import type { CellFault, CellForm } from '../cells.ts';
import type { NumericCode } from './code.ts';
import { fastDecimal, readDecimal } from './decimal.ts';
import { isMeasurable } from './encoding.ts';

const FAULTS = {
  number: { code: 'number', reason: 'expected a plain decimal number' },
  range: {
    code: 'range',
    reason:
      'the number is too large to measure its distance from the training data, or no double can hold it',
  },
} as const satisfies Readonly<Record<string, CellFault>>;

/** Plain decimals. */
export const numericCells: CellForm<NumericCode> = {
  reader(code, table, missing) {
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
