import { scoreCount } from '../classifier/class-targets.ts';
import { MAX_BINS } from '../classifier/coordinate-bins.ts';
import type { ScoreSpace } from '../classifier/encoding-recipe.ts';
import { MAX_LANDMARKS } from '../classifier/landmark-scores.ts';
import { LEARNING_ROWS, offersScores, scoredRows } from '../classifier/learn-encoder.ts';
import { TREE_DEPTH } from '../classifier/learn-trees.ts';
import { MAX_FEATURES } from '../classifier/search/row-filter.ts';
import { isNumbersKind } from '../columns/kinds.ts';
import { coordinatesOf, triedScales } from './coordinates.ts';
import { sampleSizes } from './sample-sizes.ts';
import type { TrainingSettings } from './settings.ts';
import type { TableSize } from './table-size.ts';
import type { TrainingPlan } from './training-plan.ts';

/** What a process takes before any table, with the code of the function and its clients. */
const PROCESS_BYTES = 200e6;
/** Labels, classes' rows and the order of the index, for each row; keys beside them while rows are split. */
const ROW_BYTES = 40;
const SPLIT_ROW_BYTES = 100;
/** Key, class and sorting of each row that a sample is chosen from. */
const SAMPLED_ROW_BYTES = 32;
/** A category in table, manifest, encoders and the artifact's header; and each unit of its text. */
export const CATEGORY_BYTES = 250;
export const TEXT_UNIT_BYTES = 12;
/** Memory that is free but not yet taken back is this much of what is in use, as measured. */
const GARBAGE_SHARE = 0.2;
/** Searches of the choice whose codes are not yet taken back: a collection is not due for such memory. */
const LINGERING_SEARCHES = 32;
/** A neighbour of a query that is being answered: its row and distance. */
const NEIGHBOUR_BYTES = 12;

/** The most bytes that training on a table of this size needs at a time. */
export function estimateMemory(size: TableSize, settings: TrainingSettings, plan: TrainingPlan): number {
  const { rows, sampledFrom = 0, columns } = size;
  const { selection, heldOut, train } = sampleSizes(size, settings, plan);
  const tried = triedScales(size, plan.scope).map((scales) =>
    coordinatesOf(size, scales, plan.maxIndicators),
  );
  const dimension = Math.max(...tried.map((coordinates) => coordinates.dimension));
  const tableNumbers = Math.max(...tried.map((coordinates) => coordinates.tableNumbers));
  const numbers = columns.filter(({ type }) => isNumbersKind(type)).length;
  const table = (count: number) => count * (8 * numbers + 4 * (columns.length - numbers));
  const sorted = (count: number) => 8 * numbers * Math.min(count, LEARNING_ROWS);
  const points = (count: number) => 8 * count * dimension;
  const encoders = 2 * 8 * tableNumbers;
  const codes = (count: number) => (dimension <= MAX_FEATURES ? points(count) / 4 : 0);
  const scores = (count: number) => Math.max(0, ...tried.map((one) => scoreBytes(count, size, plan, one)));
  const reading = 2 * table(rows) + SPLIT_ROW_BYTES * rows;
  const neighbours = Math.min(rows, settings.neighbour_candidates.at(-1)!) * NEIGHBOUR_BYTES;
  const asked = Math.ceil(selection / settings.folds);
  const choosing =
    asked * neighbours +
    table(rows) +
    3 * table(selection) +
    3 * points(selection) +
    LINGERING_SEARCHES * codes(selection) +
    scores(selection) +
    encoders;
  const evaluating =
    table(rows) +
    table(train) +
    sorted(train) +
    2 * points(train) +
    points(heldOut) +
    codes(train) +
    scores(train) +
    encoders;
  const fitting = table(rows) + sorted(rows) + 2 * points(rows) + scores(rows) + encoders;
  // The index has the coordinates, the file has them again, beside the rows and the encoder's tables.
  const writing = 2 * table(rows) + 2 * points(rows) + codes(rows) + 1.5 * encoders;
  const fixed =
    PROCESS_BYTES +
    ROW_BYTES * rows +
    SAMPLED_ROW_BYTES * sampledFrom +
    columns.reduce((sum, column) => {
      return sum + CATEGORY_BYTES * column.categories + TEXT_UNIT_BYTES * column.textUnits;
    }, 0);
  return fixed + (1 + GARBAGE_SHARE) * Math.max(reading, choosing, evaluating, fitting, writing);
}

/** What learning scores of the classes from some rows takes: by landmarks or by trees, not both at once. */
function scoreBytes(
  count: number,
  { classes }: TableSize,
  { scope }: TrainingPlan,
  { dimension: width }: { readonly dimension: number },
): number {
  const learnt = (space: ScoreSpace) =>
    scope[space] && offersScores(space, width, classes)
      ? Math.min(count, scoredRows(space, width, classes))
      : 0;
  const outputs = scoreCount(classes);
  // The distances to the landmarks, how close these are, and that twice by landmark.
  const landmarks = 4 * 8 * learnt('landmarks') * (MAX_LANDMARKS + classes);
  // The regression's numbers thrice, bins, targets, scores and errors; a histogram for each level.
  const trees = learnt('trees') * (25 * width + 6 * 8 * outputs);
  const histograms = (TREE_DEPTH + 1) * 8 * width * MAX_BINS * (1 + outputs);
  return Math.max(landmarks, trees === 0 ? 0 : trees + histograms);
}
