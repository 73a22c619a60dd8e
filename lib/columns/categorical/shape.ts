import * as z from 'zod/mini';
import { byCodeUnits } from '../../code-units.ts';
import { requiredMember } from '../asking.ts';
import type { Shape, TextsFacts } from '../shape.ts';

const column = z.strictObject({
  name: z.string(),
  type: z.literal('categorical'),
  nullable: z.boolean(),
  /** Categories of the accepted rows, in code-unit order. */
  categories: z.array(z.string()),
  /** The contract's list, in code-unit order; null when any category is allowed. */
  allowed: z.nullable(z.array(z.string())),
  ...requiredMember,
});

export const categoricalShape = {
  column,
  columnOf: ({ name, nullable, categories, allowed, required }) => ({
    name,
    type: 'categorical',
    nullable,
    categories: [...categories],
    allowed: allowed?.toSorted(byCodeUnits) ?? null,
    ...(required ? { required } : {}),
  }),
} satisfies Shape<z.infer<typeof column>, TextsFacts>;
