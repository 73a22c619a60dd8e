import type { Candidates } from './candidates.ts';
import { type BatchJob, ExactSearch, queryOf } from './exact-search.ts';

/** Rows of a block. */
const BLOCK_ROWS = 256;
/** Queries that share a block of rows while it is in the cache. */
const GROUP_QUERIES = 32;
/** Bounds the candidates of a whole group, 12 bytes each, when k is very large. */
const GROUP_CANDIDATES = 2 ** 20;

/** Looks at every row, block by block; a batch takes each block through a group of queries before the next. */
export class ScanSearch extends ExactSearch {
  readonly #group: Candidates[] = [];

  protected override collect(query: Float64Array, candidates: Candidates): void {
    this.kernel(query, this.points, this.dimension, 0, this.rows, candidates);
    this.visited += this.rows;
  }

  protected override collectBatch(job: BatchJob): void {
    const size = Math.max(1, Math.min(GROUP_QUERIES, Math.floor(GROUP_CANDIDATES / (job.width + 1))));
    for (let first = 0; first < job.queries; first += size) {
      this.#collectGroup(job, first, Math.min(first + size, job.queries));
    }
  }

  #collectGroup(job: BatchJob, first: number, end: number): void {
    const { kernel, points, dimension, rows } = this;
    const members: { readonly view: Float64Array; readonly candidates: Candidates }[] = [];
    for (let query = first; query < end; query++) {
      const candidates = this.#candidatesOf(query - first);
      candidates.reset(job.width, job.exclude?.[query] ?? -1);
      members.push({ view: queryOf(job, query, dimension), candidates });
    }
    for (let start = 0; start < rows; start += BLOCK_ROWS) {
      const stop = Math.min(start + BLOCK_ROWS, rows);
      for (const { view, candidates } of members) kernel(view, points, dimension, start, stop, candidates);
    }
    this.visited += members.length * rows;
    members.forEach(({ candidates }, member) => {
      candidates.drain(job.rows, job.distances, (first + member) * job.width);
    });
  }

  #candidatesOf(member: number): Candidates {
    this.#group[member] ??= this.newCandidates();
    return this.#group[member];
  }
}
