import * as z from 'zod/mini';
import { codeMembers, tableCount } from '../code-members.ts';
import { writtenNumbers } from './written-numbers.ts';

const positive = z.number().check(z.positive());

/** How a number becomes one coordinate. */
export const lineMembers = {
  /** Replaces a missing value. */
  median: z.number(),
  center: z.number(),
  scale: positive,
  /** The table of ranks that replaces center and scale: see rankOf. */
  rank: z.nullable(z.strictObject({ at: tableCount, count: tableCount, scale: positive })),
};

/** How a column of numbers becomes one coordinate. */
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
