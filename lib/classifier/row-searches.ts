import { ENCODINGS } from '../columns/kinds.ts';
import type { Encoder } from './encoder.ts';
import { CategoryScan, type IndicatorBlock } from './search/category-scan.ts';
import { checkIndex, checkMask, checkStoredPoints } from './search/checks.ts';
import { openCodeFilter } from './search/code-filter.ts';
import { firstCopies } from './search/few-copies.ts';
import {
  buildScan,
  chooseIndex,
  type NeighbourIndexData,
  type NeighbourSearch,
  openIndex,
} from './search/neighbour-index.ts';
import { isWorthFiltering, MAX_FEATURES } from './search/row-filter.ts';
import { FilteredScan } from './search/row-scan.ts';
import { ScanSearch } from './search/scan-search.ts';
import { SelectedRows } from './search/selected-rows.ts';
import type { Metric } from './search/types.ts';

/** Categories are compared by codes where that leaves at most this share of the comparisons. */
export const MAX_CODED_SHARE = 0.25;
/** With fewer coordinates a tree may leave out rows, which saves more than codes do. */
const MIN_CODED_DIMENSION = 128;

/**
 * Searches that answer many queries about the same encoded rows: of equal rows only those are searched that
 * can be in an answer, and categories are compared by codes where they have most of the coordinates. The
 * answers are those of an index over all rows, bit for bit.
 */
export class RowSearches {
  readonly #rows: number;
  readonly #dimension: number;
  readonly #blocks: readonly IndicatorBlock[] | undefined;
  readonly #kept: Int32Array | undefined;
  readonly #points: Float64Array;

  /**
   * @param points row-major, in canonical order; kept
   * @param neighbours the most that a query asks for
   */
  constructor(encoder: Encoder, points: Float64Array, neighbours: number) {
    this.#dimension = encoder.dimension;
    this.#rows = points.length / encoder.dimension;
    this.#blocks = codedBlocks(encoder);
    // One more, because a query may exclude a row.
    this.#kept = firstCopies({ points, dimension: encoder.dimension }, neighbours + 1);
    this.#points = this.#kept ? pointsAt(points, encoder.dimension, this.#kept) : points;
  }

  /** @param fallback opens a search where nothing is known of the rows that makes them special */
  open(metric: Metric, fallback = () => this.#openIndex(metric)): NeighbourSearch {
    const dimension = this.#dimension;
    if (this.#blocks) return this.#numbered(openCoded(this.#points, dimension, metric, this.#blocks));
    return this.#kept ? this.#numbered(this.#openIndex(metric)) : fallback();
  }

  /** With more coordinates than a filter takes, nearly all rows are visited, and a tree would be in vain. */
  #openIndex(metric: Metric): NeighbourSearch {
    const dimension = this.#dimension;
    if (dimension > MAX_FEATURES) return openIndex(buildScan(this.#points, dimension, metric));
    return openIndex(chooseIndex(this.#points, dimension, metric).data);
  }

  #numbered(search: NeighbourSearch): NeighbourSearch {
    return this.#kept ? new SelectedRows(search, this.#kept, this.#rows) : search;
  }
}

/** Compares categories by codes; where a filter saves more than it costs, only in the rows that it leaves. */
function openCoded(
  points: Float64Array,
  dimension: number,
  metric: Metric,
  blocks: readonly IndicatorBlock[],
): NeighbourSearch {
  const data = buildScan(points, dimension, metric);
  const coded = new CategoryScan(data, blocks);
  const filter = isWorthFiltering(data) ? openCodeFilter(data) : undefined;
  const scan = filter ? new FilteredScan(data, filter, coded) : coded;
  return new ScanSearch(data, { open: () => ({ scan }) });
}

/**
 * A search over a finished model's rows for many queries, without the excluded rows, and of equal rows only
 * those that can be in an answer.
 *
 * @param excludedRows a mask of rows
 * @throws ArtifactError `artifact_index` with the check that failed
 */
export function openWithFewCopies(
  index: NeighbourIndexData,
  neighbours: number,
  excludedRows: Uint8Array,
): NeighbourSearch {
  checkIndex(index);
  checkStoredPoints(index);
  checkMask(excludedRows, index.rows);
  const { points, dimension, metric, rows } = index;
  const order = index.kind === 'tree' ? index.order : undefined;
  const kept = firstCopies({ points, dimension, order, excludedRows }, neighbours);
  if (!kept) return openIndex(index, { excludedRows });
  const { data } = chooseIndex(pointsAt(points, dimension, kept), dimension, metric);
  const selected = order ? kept.map((position) => order[position]!) : kept;
  return new SelectedRows(openIndex(data), selected, rows);
}

function pointsAt(points: Float64Array, dimension: number, positions: Int32Array): Float64Array {
  const taken = new Float64Array(positions.length * dimension);
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i]! * dimension;
    taken.set(points.subarray(from, from + dimension), i * dimension);
  }
  return taken;
}

/** The blocks of categories that are encoded by indicators; undefined where comparing codes saves little. */
function codedBlocks({ data: { features, map }, dimension }: Encoder): IndicatorBlock[] | undefined {
  if (map !== null || dimension < MIN_CODED_DIMENSION) return undefined;
  const blocks: IndicatorBlock[] = [];
  let offset = 0;
  for (const code of features) {
    const encoding = ENCODINGS[code.type];
    const width = encoding.width(code);
    const value = encoding.indicator(code);
    if (value !== undefined && width > 0) blocks.push({ offset, width, value });
    offset += width;
  }
  const saved = blocks.reduce((sum, { width }) => sum + width - 1, 0);
  return dimension - saved <= MAX_CODED_SHARE * dimension ? blocks : undefined;
}
