import { Candidates } from './candidates.ts';
import { checkExcluded, checkExcludedOfBatch, checkQueries, checkQuery, checkWanted } from './checks.ts';
import type { CodeWalk } from './code-walk.ts';
import type { RowScan } from './row-scan.ts';
import type { NeighbourBatch, NeighbourIndexData, NeighbourSearch, Neighbours } from './types.ts';

/** A batch in progress. `collectBatch` fills the answer's arrays. */
export interface BatchJob extends NeighbourBatch {
  readonly coordinates: Float64Array;
  readonly exclude: Int32Array | undefined;
}

/** The tools that a search reads rows with. */
export interface SearchTools {
  readonly scan: RowScan;
  /** Creates the walk that answers most queries faster than the search itself. */
  readonly openWalk?: (() => CodeWalk) | undefined;
}

/** The tools, created on first use. */
export interface SearchToolbox {
  /** Scans all rows for the first queries, so that a model's first prediction need not wait for the tools. */
  readonly first?: RowScan | undefined;
  readonly open: () => SearchTools;
}

/** The number of queries that are answered before the tools and the walk are created. */
const FIRST_SCANS = 3;

/** The common part of tree and scan: input checks, the walk by codes, and the shape of the answers. */
export abstract class ExactSearch implements NeighbourSearch {
  readonly rows: number;
  readonly dimension: number;
  readonly searchableRows: number;
  /** Rows visited since the call began. */
  protected visited = 0;
  readonly #data: NeighbourIndexData;
  readonly #excludedRows: Uint8Array | undefined;
  readonly #candidates: Candidates;
  readonly #open: () => SearchTools;
  #tools: SearchTools | undefined;
  #walk: CodeWalk | undefined;
  #first: RowScan | undefined;
  #firstScans = 0;

  /** @param excludedRows a mask: rows whose byte is not 0 are in no answer */
  constructor(data: NeighbourIndexData, { first, open }: SearchToolbox, excludedRows?: Uint8Array) {
    this.rows = data.rows;
    this.dimension = data.dimension;
    this.searchableRows = data.rows - countSet(excludedRows);
    this.#data = data;
    this.#excludedRows = excludedRows;
    this.#first = first;
    this.#open = open;
    this.#candidates = this.newCandidates();
  }

  #opened(): SearchTools {
    this.#tools ??= this.#open();
    return this.#tools;
  }

  protected get scan(): RowScan {
    return this.#opened().scan;
  }

  /** Offers to `candidates` every row that may be among the nearest. */
  protected abstract collect(query: Float64Array, candidates: Candidates): void;

  #collectOne(query: Float64Array, candidates: Candidates): void {
    if (this.#first) {
      this.scanAll(this.#first, query, candidates);
      if (++this.#firstScans === FIRST_SCANS) this.#first = undefined;
      return;
    }
    this.#walk ??= this.#opened().openWalk?.();
    if (this.#walk?.collect(query, candidates)) this.visited += this.#walk.rowsVisited;
    else this.collect(query, candidates);
  }

  protected scanAll(scan: RowScan, query: Float64Array, candidates: Candidates): void {
    scan.prepare(query, 0);
    scan.offer(query, 0, 0, this.rows, candidates);
    this.visited += this.rows;
  }

  protected newCandidates(): Candidates {
    const order = this.#data.kind === 'tree' ? this.#data.order : undefined;
    return new Candidates(this.#data.metric, order, this.#excludedRows);
  }

  get rowsVisited(): number {
    return this.visited;
  }

  nearest(query: Float64Array, k: number, exclude = -1): Neighbours {
    checkQuery(query, this.dimension);
    checkWanted(k);
    checkExcluded(exclude, this.rows);
    this.visited = 0;
    const candidates = this.#candidates;
    candidates.reset(Math.min(k, this.searchableRows), exclude);
    this.#collectOne(query, candidates);
    const rows = new Int32Array(candidates.count);
    const distances = new Float64Array(candidates.count);
    candidates.drain(rows, distances, 0);
    return { rows, distances };
  }

  nearestBatch(queries: Float64Array, k: number, exclude?: Int32Array): NeighbourBatch {
    const count = checkQueries(queries, this.dimension);
    checkWanted(k);
    if (exclude !== undefined) checkExcludedOfBatch(exclude, count, this.rows);
    this.visited = 0;
    const width = Math.min(k, this.searchableRows);
    const rows = new Int32Array(count * width).fill(-1);
    const distances = new Float64Array(count * width).fill(Number.POSITIVE_INFINITY);
    this.collectBatch({ coordinates: queries, exclude, queries: count, width, rows, distances });
    return { queries: count, width, rows, distances };
  }

  /** Answers a batch query by query. A search that can share work between queries overrides this. */
  protected collectBatch(job: BatchJob): void {
    const candidates = this.#candidates;
    for (let query = 0; query < job.queries; query++) {
      candidates.reset(job.width, job.exclude?.[query] ?? -1);
      this.#collectOne(queryOf(job, query, this.dimension), candidates);
      candidates.drain(job.rows, job.distances, query * job.width);
    }
  }
}

/** The coordinates of one query of a batch, as a view. */
export function queryOf(job: BatchJob, query: number, dimension: number): Float64Array {
  return job.coordinates.subarray(query * dimension, (query + 1) * dimension);
}

function countSet(mask: Uint8Array | undefined): number {
  let count = 0;
  for (const flag of mask ?? []) if (flag !== 0) count++;
  return count;
}
