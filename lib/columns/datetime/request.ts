import { shown } from '../../text-safety.ts';
import type { RequestForm } from '../request.ts';
import type { DatetimeCode } from './code.ts';
import { COMPACT_FORMAT, ISO_FORMAT, readDate } from './date-format.ts';

/**
 * Takes JSON strings, in ISO 8601 or in the training data's format. A number would not tell its unit, but
 * where the training data's dates are numbers.
 */
export const datetimeRequest: RequestForm<DatetimeCode> = {
  wanted: 'a date such as 2024-01-31',
  accept(value, { format }) {
    if (typeof value !== 'string' && !(typeof value === 'number' && format === COMPACT_FORMAT))
      return undefined;
    const text = String(value);
    const instant = readDate(text, format);
    if (instant !== undefined) return instant;
    const own = format === ISO_FORMAT ? '' : `, or one written ${format}`;
    return { fault: `expected a date such as 2024-01-31${own}, got ${shown(text)}` };
  },
  mayBeGap: () => true,
};
