import { type BlockKernel, blockKernel } from './block-kernel.ts';
import type { Candidates } from './candidates.ts';
import type { CodeFilter } from './code-filter.ts';
import { MAX_NEIGHBOURS, WAITING_BYTES } from './filter-memory.ts';
import { certainShare, type NeighbourIndexData } from './types.ts';

import { type WalkFunctions, walkFunctions } from './walk-kernel.ts';

/**
 * Searches in WebAssembly by the codes of a filter. It reads doubles only at the end, of the rows that may be
 * among the nearest: each such read waits for distant memory, and together they take little longer than one.
 * A scan is a tree of one leaf here.
 */
export class CodeWalk {
  /** The rows visited by the latest query. */
  rowsVisited = 0;
  readonly #filter: CodeFilter;
  readonly #kernel: BlockKernel;
  readonly #points: Float64Array;
  readonly #rows: number;
  readonly #dimension: number;
  readonly #innerNodes: number;
  readonly #certain: number;
  readonly #query: Float64Array;
  readonly #offsets: Float64Array;
  readonly #visited: Int32Array;
  /** Positions, each followed by its sum. */
  readonly #waiting: Int32Array;
  readonly #functions: WalkFunctions;
  /**
   * A meaningless sum. It is kept so that the compiler does not remove the loads that it is made of: see
   * #offerWaiting.
   */
  ahead = 0.5;

  /** @param filter a filter of the same data in which no code was clamped */
  constructor(data: NeighbourIndexData, filter: CodeFilter) {
    const { metric, dimension } = data;
    this.#filter = filter;
    this.#kernel = blockKernel(metric, dimension);
    this.#points = data.points;
    this.#rows = data.rows;
    this.#dimension = dimension;
    this.#innerNodes = data.kind === 'tree' ? data.splitFeatures.length : 0;
    this.#certain = certainShare(dimension);
    const { places, memory } = filter;
    const { buffer } = memory;
    if (data.kind === 'tree') {
      new Uint16Array(buffer, places.splitFeaturesAt, this.#innerNodes).set(data.splitFeatures);
      new Float64Array(buffer, places.splitBoundsAt, 2 * this.#innerNodes).set(data.splitBounds);
    }
    this.#query = new Float64Array(buffer, places.queryAt, dimension);
    this.#offsets = new Float64Array(buffer, places.offsetsAt, dimension);
    this.#visited = new Int32Array(buffer, places.visitedAt, 1);
    this.#waiting = new Int32Array(buffer, places.waitingAt);
    this.#functions = walkFunctions(metric, dimension, memory);
  }

  /**
   * Offers to `candidates` every row that may be among the nearest. Offers none and returns false when it
   * cannot tell.
   */
  collect(query: Float64Array, candidates: Candidates): boolean {
    const wanted = candidates.vacancies + candidates.maxExcluded;
    if (wanted === 0 || wanted > MAX_NEIGHBOURS || !this.#filter.prepare(query, 0)) return false;
    const { places, scale, slack, underflow } = this.#filter;
    this.#query.set(query);
    const count = this.#functions.walk(
      wanted,
      this.#rows,
      this.#innerNodes,
      places.splitFeaturesAt,
      places.splitBoundsAt,
      scale,
      slack,
      this.#certain,
      underflow,
    );
    if (count < 0) {
      this.#offsets.fill(0);
      return false;
    }
    this.rowsVisited = this.#visited[0]!;
    this.#offerWaiting(query, count, candidates);
    return true;
  }

  #offerWaiting(query: Float64Array, count: number, candidates: Candidates): void {
    const kernel = this.#kernel;
    const points = this.#points;
    const dimension = this.#dimension;
    const words = WAITING_BYTES / 4;
    let ahead = 0;
    for (let i = 0; i < count; i++) ahead += points[Math.imul(this.#waiting[words * i]!, dimension)]!;
    this.ahead = ahead;
    for (let i = 0; i < count; i++) {
      const position = this.#waiting[words * i]!;
      kernel(query, points, dimension, position, position + 1, candidates);
    }
  }
}
