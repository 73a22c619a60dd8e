import * as z from 'zod/mini';
import { shown } from '../../text-safety.ts';
import type { NumbersPlan, Reading } from '../reading.ts';

/** From this share of a sample's present cells on, a column of strict decimals is numeric. */
const DECIMAL_SHARE = 0.95;

const rule = z.strictObject({
  name: z.string().check(z.minLength(1)),
  type: z.literal('numeric'),
  /** Inclusive bounds: a value outside is rejected with code `range`. */
  min: z.optional(z.number()),
  max: z.optional(z.number()),
});

type NumericRule = z.infer<typeof rule>;

/** A column of decimal numbers. */
export const numericReading = {
  rule,
  ruleFaults({ name, min, max }) {
    return min !== undefined && max !== undefined && min > max
      ? [`${shown(name)}: min ${min} is above max ${max}`]
      : [];
  },
  planOf: ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }) => ({
    kind: 'numeric',
    min,
    max,
  }),
  infer({ present, decimals }) {
    const isNumeric = present > 0 && decimals >= DECIMAL_SHARE * present;
    return isNumeric
      ? { kind: 'numeric', min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }
      : undefined;
  },
} satisfies Reading<NumericRule, NumbersPlan<'numeric'>>;
