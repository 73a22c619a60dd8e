import * as z from 'zod/mini';
import { gateSettings } from './quality-gate.ts';

/**
 * Changes whenever the same data and settings would give other bytes. It is part of every version's
 * fingerprint.
 */
export const ALGORITHM_VERSION = 5;

/** A sample of fewer rows would say too little of the table that it stands for. */
export const MIN_TRAINING_ROWS = 1000;

/** How a model is trained. Closed: a misspelt option fails. */
export const trainingSettings = z.strictObject({
  /** The seed of every random choice. */
  seed: z._default(z.int().check(z.minimum(0), z.maximum(0x7fffffff)), 42),
  /**
   * Numbers of neighbours to choose from, ascending. Numbers larger than the number of rows are not tried.
   */
  neighbour_candidates: z._default(
    z.array(z.int().check(z.minimum(1))).check(
      z.minLength(1),
      z.refine((ks) => ks.every((k, i) => i === 0 || k > ks[i - 1]!), 'expected ascending numbers'),
    ),
    [1, 3, 5, 7, 9, 11, 15, 21, 31, 45, 61],
  ),
  /** The number of folds of the cross-validation that chooses a setting. */
  folds: z._default(z.int().check(z.minimum(2), z.maximum(20)), 5),
  /** One row in this many is held out for the evaluation. */
  holdout_one_in: z._default(z.int().check(z.minimum(2), z.maximum(100)), 5),
  /** The approximate maximum number of rows for the choice, and of held-out rows for the evaluation. */
  selection_rows: z._default(z.int().check(z.minimum(100)), 10_000),
  /**
   * The maximum number of rows to train on. A larger table is trained on a sample of so many rows. When left
   * out, as many as the bounds on time and memory allow.
   */
  training_rows: z.optional(z.int().check(z.minimum(MIN_TRAINING_ROWS))),
  /** A simpler setting is chosen if its score is at most this many standard errors below the best. */
  simplicity_tolerance: z._default(z.number().check(z.minimum(0), z.maximum(3)), 0.5),
  /** What a version must reach to be promoted automatically. */
  gate: z._default(gateSettings, z.parse(gateSettings, {})),
});

export type TrainingSettings = z.infer<typeof trainingSettings>;

export const DEFAULT_SETTINGS: TrainingSettings = z.parse(trainingSettings, {});
