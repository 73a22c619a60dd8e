import { addTreeScores, type BoostedTrees } from './boosted-trees.ts';
import type { Landmarks } from './landmark-scores.ts';

/**
 * No weight and no leaf is larger: ridge weights stay below 1,000 with 20,000 rows, and are scaled by at most
 * a million. Scores of the largest coordinates, 1e140, then have squares that do not overflow.
 */
export const MAX_TREE_SCORE = 1e9;

/**
 * A map of coordinates to scores of the classes, by a linear regression and by boosted trees, side by side:
 * the one follows directions, the other bounds and what features do together. Rows that both judge alike are
 * near each other. The landmarks only tell how novel a row is.
 */
export interface TreeScores extends Landmarks {
  /** The scores: those of the regression, then as many of the trees. */
  readonly to: number;
  /** The regression's weights of each coordinate, last of a constant 1: (from + 1) x to / 2, row-major. */
  readonly weights: Float64Array;
  readonly trees: BoostedTrees;
}

/** The scores of each row of row-major points. */
export function treeScorePoints(map: TreeScores, points: Float64Array): Float64Array {
  const { from, to, weights, trees } = map;
  const outputs = to / 2;
  const rows = points.length / from;
  const scores = new Float64Array(rows * to);
  for (let row = 0; row < rows; row++) {
    const point = points.subarray(row * from, (row + 1) * from);
    for (let j = 0; j < outputs; j++) {
      let score = weights[from * outputs + j]!;
      for (let i = 0; i < from; i++) score += point[i]! * weights[i * outputs + j]!;
      scores[row * to + j] = score;
    }
    addTreeScores(trees, point, scores, row * to + outputs);
  }
  return scores;
}
