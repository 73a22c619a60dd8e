import type { Metric } from './metric.ts';

/** Most rows that a leaf of the tree holds; leaves of one tree differ by one row at most. */
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

/** Every row is looked at: for data whose intrinsic dimension defeats a tree. */
export interface ScanIndexData extends IndexDataBase {
  readonly kind: 'scan';
}

/**
 * An implicit balanced k-d tree. Node 0 is the root and covers the positions [0, rows); node i splits its range
 * [low, high) at (low + high) >>> 1 into nodes 2i + 1 and 2i + 2. With S = innerNodeCount(rows), nodes 0 to S − 1
 * are inner nodes, the others are leaves; no ranges, pointers or leaves are stored.
 */
export interface TreeIndexData extends IndexDataBase {
  readonly kind: 'tree';
  /** Length rows: order[position] is the canonical row stored at that position. */
  readonly order: Int32Array;
  /** Length S: the feature along which inner node i splits. */
  readonly splitFeatures: Uint16Array;
  /** Length 2S: at 2i the largest value on the left of node i's split, at 2i + 1 the smallest on its right. */
  readonly splitBounds: Float64Array;
}

/** What an artifact stores of a neighbour index: every section is used in place, none is copied or rebuilt. */
export type NeighbourIndexData = TreeIndexData | ScanIndexData;

/** Inner nodes of the tree over this many rows: 2^L − 1 for the least L whose leaves hold at most LEAF_ROWS rows. */
export function innerNodeCount(rows: number): number {
  let leaves = 1;
  while (leaves * LEAF_ROWS < rows) leaves *= 2;
  return leaves - 1;
}
