import * as z from 'zod/mini';
import { codeMembers } from '../code-members.ts';
import { lineMembers } from '../numeric/code.ts';
import { CYCLES } from './cycles.ts';
import { DATE_FORMATS } from './date-format.ts';

/** How a column of dates becomes coordinates: a number for its position in time, and optionally cycles. */
export const datetimeCode = z.strictObject({
  ...codeMembers,
  ...lineMembers,
  type: z.literal('datetime'),
  /** Date format of the training data, which requests and files may use too. */
  format: z.enum(DATE_FORMATS),
  /** Cycles in the order of their coordinates, which follow the position in time. */
  cycles: z.array(z.enum(CYCLES)),
});

export type DatetimeCode = z.infer<typeof datetimeCode>;
