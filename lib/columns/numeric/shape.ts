import * as z from 'zod/mini';
import type { NumbersFacts, Shape } from '../shape.ts';

const column = z.strictObject({
  name: z.string(),
  type: z.literal('numeric'),
  /** Whether any accepted row lacks a value here. */
  nullable: z.boolean(),
  /** The contract's inclusive bounds; null where it gives none. */
  min: z.nullable(z.number()),
  max: z.nullable(z.number()),
});

export const numericShape = {
  column,
  columnOf: ({ name, nullable, min, max }) => ({
    name,
    type: 'numeric',
    nullable,
    min: finiteOrNull(min),
    max: finiteOrNull(max),
  }),
} satisfies Shape<z.infer<typeof column>, NumbersFacts>;

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);
