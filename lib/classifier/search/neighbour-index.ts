import { buildTree } from './build-tree.ts';
import { checkIndex } from './check-index.ts';
import { checkPoints } from './check-points.ts';
import { checkMask } from './check-query.ts';
import type { NeighbourIndexData, ScanIndexData } from './index-data.ts';
import type { Metric } from './metric.ts';
import type { NeighbourSearch } from './neighbour-search.ts';
import { ScanSearch } from './scan-search.ts';
import { TreeSearch } from './tree-search.ts';

export type { NeighbourIndexData, ScanIndexData } from './index-data.ts';
export type { Metric } from './metric.ts';
export type { NeighbourSearch, Neighbours } from './neighbour-search.ts';
export { buildTree };

/** Queries that measure how much of the tree a search visits. */
const SAMPLE_QUERIES = 128;
/** Neighbours asked of each: about what model selection settles on. */
const SAMPLE_NEIGHBOURS = 10;
/**
 * Share of rows visited beyond which the scan is chosen. Measured with the kernels in plain TypeScript on 3,000 to
 * 200,000 rows of 4 to 64 features: a tree takes about its visited share of a scan's time, plus a tenth (0.2 at a
 * share of 0.1, 0.4 to 0.5 at 0.3, 0.5 to 0.8 at 0.5, 0.7 to 0.8 at 0.7, 0.8 to 1.4 above 0.9; batches alike). A faster
 * scan kernel moves the crossover down.
 */
const CROSSOVER_SHARE = 0.7;

/**
 * Indexes `points` (row-major, rows × dimension, canonical order) for a scan. The points are held, not copied: do not
 * change them afterwards. Throws TrainingError `points_shape` or `points_range`.
 */
export function buildScan(points: Float64Array, dimension: number, metric: Metric): ScanIndexData {
  const rows = checkPoints(points, dimension, metric);
  return { kind: 'scan', metric, rows, dimension, points };
}

/**
 * Builds a tree, measures the mean share of rows that it visits for evenly spaced rows of its own (each left out of
 * its own answer), and settles for a scan where that share is beyond the crossover. Deterministic.
 * Throws TrainingError `points_shape` or `points_range`.
 */
export function chooseIndex(
  points: Float64Array,
  dimension: number,
  metric: Metric,
): { data: NeighbourIndexData; visitedShare: number } {
  const tree = buildTree(points, dimension, metric);
  const visitedShare = measureVisitedShare(points, tree);
  const data = visitedShare > CROSSOVER_SHARE ? buildScan(points, dimension, metric) : tree;
  return { data, visitedShare };
}

/**
 * Opens an index for searching, in place: nothing is copied. `excludedRows` is a mask of `rows` bytes; rows whose
 * byte is not 0 are in no answer. It is read at every search and must not change while the search is in use.
 * Throws ArtifactError `artifact_index` with the check that failed, ClassifierError `query_invalid` for a bad mask.
 */
export function openIndex(
  data: NeighbourIndexData,
  options: { readonly excludedRows?: Uint8Array } = {},
): NeighbourSearch {
  checkIndex(data);
  if (options.excludedRows !== undefined) checkMask(options.excludedRows, data.rows);
  return data.kind === 'tree'
    ? new TreeSearch(data, options.excludedRows)
    : new ScanSearch(data, options.excludedRows);
}

function measureVisitedShare(points: Float64Array, tree: NeighbourIndexData): number {
  const { rows, dimension } = tree;
  const search = openIndex(tree);
  const queries = Math.min(SAMPLE_QUERIES, rows);
  let visited = 0;
  for (let query = 0; query < queries; query++) {
    const row = Math.floor((query * rows) / queries);
    search.nearest(points.subarray(row * dimension, (row + 1) * dimension), SAMPLE_NEIGHBOURS, row);
    visited += search.rowsVisited;
  }
  return visited / (queries * rows);
}
