import { drawMarked, exactPValue } from './hypergeometric.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import type { SeededRandom } from './seeded-random.ts';
import { simulatedPValue } from './simulated-p-value.ts';

/** The counts of each category in the baseline and in the batch, in the same order. */
export interface CategoryCounts {
  readonly baseline: readonly number[];
  readonly batch: readonly number[];
}

/** Categories with a smaller expected count in the batch are merged, as is usual for chi-square. */
const MIN_EXPECTED = 5;

/**
 * The chi-square test of whether two samples have the same category frequencies. If both came from one
 * source, every choice of the pooled values as the batch would be equally likely. For two cells this gives an
 * exact p-value, for more a simulated one. Neither needs large counts, as the chi-square distribution does.
 * Rare categories are merged nevertheless, because many of them would hide the others. Which categories are
 * rare depends only on the pooled counts, which all choices share, so the p-value stays valid. The merged
 * cell may itself be small: it is where a new category shows.
 *
 * @returns the distance is the total variation distance of all categories: the share of the batch that would
 *   have to change
 */
export function categoryTest(counts: CategoryCounts, level: number, random: SeededRandom): TestResult {
  const [n, m] = [sum(counts.baseline), sum(counts.batch)];
  if (n === 0 || m === 0) return { distance: 0, pValue: 1 };
  const differences = counts.baseline.map((count, i) => Math.abs(count / n - counts.batch[i]! / m));
  const distance = sum(differences) / 2;
  const cells = pooledCells(counts, n + m, m);
  if (cells.length < 2) return { distance, pValue: 1 };
  const [first] = cells as [Cell];
  if (cells.length === 2)
    return { distance, pValue: exactPValue({ all: n + m, marked: first.all, drawn: m }, first.batch) };
  return { distance, pValue: simulatedCells(cells, m, level, random) };
}

interface Cell {
  /** The count in both samples together. */
  all: number;
  batch: number;
}

function pooledCells({ baseline, batch }: CategoryCounts, all: number, drawn: number): Cell[] {
  const cells: Cell[] = [];
  const rare: Cell = { all: 0, batch: 0 };
  baseline.forEach((count, i) => {
    const cell = { all: count + batch[i]!, batch: batch[i]! };
    if (cell.all * drawn >= MIN_EXPECTED * all) cells.push(cell);
    else {
      rare.all += cell.all;
      rare.batch += cell.batch;
    }
  });
  return rare.all > 0 ? [...cells, rare] : cells;
}

function simulatedCells(cells: readonly Cell[], drawn: number, level: number, random: SeededRandom): number {
  const all = cells.reduce((total, cell) => total + cell.all, 0);
  // (batch - expected)^2 / expected, without the part that is equal for all draws.
  const term = (cell: Cell, count: number) => (count * count) / cell.all;
  const seen = cells.reduce((total, cell) => total + term(cell, cell.batch), 0);
  const extreme = seen * (1 - 1e-12);
  return simulatedPValue(level, () => {
    const left = { all, drawn };
    let statistic = 0;
    for (const cell of cells) {
      const count = drawMarked({ all: left.all, marked: cell.all, drawn: left.drawn }, random);
      left.all -= cell.all;
      left.drawn -= count;
      statistic += term(cell, count);
    }
    return statistic >= extreme;
  });
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
