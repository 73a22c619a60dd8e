import type { RequestSchema } from '../request-schema.ts';
import type { DatetimeCode } from './code.ts';
import { ISO_FORMAT } from './date-format.ts';

/** A text: a schema's own formats of dates leave no choice. */
export const datetimeRequestSchema: RequestSchema<DatetimeCode> = {
  of({ format }) {
    const own = format === ISO_FORMAT ? '' : `, or as ${format}`;
    return { type: 'string', description: `A date in ISO 8601${own}.`, examples: ['2024-01-31'] };
  },
};
