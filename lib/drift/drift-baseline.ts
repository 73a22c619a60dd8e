import * as z from 'zod/mini';

const count = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));

/**
 * The numbers of one column, as points of their distribution: the distinct values, or those of them that bound how many lie between two
 * points. How often a point itself occurs is exact.
 */
export const numericColumn = z
  .strictObject({
    name: z.string(),
    type: z.literal('numeric'),
    missing: count,
    /** Strictly ascending; empty when all are missing. */
    values: z.array(z.number()),
    /** How often each value occurs. */
    counts: z.array(positive),
    /** How many numbers lie strictly between a value and the next; null when none does anywhere. */
    gaps: z.nullable(z.array(count)),
  })
  .check(z.refine(isWhole, 'expected ascending values, a count for each, and a gap after each but the last'));

/** The texts of one column by how often they occur. */
export const categoricalColumn = z
  .strictObject({
    name: z.string(),
    type: z.literal('categorical'),
    missing: count,
    /** The most frequent ones. */
    categories: z.array(z.string()),
    counts: z.array(positive),
    /** Of all that are not listed. */
    other: count,
  })
  .check(z.refine(({ categories, counts }) => categories.length === counts.length, 'expected a count each'));

export const baselineColumn = z.discriminatedUnion('type', [numericColumn, categoricalColumn]);

/**
 * `<model>/<artifact sha256>.drift.json`: what the rows that a version was trained from looked like, and its answers to rows that it had
 * not seen. What later batches are compared with.
 */
export const driftBaseline = z.strictObject({
  format: z.literal(1),
  /** Of the data set. */
  rows: positive,
  /** That were drawn for this, from all of them. */
  sampled_rows: positive,
  /** In feature order. */
  features: z.array(baselineColumn),
  /** Of the evaluation: what was predicted for rows that were held out, and how confidently. */
  answers: z.strictObject({ prediction: categoricalColumn, confidence: numericColumn }),
});

export type NumericColumn = z.infer<typeof numericColumn>;
export type CategoricalColumn = z.infer<typeof categoricalColumn>;
export type BaselineColumn = z.infer<typeof baselineColumn>;
export type DriftBaseline = z.infer<typeof driftBaseline>;

function isWhole({ values, counts, gaps }: { values: number[]; counts: number[]; gaps: number[] | null }) {
  if (counts.length !== values.length) return false;
  if (gaps !== null && gaps.length !== Math.max(0, values.length - 1)) return false;
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}

/** Where a version's baseline lies in the models bucket. */
export const baselineKey = (model: string, artifactSha256: string) => `${model}/${artifactSha256}.drift.json`;
