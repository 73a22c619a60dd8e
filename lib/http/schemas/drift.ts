import * as z from 'zod/mini';
import { KIND_NAMES } from '../../columns/kinds.ts';

const said = (text: string) => z.describe(text);

const share = z.number().check(z.minimum(0), z.maximum(1));
const pair = {
  baseline: share.check(said('Of the training rows; of the answers to held-out rows.')),
  live: share.check(said('Of the recent predictions.')),
};
const sharePair = z.object(pair);
const missing = sharePair.check(said('The share of missing values.'));

const numbers = z.object({
  form: z.literal('numbers'),
  edges: z
    .array(z.union([z.number(), z.string()]))
    .check(
      said(
        'Of the bins, ascending, one more than there are bins; dates in ISO 8601. The outer bins hold what lies beyond, too.',
      ),
    ),
  bins: z.array(sharePair).check(said('The share of all values in each bin.')),
  missing,
});

const categories = z.object({
  form: z.literal('categories'),
  categories: z
    .array(z.object({ name: z.string().check(said('The category.')), ...pair }))
    .check(said('The twelve with the largest shares, largest first.')),
  other: sharePair.check(said('All others, with those that training never saw.')),
  missing,
});

const column = z.object({
  kind: z
    .enum(['feature', 'prediction', 'confidence'])
    .check(said('A feature, or what the model answered, or how sure it was.')),
  name: z.string().check(said("The feature's name, or the kind.")),
  type: z.optional(z.enum(KIND_NAMES)).check(said('Absent in reports of earlier releases.')),
  distance: z
    .number()
    .check(said('How much the two differ, from 0 to 1: the largest difference of what lies below a value.')),
  adjusted_p_value: z
    .number()
    .check(said('The probability of such a difference without a change, corrected for all columns.')),
  test: z
    .enum(['distribution', 'location', 'missing', 'categories'])
    .check(said('The test that found most.')),
  drifting: z.boolean().check(said('Whether it differs by more than chance explains.')),
  distributions: z
    .optional(z.nullable(z.discriminatedUnion('form', [numbers, categories])))
    .check(
      said(
        'Both distributions, of the 50 columns that differ most; null for the others. Absent in reports of earlier releases.',
      ),
    ),
});

/** What the monitor stores as `<model>/drift/latest.json`. */
export const driftReport = z.object({
  model: z.string().check(said("The model's name.")),
  version: z.int().check(said('The version whose predictions were compared: the champion then.')),
  artifact_sha256: z.string().check(said('Of its artifact.')),
  status: z
    .enum(['drift', 'no_drift', 'too_few', 'no_baseline'])
    .check(said('What came of it; `too_few` and `no_baseline`: nothing was compared.')),
  summary: z.string().check(said('The same in a sentence.')),
  records: z.int().check(said('How many predictions were compared.')),
  from: z.string().check(said('The time of the first: ISO 8601, UTC.')),
  to: z.string().check(said('The time of the last.')),
  rules: z
    .object({
      window_hours: z.number().check(said('DRIFT_WINDOW_HOURS')),
      min_records: z.int().check(said('DRIFT_MIN_RECORDS')),
      family_wise_error: z.number().check(said('DRIFT_FAMILY_WISE_ERROR')),
    })
    .check(said('What the comparison was made with.')),
  columns: z
    .array(column)
    .check(
      said(
        'Features, then prediction and confidence; without features where predictions are logged without.',
      ),
    ),
});

export type DriftReport = z.infer<typeof driftReport>;
export type ColumnDrift = DriftReport['columns'][number];

/** `GET /models/{model}/drift` */
export const driftAnswer = z.object({
  model: z.string().check(said("The model's name.")),
  report: z
    .nullable(driftReport)
    .check(
      said('The newest comparison; null before the first, which needs predictions and a run of the monitor.'),
    ),
});

export type DriftAnswer = z.infer<typeof driftAnswer>;
