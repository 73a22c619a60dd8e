import { addTreeScores, type BoostedTrees } from './boosted-trees.ts';
import { classTargets } from './class-targets.ts';
import { binCoordinates } from './coordinate-bins.ts';
import { dealFolds } from './folds.ts';
import { chooseLandmarks, evenRows, type LabelledPoints } from './learn-landmarks.ts';
import { learnTrees, type TreeRows } from './learn-trees.ts';
import { Ridge, type RidgeSolution } from './ridge.ts';
import type { TreeScores } from './tree-scores.ts';

const PENALTIES = [0.03, 0.3, 3, 30, 300];
/** The penalty is chosen on at most this many rows, evenly spaced. */
export const LINEAR_TUNING_ROWS = 1000;
export const LINEAR_FITS = PENALTIES.length;
/**
 * The trees' scores of a row are those of trees that were learnt without its part of so many. With fewer
 * parts these differ more from the scores of queries, which trees of all rows give.
 */
export const TREE_PARTS = 4;
/** Seeds of the parts, and of the trees: the first of so many as there are parts, and one. */
const PARTS_SEED = 1;
const TREES_SEED = 1;

/** Less is rounding, and not to be scaled up. */
const MIN_VARIANCE = 1e-12;

export interface LearntTreeScores {
  readonly map: TreeScores;
  /** The scores of the rows learnt from, by fits without them: rows x map.to, row-major. */
  readonly leftOut: Float64Array;
}

/**
 * Learns a linear ridge regression and boosted trees on targets of 1 for a row's own class and -1 for the
 * others. Both are scaled to spread alike, so that neither decides alone which rows are near each other.
 */
export function learnTreeScores(rows: LabelledPoints): LearntTreeScores {
  const { points, dimension, labels, classCount } = rows;
  const linear = learnLinear(rows);
  const trees = learnAllTrees(rows);
  const { outputs } = trees.all;
  const [linearScale, treeScale] = [
    1 / spreadOf(linear.leftOut, outputs),
    1 / spreadOf(trees.leftOut, outputs),
  ];
  const to = 2 * outputs;
  const leftOut = new Float64Array(labels.length * to);
  for (let row = 0; row < labels.length; row++)
    for (let j = 0; j < outputs; j++) {
      leftOut[row * to + j] = linear.leftOut[row * outputs + j]! * linearScale;
      leftOut[row * to + outputs + j] = trees.leftOut[row * outputs + j]! * treeScale;
    }
  const map = {
    ...chooseLandmarks({ points, dimension, labels, classCount }),
    to,
    weights: linear.coefficients.map((weight) => weight * linearScale),
    trees: { ...trees.all, leaves: trees.all.leaves.map((score) => score * treeScale) },
  };
  return { map, leftOut };
}

/** The regression with the penalty that has the least leave-one-out error. */
function learnLinear(rows: LabelledPoints): RidgeSolution {
  const some = evenRows(rows, LINEAR_TUNING_ROWS);
  const tuning = ridgeOf(rows, some);
  const tried = PENALTIES.map((penalty) => ({ penalty, ...tuning.solve(penalty) }));
  const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
  if (some.length === rows.labels.length) return best;
  return ridgeOf(rows, evenRows(rows, rows.labels.length)).solve(best.penalty);
}

function ridgeOf({ points, dimension, labels, classCount }: LabelledPoints, some: Int32Array): Ridge {
  const width = dimension + 1;
  const features = new Float64Array(some.length * width).fill(1);
  some.forEach((row, i) => {
    features.set(points.subarray(row * dimension, (row + 1) * dimension), i * width);
  });
  const own = some.map((row) => labels[row]!);
  return new Ridge({ features, width, ...classTargets(own, classCount) });
}

/** Trees from all rows, and what trees say of each row that were learnt without it. */
function learnAllTrees({ points, dimension, labels, classCount }: LabelledPoints): {
  all: BoostedTrees;
  leftOut: Float64Array;
} {
  const rows: TreeRows = { bins: binCoordinates(points, dimension), ...classTargets(labels, classCount) };
  const every = Int32Array.from(labels, (_, row) => row);
  const partOf = dealFolds(labels, TREE_PARTS, PARTS_SEED);
  const leftOut = new Float64Array(rows.targets.length);
  for (let part = 0; part < TREE_PARTS; part++) {
    const others = every.filter((row) => partOf[row] !== part);
    const trees = learnTrees(rows, others, TREES_SEED + 1 + part);
    for (const row of every.filter((one) => partOf[one] === part)) {
      const point = points.subarray(row * dimension, (row + 1) * dimension);
      addTreeScores(trees, point, leftOut, row * rows.outputs);
    }
  }
  return { all: learnTrees(rows, every, TREES_SEED), leftOut };
}

/** The root of the sum of the scores' variances; 1 where all rows score alike. */
function spreadOf(scores: Float64Array, outputs: number): number {
  const rows = scores.length / outputs;
  let variance = 0;
  for (let j = 0; j < outputs; j++) {
    let [sum, squares] = [0, 0];
    for (let at = j; at < scores.length; at += outputs) {
      sum += scores[at]!;
      squares += scores[at]! * scores[at]!;
    }
    variance += squares / rows - (sum / rows) ** 2;
  }
  return variance > MIN_VARIANCE ? Math.sqrt(variance) : 1;
}
