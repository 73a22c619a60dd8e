import { drawMarked, exactPValue } from './hypergeometric.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import type { SeededRandom } from './seeded-random.ts';
import { simulatedPValue } from './simulated-p-value.ts';

/** How often each category occurs, in step: in the baseline and in the batch. */
export interface CategoryCounts {
  readonly baseline: readonly number[];
  readonly batch: readonly number[];
}

/** Categories of which the batch is expected to hold fewer are taken together, as is usual for chi-square. */
const LEAST_EXPECTED = 5;

/**
 * The chi-square test of whether two samples share their categories' frequencies. Were both of one source, every choice of the pooled values
 * as the batch would be equally likely: of two cells that gives an exact p-value, of more a simulated one. Neither needs large counts, as
 * the chi-square distribution does; rare categories are taken together all the same, since many of them would drown out the others. What
 * they are follows from the pooled counts alone, which every choice has in common, so that the p-value stays valid. Their
 * cell may be small itself: a new category that comes up is seen in it.
 *
 * @returns as distance the total variation distance of all categories: the share of the batch that would have to change
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
  /** Of both samples together. */
  all: number;
  batch: number;
}

function pooledCells({ baseline, batch }: CategoryCounts, all: number, drawn: number): Cell[] {
  const cells: Cell[] = [];
  const rare: Cell = { all: 0, batch: 0 };
  baseline.forEach((count, i) => {
    const cell = { all: count + batch[i]!, batch: batch[i]! };
    if (cell.all * drawn >= LEAST_EXPECTED * all) cells.push(cell);
    else {
      rare.all += cell.all;
      rare.batch += cell.batch;
    }
  });
  return rare.all > 0 ? [...cells, rare] : cells;
}

function simulatedCells(cells: readonly Cell[], drawn: number, level: number, random: SeededRandom): number {
  const all = cells.reduce((total, cell) => total + cell.all, 0);
  // (batch - expected)^2 / expected without what all draws have in common.
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
