import { BLOCK_ROWS, type BlockKernel, blockKernel, newSurvivors, type Survivors } from './block-kernel.ts';
import type { Candidates } from './candidates.ts';
import type { NeighbourIndexData } from './index-data.ts';

/** Runs the kernel over ranges of stored rows and offers what survives, less the rows left out, to the candidates. */
export class RowScanner {
  readonly #points: Float64Array;
  readonly #dimension: number;
  readonly #order: Int32Array | undefined;
  readonly #excludedRows: Uint8Array | undefined;
  readonly #kernel: BlockKernel;
  readonly #survivors: Survivors = newSurvivors();
  rowsVisited = 0;

  constructor(data: NeighbourIndexData, excludedRows: Uint8Array | undefined) {
    this.#points = data.points;
    this.#dimension = data.dimension;
    this.#order = data.kind === 'tree' ? data.order : undefined;
    this.#excludedRows = excludedRows;
    this.#kernel = blockKernel(data.metric, data.dimension);
  }

  /** Scans the positions [from, to), at most BLOCK_ROWS of them. `excluded` is a row to leave out, or −1. */
  scan(query: Float64Array, from: number, to: number, excluded: number, candidates: Candidates): void {
    const survivors = this.#survivors;
    this.rowsVisited += to - from;
    const found = this.#kernel(query, this.#points, this.#dimension, from, to, candidates.limit, survivors);
    for (let at = 0; at < found; at++) {
      // The limit tightens as candidates enter, so most survivors of a first block end here.
      if (survivors.sums[at]! > candidates.limit) continue;
      const position = survivors.positions[at]!;
      const row = this.#order === undefined ? position : this.#order[position]!;
      if (row === excluded || this.#isLeftOut(row)) continue;
      candidates.offer(row, survivors.sums[at]!);
    }
  }

  /** Scans the positions [from, to), however many. */
  scanAll(query: Float64Array, from: number, to: number, excluded: number, candidates: Candidates): void {
    for (let start = from; start < to; start += BLOCK_ROWS) {
      this.scan(query, start, Math.min(start + BLOCK_ROWS, to), excluded, candidates);
    }
  }

  #isLeftOut(row: number): boolean {
    return this.#excludedRows !== undefined && this.#excludedRows[row] !== 0;
  }
}
