import * as z from 'zod/mini';
import { PREDICTION_ID } from './prediction-id.ts';

/** The member that only lines of the prediction log have. Its value is the number of their format. */
export const PREDICTION_LOG_MARK = 'prediction_log';

/**
 * One prediction, as predict logs it, the monitor stores it and labels are joined to it. Open: a later
 * release may add members, and an older monitor must not lose its lines.
 */
export const predictionRecord = z.object({
  [PREDICTION_LOG_MARK]: z.literal(1),
  prediction_id: z.string().check(z.regex(PREDICTION_ID, 'expected the id of a prediction')),
  /** ISO 8601, UTC. */
  time: z.iso.datetime(),
  model: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected the name of a model')),
  version: z.int().check(z.minimum(1)),
  prediction: z.string(),
  confidence: z.number().check(z.minimum(0), z.maximum(1)),
  /**
   * Raw values in the order of the model's features, null for missing, in the form that their kind stores and
   * the baseline holds. Present only when PREDICTION_LOG_FEATURES is true.
   */
  features: z.optional(z.array(z.nullable(z.union([z.number(), z.string()])))),
});

export type PredictionRecord = z.infer<typeof predictionRecord>;

/**
 * Reads a line of a log or of a file of records. Returns undefined for a line that is not a record, such as a
 * truncated one.
 */
export function readPredictionRecord(line: string): PredictionRecord | undefined {
  try {
    const parsed = z.safeParse(predictionRecord, JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
