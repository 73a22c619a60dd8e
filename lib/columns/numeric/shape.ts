import * as z from 'zod/mini';
import { requiredMember } from '../asking.ts';
import type { NumbersFacts, Shape } from '../shape.ts';
import { writtenNumbers, writtenNumbersOf } from './written-numbers.ts';

const column = z.strictObject({
  name: z.string(),
  type: z.literal('numeric'),
  /** Whether any accepted row has a gap here. */
  nullable: z.boolean(),
  /** The contract's inclusive bounds; null when it gives none. */
  min: z.nullable(z.number()),
  max: z.nullable(z.number()),
  ...requiredMember,
  /** Format of the file's numbers; left out for plain decimals. */
  written: z.optional(writtenNumbers),
});

export const numericShape = {
  column,
  columnOf({ name, nullable, min, max, required, format }) {
    const written = format && writtenNumbersOf(format);
    return {
      name,
      type: 'numeric',
      nullable,
      min: finiteOrNull(min),
      max: finiteOrNull(max),
      ...(required ? { required } : {}),
      ...(written ? { written } : {}),
    };
  },
} satisfies Shape<z.infer<typeof column>, NumbersFacts>;

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);
