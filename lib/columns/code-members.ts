import * as z from 'zod/mini';
import { requiredMember } from './asking.ts';

/** An index in the encoder's table, or a number of its elements. */
export const tableCount = z.int().check(z.minimum(0));

/** Members of every kind's code in the artifact: see ColumnCode. */
export const codeMembers = {
  name: z.string(),
  nullable: z.boolean(),
  weight: z.number().check(z.minimum(0)),
  ...requiredMember,
};
