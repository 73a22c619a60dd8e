import * as z from 'zod/mini';
import { shown } from '../../text-safety.ts';
import { duplicates } from '../duplicates.ts';
import { type Reading, requiredBy, type TextsPlan } from '../reading.ts';

const text = z.string().check(z.minLength(1));

const rule = z.strictObject({
  name: text,
  type: z.literal('categorical'),
  /** False refuses gaps in requests. */
  nullable: z.optional(z.boolean()),
  /** All allowed values: any other is rejected with code `category`. */
  categories: z.optional(z.array(text).check(z.minLength(1))),
});

type CategoricalRule = z.infer<typeof rule>;

/** A column of texts that each name a group. A column that no other kind recognises is one. */
export const categoricalReading = {
  rule,
  ruleFaults({ name, categories = [] }) {
    return duplicates(categories).map((twice) => `${shown(name)}: category ${shown(twice)} is listed twice`);
  },
  planOf: (given) => ({ kind: 'categorical', allowed: given.categories, ...requiredBy(given) }),
  infer: () => ({ plan: { kind: 'categorical', allowed: undefined }, notes: [] }),
} satisfies Reading<CategoricalRule, TextsPlan<'categorical'>>;
