import { encodeColumns } from '../classifier/encode-columns.ts';
import { Model } from '../classifier/model.ts';
import { sampleRows } from '../classifier/sample-rows.ts';
import { estimateFitted, totalSeconds } from './estimate-work.ts';
import { ClassTally } from './evaluation.ts';
import { type FitOptions, fitWithSearch } from './fit-model.ts';
import type { PlannedTraining } from './plan-training.ts';
import { macroF1Error } from './score-error.ts';
import type { TrainingSettings } from './settings.ts';
import { type LabelledRows, pickRows, type TrainingData } from './training-data.ts';
import { sampleByKey, sampleKeys } from './training-sample.ts';

/** The score of the chosen setting when it is fitted on so many of the training rows. */
export interface CurvePoint {
  readonly rows: number;
  readonly macroF1: number;
  readonly standardError: number;
}

/** What a curve is measured on. */
export interface CurveContext {
  readonly data: TrainingData;
  /** The rows that the evaluated model was fitted on. */
  readonly train: Int32Array;
  readonly heldOut: LabelledRows;
  /** The evaluated model's answers to the held-out rows. */
  readonly predicted: Int32Array;
  readonly settings: TrainingSettings;
  readonly planned: PlannedTraining;
}

/** The shares of the training rows that are tried beside all of them. */
const SHARES = [1 / 4, 1 / 2];
/** A score of a model that is fitted on fewer rows says nothing of the next rows. */
const MIN_ROWS = 30;
/** On fewer held-out rows the scores would say more of chance than of the rows learnt from. */
const MIN_ASKED = 50;
/** Held-out rows that tell two scores apart well enough. */
const ASKED_ROWS = 2000;

/**
 * The learning curve: macro-F1 on the same held-out rows when a quarter, a half and all of the training rows
 * are learnt from, each class with its share. It shows whether more data is likely to help. The setting stays
 * the one that was chosen on all rows. Depends on nothing but the arguments.
 *
 * @returns by number of rows, ascending. Empty when a quarter or the held-out rows are too few, or when the
 *   measurement could exceed the bound on time
 */
export function measureCurve(context: CurveContext, fit: FitOptions): readonly CurvePoint[] {
  const { data, train, heldOut, predicted } = context;
  const sizes = SHARES.map((share) => Math.floor(share * train.length));
  if (heldOut.labels.length < MIN_ASKED || sizes[0]! < Math.max(MIN_ROWS, 2 * data.classes.length)) return [];
  if (!hasTime(context, sizes)) return [];
  const every = Int32Array.from(heldOut.labels, (_, row) => row);
  const asked = sampleRows(every, heldOut.labels, ASKED_ROWS, 1);
  const rows = pickRows(heldOut, asked);
  const fitted = pickRows(data, train);
  const keys = sampleKeys({ ...fitted, classes: data.classes }, context.settings.seed);
  const point = (size: number, answers: ArrayLike<number>) => pointOf(size, rows.labels, answers, context);
  return [
    ...sizes.map((size) => {
      const some = pickRows(fitted, sampleByKey(keys, fitted.labels, size));
      const { model, search } = fitWithSearch(data, some, fit);
      const asking = new Model(model, { search });
      const answers = asking.judgeAll(encodeColumns(asking.encoder, rows.columns), rows.labels);
      return point(some.labels.length, answers.predicted);
    }),
    point(
      train.length,
      asked.map((row) => predicted[row]!),
    ),
  ];
}

function hasTime({ heldOut, settings, planned }: CurveContext, sizes: readonly number[]): boolean {
  const asked = Math.min(ASKED_ROWS, heldOut.labels.length);
  const { size, plan, bounds, work } = planned;
  const seconds = sizes.map((rows) => estimateFitted(size, settings, plan, { rows, asked }));
  return totalSeconds(work) + seconds.reduce((sum, each) => sum + each, 0) <= bounds.seconds;
}

function pointOf(
  rows: number,
  truth: Int32Array,
  answers: ArrayLike<number>,
  { data: { classes }, settings: { seed } }: CurveContext,
): CurvePoint {
  const tally = new ClassTally(classes.length);
  for (let row = 0; row < truth.length; row++) tally.add(truth[row]!, answers[row]!);
  return {
    rows,
    macroF1: tally.macroF1(),
    standardError: macroF1Error(truth, answers, classes.length, seed),
  };
}
