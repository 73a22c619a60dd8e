import * as z from 'zod/mini';
import { codeMembers } from '../code-members.ts';
import { lineMembers } from '../numeric/code.ts';
import { CYCLES } from './cycles.ts';
import { DATE_FORMATS } from './date-format.ts';

/**
 * How a column of dates becomes coordinates: its place on the line of time, as a number, and perhaps on
 * cycles.
 */
export const datetimeCode = z.strictObject({
  ...codeMembers,
  ...lineMembers,
  type: z.literal('datetime'),
  /** How the training data wrote its dates: requests and files may, too. */
  format: z.enum(DATE_FORMATS),
  /** In this order, after the line. */
  cycles: z.array(z.enum(CYCLES)),
});

export type DatetimeCode = z.infer<typeof datetimeCode>;
