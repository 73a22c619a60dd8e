import * as z from 'zod/mini';
import { requiredMember } from './asking.ts';

/** A place in the encoder's table, or a number of its elements. */
export const tableCount = z.int().check(z.minimum(0));

/** What every kind's code has in the artifact: see ColumnCode. */
export const codeMembers = {
  name: z.string(),
  nullable: z.boolean(),
  weight: z.number().check(z.minimum(0)),
  ...requiredMember,
};
