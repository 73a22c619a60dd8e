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
  const counts = new Float64Array(bins.count * classCount);
  for (let row = 0; row < labels.length; row++) counts[bins.of(row) * classCount + labels[row]!]! += 1;
  return normalised(counts, bins.count, classCount, labels.length);
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

function normalised(counts: Float64Array, bins: number, classes: number, rows: number): number {
  const ofBin = new Float64Array(bins);
  const ofClass = new Float64Array(classes);
  counts.forEach((count, at) => {
    ofBin[Math.floor(at / classes)]! += count;
    ofClass[at % classes]! += count;
  });
  let information = 0;
  counts.forEach((count, at) => {
    if (count === 0) return;
    const expected = (ofBin[Math.floor(at / classes)]! * ofClass[at % classes]!) / rows;
    information += (count / rows) * Math.log(count / expected);
  });
  let entropy = 0;
  for (const count of ofClass) if (count > 0) entropy -= (count / rows) * Math.log(count / rows);
  if (entropy === 0) return 0;
  const used = (totals: Float64Array) => totals.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const byChance = ((used(ofBin) - 1) * (used(ofClass) - 1)) / (2 * rows);
  return Math.min(1, Math.max(0, information - byChance) / entropy);
}
