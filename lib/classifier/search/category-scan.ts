import type { Candidates } from './candidates.ts';
import type { RowScan } from './row-scan.ts';
import type { Metric, ScanIndexData } from './types.ts';

/** Coordinates of which at most one is not 0 in any row, and then always the same number. */
export interface IndicatorBlock {
  readonly offset: number;
  readonly width: number;
  /** That number. */
  readonly value: number;
}

/** A run of blocks without other coordinates between them, or of coordinates that are in no block. */
interface Run {
  readonly isCodes: boolean;
  /** Indices of codes, or of other coordinates, from 0 over the whole row. */
  readonly from: number;
  readonly to: number;
}

/** Rows as codes and other coordinates, row-major each. */
interface CodedRows {
  /** For each block, 1 plus the index of the coordinate that is not 0; 0 for none. */
  readonly codes: Uint16Array;
  readonly others: Float64Array;
}

/**
 * Compares rows whose coordinates are mostly indicators of categories: one code for each block instead of
 * all its coordinates, so a row of 1,000 columns with 32 categories has 1,000 comparisons, not 32,000.
 *
 * The distances are those of the kernels in block-kernel.ts to the last bit. A sum over all coordinates adds
 * 0 wherever both rows have a 0, or both the same indicator, which changes no sum. Two different indicators
 * add the same term twice, one indicator against none adds it once, and this adds just these terms, in the
 * order of the coordinates.
 */
export class CategoryScan implements RowScan {
  readonly #dimension: number;
  readonly #blocks: readonly IndicatorBlock[];
  readonly #otherCoordinates: Int32Array;
  readonly #runs: readonly Run[];
  readonly #terms: Float64Array;
  readonly #addOthers: AddOthers;
  readonly #coded: CodedRows;
  /** Of the queries, by slot. */
  readonly #queries: CodedRows[] = [];

  /**
   * @param data its points are read here only
   * @param blocks in ascending order, none empty, none over another
   */
  constructor({ points, rows, dimension, metric }: ScanIndexData, blocks: readonly IndicatorBlock[]) {
    this.#dimension = dimension;
    this.#blocks = blocks;
    this.#otherCoordinates = othersOf(blocks, dimension);
    this.#runs = runsOf(blocks, dimension);
    this.#terms = Float64Array.from(blocks, ({ value }) => termOf(metric, value));
    this.#addOthers = metric === 'euclidean' ? addSquares : addMagnitudes;
    this.#coded = this.#code(points, rows);
  }

  prepare(query: Float64Array, slot: number): void {
    this.#queries[slot] = this.#code(query, 1);
  }

  offer(_query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void {
    const { codes, others } = this.#queries[slot]!;
    for (let row = from; row < to; row++) {
      const sum = this.#sum(codes, others, row, candidates.limit);
      if (sum <= candidates.limit) candidates.offer(row, sum);
    }
  }

  #code(points: Float64Array, rows: number): CodedRows {
    const blocks = this.#blocks;
    const others = this.#otherCoordinates;
    const coded = {
      codes: new Uint16Array(rows * blocks.length),
      others: new Float64Array(rows * others.length),
    };
    for (let row = 0; row < rows; row++) {
      const at = row * this.#dimension;
      for (let block = 0; block < blocks.length; block++) {
        const { offset, width } = blocks[block]!;
        let code = width;
        while (code > 0 && points[at + offset + code - 1] === 0) code--;
        coded.codes[row * blocks.length + block] = code;
      }
      for (let i = 0; i < others.length; i++)
        coded.others[row * others.length + i] = points[at + others[i]!]!;
    }
    return coded;
  }

  /** The sum of a row, or a part of it that is beyond the limit. */
  #sum(codes: Uint16Array, coordinates: Float64Array, row: number, limit: number): number {
    const own = this.#coded;
    const codesAt = row * this.#blocks.length;
    const othersAt = row * this.#otherCoordinates.length;
    const add = this.#addOthers;
    let sum = 0;
    for (let i = 0; i < this.#runs.length && sum <= limit; i++) {
      const run = this.#runs[i]!;
      sum = run.isCodes
        ? addCodes(sum, codes, own.codes, codesAt, this.#terms, run)
        : add(sum, coordinates, own.others, othersAt, run);
    }
    return sum;
  }
}

const termOf = (metric: Metric, value: number) => (metric === 'euclidean' ? value * value : Math.abs(value));

// Plain loops over typed arrays: they take nearly all of the time of a search.

/**
 * Adds the terms of a run of codes: one for each indicator that only one of the two rows has. Adding 0
 * changes no sum, and takes less time than a jump that depends on the row.
 */
function addCodes(
  start: number,
  query: Uint16Array,
  codes: Uint16Array,
  at: number,
  terms: Float64Array,
  run: Run,
): number {
  let sum = start;
  const end = run.to;
  for (let i = run.from; i < end; i++) {
    const asked = query[i]!;
    const own = codes[at + i]!;
    const term = terms[i]!;
    const difference = asked ^ own;
    // Codes are not negative: the sign of -code tells whether it is 0.
    const differs = (difference | -difference) >>> 31;
    const isBoth = ((-asked & -own) >>> 31) & differs;
    sum += term * differs;
    sum += term * isBoth;
  }
  return sum;
}

type AddOthers = (start: number, query: Float64Array, rows: Float64Array, at: number, run: Run) => number;

const addSquares: AddOthers = (start, query, rows, at, run) => {
  let sum = start;
  for (let i = run.from; i < run.to; i++) {
    const difference = query[i]! - rows[at + i]!;
    sum += difference * difference;
  }
  return sum;
};

const addMagnitudes: AddOthers = (start, query, rows, at, run) => {
  let sum = start;
  for (let i = run.from; i < run.to; i++) sum += Math.abs(query[i]! - rows[at + i]!);
  return sum;
};

/** The coordinates that are in no block, ascending. */
function othersOf(blocks: readonly IndicatorBlock[], dimension: number): Int32Array {
  const isInBlock = new Uint8Array(dimension);
  for (const { offset, width } of blocks) isInBlock.fill(1, offset, offset + width);
  return Int32Array.from({ length: dimension }, (_, coordinate) => coordinate).filter(
    (coordinate) => isInBlock[coordinate] === 0,
  );
}

/** Long runs are cut, so that a row that is too far away is left early. */
const MAX_RUN = 128;

function runsOf(blocks: readonly IndicatorBlock[], dimension: number): Run[] {
  const runs: Run[] = [];
  let [codes, others, at] = [0, 0, 0];
  const add = (isCodes: boolean, from: number, count: number) => {
    const last = runs.at(-1);
    const joins = last?.isCodes === isCodes && last.to - last.from + count <= MAX_RUN;
    if (joins) runs[runs.length - 1] = { isCodes, from: last.from, to: from + count };
    else runs.push({ isCodes, from, to: from + count });
  };
  for (const { offset, width } of [...blocks, { offset: dimension, width: 0 }]) {
    for (; at < offset; at++) add(false, others++, 1);
    if (width > 0) add(true, codes++, 1);
    at = offset + width;
  }
  return runs;
}
