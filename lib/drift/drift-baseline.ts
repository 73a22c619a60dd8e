import * as z from 'zod/mini';
import { confidenceBaseline, predictionBaseline } from '../columns/answers.ts';
import { baselineColumn } from '../columns/kinds.ts';

const positive = z.int().check(z.minimum(1));

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
  answers: z.strictObject({ prediction: predictionBaseline, confidence: confidenceBaseline }),
});

export type DriftBaseline = z.infer<typeof driftBaseline>;

/** Where a version's baseline lies in the models bucket. */
export const baselineKey = (model: string, artifactSha256: string) => `${model}/${artifactSha256}.drift.json`;
