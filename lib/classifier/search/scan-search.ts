import { BLOCK_ROWS } from './block-kernel.ts';
import { Candidates } from './candidates.ts';
import { type BatchJob, ExactSearch, queryOf } from './exact-search.ts';
import type { ScanIndexData } from './index-data.ts';
import type { Metric } from './metric.ts';

/** Queries that share a block of rows while it is in the cache. */
const GROUP_QUERIES = 32;
/** Bounds the candidates of a whole group, 12 bytes each, when k is very large. */
const GROUP_CANDIDATES = 2 ** 20;

/** Looks at every row, block by block; a batch takes each block through a group of queries before the next. */
export class ScanSearch extends ExactSearch {
  readonly #metric: Metric;
  readonly #group: Candidates[] = [];

  constructor(data: ScanIndexData, excludedRows: Uint8Array | undefined) {
    super(data, excludedRows);
    this.#metric = data.metric;
  }

  protected override collect(query: Float64Array, excluded: number, candidates: Candidates): void {
    this.scanner.scanAll(query, 0, this.rows, excluded, candidates);
  }

  protected override collectBatch(job: BatchJob): void {
    const size = Math.max(1, Math.min(GROUP_QUERIES, Math.floor(GROUP_CANDIDATES / (job.width + 1))));
    for (let first = 0; first < job.queries; first += size) {
      this.#collectGroup(job, first, Math.min(first + size, job.queries));
    }
  }

  #collectGroup(job: BatchJob, first: number, end: number): void {
    const views: Float64Array[] = [];
    for (let query = first; query < end; query++) {
      views.push(queryOf(job, query, this.dimension));
      this.#candidatesOf(query - first).reset(job.width);
    }
    for (let start = 0; start < this.rows; start += BLOCK_ROWS) {
      const stop = Math.min(start + BLOCK_ROWS, this.rows);
      views.forEach((view, member) => {
        const excluded = job.exclude?.[first + member] ?? -1;
        this.scanner.scan(view, start, stop, excluded, this.#candidatesOf(member));
      });
    }
    for (let query = first; query < end; query++) {
      this.#candidatesOf(query - first).drain(job.rows, job.distances, query * job.width);
    }
  }

  #candidatesOf(member: number): Candidates {
    let candidates = this.#group[member];
    if (candidates === undefined) {
      candidates = new Candidates(this.#metric);
      this.#group[member] = candidates;
    }
    return candidates;
  }
}
