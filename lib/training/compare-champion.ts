import { encodeColumns } from '../classifier/encode-columns.ts';
import { type FittedModel, Model } from '../classifier/model.ts';
import { RawRows } from '../classifier/raw-rows.ts';
import { openWithFewCopies } from '../classifier/row-searches.ts';
import { byCodeUnits } from '../code-units.ts';
import { ClassTally } from './evaluation.ts';
import { splitRows } from './holdout.ts';
import { planTraining, type TrainingBounds } from './plan-training.ts';
import { rowKeys } from './row-keys.ts';
import type { TrainingSettings } from './settings.ts';
import { sizeOfData } from './table-size.ts';
import type { LabelledRows, TrainingData } from './training-data.ts';

/** The version that serves predictions now. */
export interface Champion {
  readonly version: number;
  readonly model: FittedModel;
}

/** The champion's score on the held-out rows that a new version is evaluated on. */
export interface ChampionScore {
  readonly version: number;
  /** Macro-F1; null when the champion cannot predict these rows. */
  readonly score: number | null;
}

/** Scores the champion on the rows that training on this data will hold out. */
export function judgeChampion(
  champion: Champion,
  data: TrainingData,
  settings: TrainingSettings,
  bounds?: TrainingBounds,
): ChampionScore {
  const { plan } = planTraining(sizeOfData(data), settings, bounds);
  const { heldOut } = splitRows(data, settings, plan);
  return { version: champion.version, score: scoreChampion(champion, data, heldOut, settings.seed) };
}

/**
 * The champion's macro-F1 on held-out rows. Those rows are removed from its neighbours, so that it does not
 * recall rows that it was trained on. Null when its features differ from the data's, or when it would have no
 * rows left.
 *
 * @param heldOut in the data's feature order
 */
export function scoreChampion(
  { model }: Champion,
  data: Pick<TrainingData, 'classes'>,
  heldOut: LabelledRows,
  seed: number,
): number | null {
  const columns = model.encoder.features.map(({ name, type }) =>
    heldOut.columns.find((column) => column.name === name && column.type === type),
  );
  if (columns.length !== heldOut.columns.length || columns.includes(undefined)) return null;
  const excludedRows = rowsToExclude(model, data, heldOut, seed);
  if (!excludedRows.includes(0)) return null;
  const search = openWithFewCopies(model.index, model.meta.neighbours, excludedRows);
  const champion = new Model(model, { search });
  const classes = [...new Set([...data.classes, ...model.meta.classes])].sort(byCodeUnits);
  const position = new Map(classes.map((label, at) => [label, at]));
  const answers = champion.answerAll(encodeColumns(champion.encoder, columns as LabelledRows['columns']));
  const tally = new ClassTally(classes.length);
  heldOut.labels.forEach((label, row) => {
    tally.add(position.get(data.classes[label]!)!, position.get(model.meta.classes[answers[row]!]!)!);
  });
  return tally.macroF1();
}

/** The mask of the champion's rows that equal a held-out row. */
function rowsToExclude(
  model: FittedModel,
  { classes }: Pick<TrainingData, 'classes'>,
  heldOut: LabelledRows,
  seed: number,
): Uint8Array {
  const held = new Set(rowKeys({ ...heldOut, classes }, seed));
  const own = rowKeys(
    {
      columns: new RawRows(model).table(),
      labels: model.labels,
      classes: model.meta.classes,
    },
    seed,
  );
  return Uint8Array.from(own, (key) => (held.has(key) ? 1 : 0));
}
