/**
 * The distance between two points: the root of the summed squares, or the sum of the absolute differences.
 */
export type Metric = 'euclidean' | 'manhattan';

export const METRICS: readonly Metric[] = ['euclidean', 'manhattan'];

/**
 * The largest magnitude of a coordinate for which no distance between two points of this dimension overflows.
 * Two coordinates at opposite ends differ by 2m, so the squares sum to at most d(2m)², which must stay below
 * Number.MAX_VALUE. The factor 0.49 instead of 0.5 leaves room for the roundings of d additions. The same
 * bound serves the manhattan metric, where it is not tight.
 */
export function largestCoordinate(dimension: number): number {
  return 0.49 * Math.sqrt(Number.MAX_VALUE / dimension);
}

/**
 * The certain share of a distance bound, where the bound is a sum of at most 62 additions and a distance has
 * one addition for each feature: see TreeSearch.
 */
export const certainShare = (dimension: number): number => 1 - (64 + dimension) * 2 ** -52;

/** The maximum number of rows in a leaf. Leaves of one tree differ by at most one row. */
export const LEAF_ROWS = 64;

interface IndexDataBase {
  readonly metric: Metric;
  /** Rows indexed: 1 or more; rows × dimension is at most 2³¹ − 1. */
  readonly rows: number;
  /** Coordinates per row, 1 to 65,535. */
  readonly dimension: number;
  /** Length rows × dimension, row-major: in canonical order for a scan, in the tree's order for a tree. */
  readonly points: Float64Array;
}

/** Compares every row: for data whose intrinsic dimension defeats a tree. */
export interface ScanIndexData extends IndexDataBase {
  readonly kind: 'scan';
}

/**
 * An implicit balanced k-d tree. Node 0 is the root and covers the positions [0, rows); node i splits its
 * range [low, high) at (low + high) >>> 1 into nodes 2i + 1 and 2i + 2. With S = innerNodeCount(rows), nodes
 * 0 to S − 1 are inner nodes, the others are leaves; no ranges, pointers or leaves are stored.
 */
export interface TreeIndexData extends IndexDataBase {
  readonly kind: 'tree';
  /** Length rows: order[position] is the canonical row stored at that position. */
  readonly order: Int32Array;
  /** Length S: the feature along which inner node i splits. */
  readonly splitFeatures: Uint16Array;
  /**
   * Length 2S: at 2i the largest value on the left of node i's split, at 2i + 1 the smallest on its right.
   */
  readonly splitBounds: Float64Array;
}

/**
 * The part of a neighbour index that an artifact stores. Every section is used in place; none is copied or
 * rebuilt.
 */
export type NeighbourIndexData = TreeIndexData | ScanIndexData;

/**
 * The number of inner nodes of a tree over this many rows: 2^L − 1 for the smallest L whose leaves hold at
 * most LEAF_ROWS rows.
 */
export function innerNodeCount(rows: number): number {
  let leaves = 1;
  while (leaves * LEAF_ROWS < rows) leaves *= 2;
  return leaves - 1;
}

/** The nearest rows of one query, nearest first; equal distances in ascending row order. */
export interface Neighbours {
  /** Canonical row indices. */
  readonly rows: Int32Array;
  /** True distances (the root is taken), ascending, one for each of `rows`. */
  readonly distances: Float64Array;
}

/**
 * The nearest rows of many queries, flat: query q's neighbours are at [q × width, (q + 1) × width). A query
 * has fewer than `width` neighbours only when a row is excluded; its last entries are then row −1 at distance
 * Infinity.
 */
export interface NeighbourBatch {
  readonly queries: number;
  /** Neighbours per query: k, or the number of searchable rows if that is smaller. */
  readonly width: number;
  readonly rows: Int32Array;
  readonly distances: Float64Array;
}

/**
 * Exact k-nearest-neighbour search. A search has scratch space, so one search serves one caller at a time;
 * any number may be opened on the same data. Every method throws ClassifierError `query_invalid` for a wrong
 * length, a NaN, an infinity, a coordinate beyond largestCoordinate(dimension), or an invalid k or row.
 */
export interface NeighbourSearch {
  readonly rows: number;
  readonly dimension: number;
  /** The number of rows that a search may return: all but those excluded on opening. */
  readonly searchableRows: number;
  /** Rows whose distance was computed at least in part in the latest call, over all its queries. */
  readonly rowsVisited: number;
  /**
   * The min(k, searchable) rows nearest to `query` (length dimension). `exclude` is one more row to exclude.
   */
  nearest(query: Float64Array, k: number, exclude?: number): Neighbours;
  /**
   * The same for many queries: row-major, a multiple of dimension long. `exclude` holds one row to exclude
   * for each query, or −1. Answers equal those of `nearest` bit for bit.
   */
  nearestBatch(queries: Float64Array, k: number, exclude?: Int32Array): NeighbourBatch;
}
