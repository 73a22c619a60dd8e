import { buildTree } from './build-tree.ts';
import { checkIndex, checkMask, checkPoints, checkStoredPoints } from './checks.ts';
import { openCodeFilter } from './code-filter.ts';
import { CodeWalk } from './code-walk.ts';
import type { SearchToolbox, SearchTools } from './exact-search.ts';
import { isWorthFiltering } from './row-filter.ts';
import { FilteredScan, PlainScan } from './row-scan.ts';
import { ScanSearch } from './scan-search.ts';
import { openStagedFilter } from './staged-filter.ts';
import { TreeSearch } from './tree-search.ts';
import type { Metric, NeighbourIndexData, NeighbourSearch, ScanIndexData, TreeIndexData } from './types.ts';

export type { Metric, NeighbourIndexData, NeighbourSearch, Neighbours, ScanIndexData } from './types.ts';
export { buildTree };

/** Queries that measure how much of the tree a search visits. */
const SAMPLE_QUERIES = 128;
/** The number of neighbours of each query: about what model selection usually chooses. */
const SAMPLE_NEIGHBOURS = 10;
/**
 * With a larger share of visited rows, a scan is chosen. Measured with 10 neighbours on 3,000 to 100,000 rows
 * of 6 to 40 features that vary in 4 to 16 directions. A tree takes 0.2 to 0.6 of a scan's time at a share of
 * 0.1, 0.5 to 0.7 at 0.3, 0.9 to 1 at 0.6, 0.9 to 1.1 at 0.7, and 0.9 to 1.5 above 0.9. On tables without a
 * filter, a tree takes its share plus about a tenth.
 */
const CROSSOVER_SHARE = 0.6;
/**
 * Up to this many coordinates, the codes are computed when the fourth query arrives. This takes about 30 ms
 * when memory is slow to get (10 µs for a page of 4 KB). A larger table gets its codes when it is opened: no
 * query should wait for them.
 */
const MAX_STAGED_COORDINATES = 2 ** 22;

/**
 * Indexes `points` (row-major, rows × dimension, canonical order) for a scan. The points are not copied: do
 * not change them afterwards. Throws TrainingError `points_shape` or `points_range`.
 */
export function buildScan(points: Float64Array, dimension: number, metric: Metric): ScanIndexData {
  const rows = checkPoints(points, dimension, metric);
  return { kind: 'scan', metric, rows, dimension, points };
}

/**
 * Builds a tree and measures the mean share of rows that it visits, with evenly spaced rows of its own as
 * queries (each excluded from its own answer), until enough were visited. Returns a scan when that share is
 * beyond the crossover.
 * Deterministic. Throws TrainingError `points_shape` or `points_range`.
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
 * Opens an index for searching, in place. Nothing is copied, but a filter takes a quarter of the points' size
 * where it pays. `excludedRows` is a mask of `rows` bytes; rows whose byte is not 0 are in no answer. Every
 * search reads it, so it must not change while the search is in use. `isFiltered` forces the filter on or
 * off; the answers are the same. Throws ArtifactError `artifact_index` with the check that failed, or
 * ClassifierError `query_invalid` for a bad mask.
 */
export function openIndex(
  data: NeighbourIndexData,
  options: { readonly excludedRows?: Uint8Array; readonly isFiltered?: boolean } = {},
): NeighbourSearch {
  const { excludedRows } = options;
  checkIndex(data);
  if (excludedRows !== undefined) checkMask(excludedRows, data.rows);
  const isFiltered = options.isFiltered ?? isWorthFiltering(data);
  const tools = (isFiltered ? filteringTools(data) : undefined) ?? plainTools(data);
  return data.kind === 'tree'
    ? new TreeSearch(data, tools, excludedRows)
    : new ScanSearch(data, tools, excludedRows);
}

function plainTools(data: NeighbourIndexData): SearchToolbox {
  checkStoredPoints(data);
  return { open: () => ({ scan: new PlainScan(data) }) };
}

/** Returns undefined when the system has no memory for a filter. */
function filteringTools(data: NeighbourIndexData): SearchToolbox | undefined {
  const staged = openStagedFilter(data);
  if (!staged) return undefined;
  if (!staged.isInRange()) checkStoredPoints(data);
  if (data.points.length <= MAX_STAGED_COORDINATES)
    return { first: new FilteredScan(data, staged), open: () => codeTools(data) };
  const tools = codeTools(data);
  return { first: tools.openWalk && tools.scan, open: () => tools };
}

function codeTools(data: NeighbourIndexData): SearchTools {
  const filter = openCodeFilter(data);
  if (!filter) return { scan: new PlainScan(data) };
  const scan = new FilteredScan(data, filter);
  return filter.isUnclamped ? { scan, openWalk: () => new CodeWalk(data, filter) } : { scan };
}

function measureVisitedShare(points: Float64Array, tree: TreeIndexData): number {
  const { rows, dimension } = tree;
  const search = new TreeSearch(tree, { open: () => ({ scan: new PlainScan(tree) }) });
  const queries = Math.min(SAMPLE_QUERIES, rows);
  // With so many visited, no further query can make the mean small enough for a tree.
  const enough = CROSSOVER_SHARE * queries * rows;
  let [visited, asked] = [0, 0];
  for (; asked < queries && visited <= enough; asked++) {
    const row = Math.floor((asked * rows) / queries);
    search.nearest(points.subarray(row * dimension, (row + 1) * dimension), SAMPLE_NEIGHBOURS, row);
    visited += search.rowsVisited;
  }
  return visited / (asked * rows);
}
