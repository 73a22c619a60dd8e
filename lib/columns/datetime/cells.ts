import type { CellFault, CellForm } from '../cells.ts';
import type { DatetimeCode } from './code.ts';
import { readDate } from './date-format.ts';

const FAULT: CellFault = { code: 'date', reason: 'expected a date such as 2024-01-31' };

/** Dates in ISO 8601, or in the format of the training data. */
export const datetimeCells: CellForm<DatetimeCode> = {
  reader:
    ({ format }, _table, missing) =>
    (text) =>
      missing.has(text) ? null : (readDate(text, format) ?? FAULT),
};
