/** The nearest rows of one query, nearest first; equal distances in ascending row order. */
export interface Neighbours {
  /** Canonical row indices. */
  readonly rows: Int32Array;
  /** True distances (the root is taken), ascending, in step with `rows`. */
  readonly distances: Float64Array;
}

/**
 * The nearest rows of many queries, flat: query q's neighbours are at [q × width, (q + 1) × width). Where a query has
 * fewer than `width`, which only leaving out a row can bring about, its last entries are row −1 at distance Infinity.
 */
export interface NeighbourBatch {
  readonly queries: number;
  /** Neighbours per query: k, or the number of searchable rows where that is smaller. */
  readonly width: number;
  readonly rows: Int32Array;
  readonly distances: Float64Array;
}

/**
 * Exact k-nearest-neighbour search. A search keeps scratch space, so one search serves one caller at a time; any
 * number may be opened on the same data. Every method throws ClassifierError `query_invalid` for a wrong length, a
 * NaN, an infinity, a coordinate beyond largestCoordinate(dimension), or a k or row that is no such number.
 */
export interface NeighbourSearch {
  readonly rows: number;
  readonly dimension: number;
  /** Rows that a search may return: all but those left out on opening. */
  readonly searchableRows: number;
  /** Rows whose distance was begun in the latest call, over all its queries. */
  readonly rowsVisited: number;
  /**
   * The min(k, searchable) rows nearest to `query` (length dimension). `exclude` is a row to leave out as well.
   */
  nearest(query: Float64Array, k: number, exclude?: number): Neighbours;
  /**
   * The same for many queries: row-major, a multiple of dimension long. `exclude` holds a row to leave out for each
   * query, or −1. Answers are bit for bit those of `nearest`.
   */
  nearestBatch(queries: Float64Array, k: number, exclude?: Int32Array): NeighbourBatch;
}
