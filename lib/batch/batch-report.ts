import * as z from 'zod/mini';
import type { Model } from '../classifier/model.ts';
import { isNumbers } from '../columns/kinds.ts';
import type { BatchColumn } from '../drift/column-test.ts';
import { type ColumnVerdict, columnPairs, compareWithBaseline } from '../drift/compare.ts';
import type { DriftBaseline } from '../drift/drift-baseline.ts';
import type { LotTally } from './lot-tally.ts';
import type { SampledRow } from './sampled-rows.ts';

/** Where a report's rows came from, and who answered. */
export interface BatchSource {
  readonly model: string;
  readonly batch_id: string;
  readonly input: {
    readonly key: string;
    readonly version_id: string | null;
    readonly size_bytes: number;
  };
  readonly version: number | null;
  readonly artifact_sha256: string | null;
}

const count = z.int().check(z.minimum(0));

/** The part of a report that the registry takes. */
export const reportedRows = z.object({
  rows: z.object({ read: count, predicted: count, rejected: count, blank: count }),
});

/** How a batch compares with the training data. */
interface BatchDrift {
  readonly status: 'drift' | 'no_drift' | 'too_few' | 'no_baseline';
  /** Rows that were compared: a sample of a large batch. */
  readonly rows: number;
  readonly columns: readonly ColumnVerdict[];
}

/** Fewer rows show nothing. */
const MIN_ROWS = 100;
/** Allowed probability of an alarm for a batch like the training data. */
const FAMILY_WISE_ERROR = 0.01;
/** The simulations of the tests: the same batch gives the same report. */
const SEED = 1;

/** `report.json` of a batch: counts and shares, the same in however many lots it was predicted. */
export function batchReport(
  model: Model,
  tally: LotTally,
  baseline: DriftBaseline | undefined,
  source: BatchSource,
) {
  const { rows, bad, blanks, classes, novel, unseen, sample } = tally.counts;
  const predicted = rows - bad;
  const share = (part: number) => (predicted === 0 ? 0 : part / predicted);
  const { score } = tally;
  return {
    ...source,
    rows: { read: rows, predicted, rejected: bad, blank: blanks },
    classes: model.meta.classes.map((label, at) => ({
      label,
      rows: classes[at]!,
      share: share(classes[at]!),
    })),
    novelty: { rows: novel, share: share(novel) },
    unseen: model.features.flatMap(({ name }, at) =>
      unseen[at]! > 0 ? [{ feature: name, rows: unseen[at]!, share: share(unseen[at]!) }] : [],
    ),
    drift: driftOf(baseline, sample),
    score: score && {
      label: model.meta.label,
      rows: score.rows,
      unknown_labels: score.unknown,
      accuracy: score.accuracy,
      macro_f1: score.macroF1,
    },
  };
}

function driftOf(baseline: DriftBaseline | undefined, sample: readonly SampledRow[]): BatchDrift {
  const rows = sample.length;
  if (!baseline) return { status: 'no_baseline', rows, columns: [] };
  if (rows < MIN_ROWS) return { status: 'too_few', rows, columns: [] };
  const batch = {
    features: baseline.features.map((column, at): BatchColumn => {
      if (!isNumbers(column)) return sample.map(({ values }) => values[at] as string | null);
      // A missing value is NaN. Adding 0 turns a negative zero into the baseline's zero.
      return Float64Array.from(sample, ({ values }) => ((values[at] as number | null) ?? Number.NaN) + 0);
    }),
    predictions: sample.map(({ prediction }) => prediction),
    confidences: Float64Array.from(sample, ({ confidence }) => confidence),
  };
  const columns = compareWithBaseline(columnPairs(baseline, batch), {
    familyWiseError: FAMILY_WISE_ERROR,
    seed: SEED,
  });
  return { status: columns.some(({ drifting }) => drifting) ? 'drift' : 'no_drift', rows, columns };
}
