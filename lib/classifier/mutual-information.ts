import { type ColumnData, isNumbers } from '../columns/kinds.ts';
import type { LearningColumn } from '../columns/learning.ts';

/** The number of equal-frequency bins for numbers. */
const BINS = 16;

/**
 * How much a feature says about the class: mutual information divided by the classes' entropy, in [0, 1],
 * less the amount expected by chance (Miller and Madow, 1955). A missing value counts as a value of its own.
 */
export function informationOf({ column, sorted, labels, classCount }: LearningColumn<ColumnData>): number {
  const bins = binsOf(column, sorted);
  const cells = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row++) cells[row] = bins.of(row) * classCount + labels[row]!;
  return normalised(countCells(cells, bins.count * classCount), classCount, labels.length);
}

/** Pairs of a bin and a class that occur: `bin * classes + class`, ascending, and the rows of each. */
interface CellCounts {
  readonly cells: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** Up to this many pairs for each row are counted in an array that has a place for each. */
const MAX_PLACES_PER_ROW = 8;

/** Most pairs of 10,000 categories and 1,000 classes do not occur: they must cost no time and no memory. */
function countCells(cells: Float64Array, possible: number): CellCounts {
  const found: { cells: number[]; counts: number[] } = { cells: [], counts: [] };
  const add = (cell: number, count: number) => {
    found.cells.push(cell);
    found.counts.push(count);
  };
  if (possible <= MAX_PLACES_PER_ROW * cells.length) {
    const places = new Uint32Array(possible);
    for (const cell of cells) places[cell]!++;
    places.forEach((count, cell) => {
      if (count > 0) add(cell, count);
    });
    return found;
  }
  const sorted = cells.sort();
  for (let at = 0; at < sorted.length; ) {
    const start = at;
    while (sorted[at] === sorted[start]) at++;
    add(sorted[start]!, at - start);
  }
  return found;
}

interface Bins {
  readonly count: number;
  of(row: number): number;
}

function binsOf(column: ColumnData, sorted: Float64Array): Bins {
  if (!isNumbers(column)) {
    const { codes, categories } = column;
    return { count: categories.length + 1, of: (row) => codes[row]! + 1 };
  }
  const { values } = column;
  const edges = edgesOf(sorted);
  return {
    count: edges.length + 2,
    of: (row) => (Number.isNaN(values[row]!) ? 0 : 1 + edgesBelow(edges, values[row]!)),
  };
}

function edgesOf(sorted: Float64Array): number[] {
  const edges: number[] = [];
  for (let i = 1; i < BINS; i++) {
    const edge = sorted[Math.floor((i * sorted.length) / BINS)];
    if (edge !== undefined && edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}

function edgesBelow(edges: readonly number[], value: number): number {
  let count = 0;
  while (count < edges.length && edges[count]! <= value) count++;
  return count;
}

function normalised({ cells, counts }: CellCounts, classes: number, rows: number): number {
  const ofBin = new Float64Array(Math.floor((cells[cells.length - 1] ?? 0) / classes) + 1);
  const ofClass = new Float64Array(classes);
  for (let i = 0; i < cells.length; i++) {
    ofBin[Math.floor(cells[i]! / classes)]! += counts[i]!;
    ofClass[cells[i]! % classes]! += counts[i]!;
  }
  let information = 0;
  for (let i = 0; i < cells.length; i++) {
    const [cell, count] = [cells[i]!, counts[i]!];
    const expected = (ofBin[Math.floor(cell / classes)]! * ofClass[cell % classes]!) / rows;
    information += (count / rows) * Math.log(count / expected);
  }
  let entropy = 0;
  for (const count of ofClass) if (count > 0) entropy -= (count / rows) * Math.log(count / rows);
  if (entropy === 0) return 0;
  const used = (totals: Float64Array) => totals.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const byChance = ((used(ofBin) - 1) * (used(ofClass) - 1)) / (2 * rows);
  return Math.min(1, Math.max(0, information - byChance) / entropy);
}
