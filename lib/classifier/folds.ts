import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Deals rows into folds so that each class is spread evenly. The rows of a class are shuffled by the seed,
 * then dealt round robin from the fold where the previous class stopped, so that fold sizes differ by at most
 * one.
 *
 * @param labels class index per row, rows in canonical order
 * @returns the fold of each row, `0 .. foldCount - 1`
 */
export function dealFolds(labels: ArrayLike<number>, foldCount: number, seed: number): Int32Array {
  const generator = xoroshiro128plus(seed);
  const folds = new Int32Array(labels.length);
  let next = 0;
  for (const rows of rowsByClass(labels)) {
    for (let i = rows.length - 1; i > 0; i--) {
      const j = uniformInt(generator, 0, i);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    for (const row of rows) {
      folds[row] = next;
      next = (next + 1) % foldCount;
    }
  }
  return folds;
}

function rowsByClass(labels: ArrayLike<number>): number[][] {
  const classes: number[][] = [];
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    while (classes.length <= label) classes.push([]);
    classes[label]!.push(row);
  }
  return classes;
}
