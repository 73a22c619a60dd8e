import * as z from 'zod/mini';
import { codeMembers, tableCount } from '../code-members.ts';

/**
 * How a column of categories becomes coordinates: an indicator for each category, or the class frequencies of
 * each.
 */
export const categoricalCode = z.strictObject({
  ...codeMembers,
  type: z.literal('categorical'),
  /** In code-unit order. */
  categories: z.array(z.string()),
  /**
   * The table of class frequencies that replaces the indicators: rows of `width`, one per category, then
   * missing, unseen.
   */
  frequencies: z.nullable(z.strictObject({ at: tableCount, width: tableCount })),
});

export type CategoricalCode = z.infer<typeof categoricalCode>;
