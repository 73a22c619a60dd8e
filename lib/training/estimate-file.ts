import { coordinatesOf, triedScales } from './coordinates.ts';
import { CATEGORY_BYTES, TEXT_UNIT_BYTES } from './estimate-memory.ts';
import type { TableSize } from './table-size.ts';
import type { TrainingPlan } from './training-plan.ts';

/** A row's label and its place in the index. */
const ROW_BYTES = 8;
/** A cell as it was in the data, at most. */
const CELL_BYTES = 8;
/** Header, baseline of the confidence, a map of coordinates, and what lies between sections. */
const FIXED_BYTES = 4e6;
/** The bounds of a tree's leaves, of about 64 rows each, for each coordinate-less row. */
const TREE_ROW_BYTES = 1;

/** The most bytes that the artifact of a training can have. */
export function estimateFile(size: TableSize, plan: TrainingPlan): number {
  const tried = triedScales(size, plan.scope).map((scales) =>
    coordinatesOf(size, scales, plan.maxIndicators),
  );
  const most = (of: (one: (typeof tried)[number]) => number) => Math.max(...tried.map(of));
  const rowBytes =
    8 * most(({ dimension }) => dimension) + CELL_BYTES * size.columns.length + ROW_BYTES + TREE_ROW_BYTES;
  const texts = size.columns.reduce(
    (sum, { categories, textUnits }) => sum + CATEGORY_BYTES * categories + TEXT_UNIT_BYTES * textUnits,
    0,
  );
  return FIXED_BYTES + size.rows * rowBytes + 8 * most(({ tableNumbers }) => tableNumbers) + texts;
}
