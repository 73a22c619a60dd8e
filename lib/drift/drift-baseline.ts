import * as z from 'zod/mini';
import { confidenceBaseline, predictionBaseline } from '../columns/answers.ts';
import { baselineColumn } from '../columns/kinds.ts';

const positive = z.int().check(z.minimum(1));

/**
 * `<model>/<artifact sha256>.drift.json`: a summary of the rows that a version was trained on, and of its
 * answers to held-out rows. Later batches are compared with it.
 */
export const driftBaseline = z.strictObject({
  format: z.literal(1),
  /** The number of rows of the data set. */
  rows: positive,
  /** The number of rows that were drawn from these. */
  sampled_rows: positive,
  /** In feature order. */
  features: z.array(baselineColumn),
  /** The evaluation's predictions for held-out rows, and their confidences. */
  answers: z.strictObject({ prediction: predictionBaseline, confidence: confidenceBaseline }),
});

export type DriftBaseline = z.infer<typeof driftBaseline>;

/** The key of a version's baseline in the models bucket. */
export const baselineKey = (model: string, artifactSha256: string) => `${model}/${artifactSha256}.drift.json`;
