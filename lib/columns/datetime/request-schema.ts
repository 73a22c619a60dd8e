import type { RequestSchema } from '../request-schema.ts';
import type { DatetimeCode } from './code.ts';
import { COMPACT_FORMAT, ISO_FORMAT } from './date-format.ts';

/**
 * A text: a schema's own formats of dates leave no choice. Or a number, where dates are written as one.
 */
export const datetimeRequestSchema: RequestSchema<DatetimeCode> = {
  of({ format }) {
    const own = format === ISO_FORMAT ? '' : `, or as ${format}`;
    const type = format === COMPACT_FORMAT ? ['string', 'integer'] : 'string';
    return { type, description: `A date in ISO 8601${own}.`, examples: ['2024-01-31'] };
  },
};
