import * as z from 'zod/mini';
import { codeMembers, tableCount } from '../code-members.ts';
import { writtenNumbers } from './written-numbers.ts';

const positive = z.number().check(z.positive());

/** A gap's class shares, of 200,000 rows at most, are never further from the overall ones than this. */
const MAX_GAP = 1000;

/** How a number becomes a coordinate. */
export const lineMembers = {
  /** Replaces a missing value. */
  median: z.number(),
  center: z.number(),
  scale: positive,
  /** The table of ranks that replaces center and scale: see rankOf. */
  rank: z.nullable(z.strictObject({ at: tableCount, count: tableCount, scale: positive })),
  /**
   * One more coordinate, 0 for a number: how far a gap is from it, beside the median. Left out where gaps
   * count as the median alone.
   */
  gap: z.optional(z.number().check(z.minimum(0), z.maximum(MAX_GAP))),
};

/** How a column of numbers becomes coordinates. */
export const numericCode = z.strictObject({
  ...codeMembers,
  type: z.literal('numeric'),
  ...lineMembers,
  /** Format of the file's numbers; left out for plain decimals. */
  written: z.optional(writtenNumbers),
});

/** Members that map numbers to a line, for any kind. */
export type NumberLine = Omit<z.infer<typeof numericCode>, 'type'>;
export type NumericCode = z.infer<typeof numericCode>;
