import { shown } from '../../text-safety.ts';
import type { RequestForm } from '../request.ts';
import type { DatetimeCode } from './code.ts';
import { ISO_FORMAT, readDate } from './date-format.ts';

/** Takes JSON strings, in ISO 8601 or in the training data's format. A number would not tell its unit. */
export const datetimeRequest: RequestForm<DatetimeCode> = {
  wanted: 'a date such as 2024-01-31',
  accept(value, { format }) {
    if (typeof value !== 'string') return undefined;
    const instant = readDate(value, format);
    if (instant !== undefined) return instant;
    const own = format === ISO_FORMAT ? '' : `, or one written ${format}`;
    return { fault: `expected a date such as 2024-01-31${own}, got ${shown(value)}` };
  },
  mayBeGap: () => true,
};
