import type { Candidates } from './candidates.ts';
import { type BatchJob, ExactSearch, queryOf } from './exact-search.ts';
import { SLOTS } from './row-scan.ts';

const BLOCK_ROWS = 1024;
/** Limits the candidates of a whole group, 12 bytes each, when k is very large. */
const GROUP_CANDIDATES = 2 ** 20;

/**
 * Compares every row, block by block. A batch compares each block with a group of queries before the next
 * block.
 */
export class ScanSearch extends ExactSearch {
  readonly #group: Candidates[] = [];

  protected override collect(query: Float64Array, candidates: Candidates): void {
    this.scanAll(this.scan, query, candidates);
  }

  protected override collectBatch(job: BatchJob): void {
    const size = Math.max(1, Math.min(SLOTS, Math.floor(GROUP_CANDIDATES / (job.width + 1))));
    for (let first = 0; first < job.queries; first += size) {
      this.#collectGroup(job, first, Math.min(first + size, job.queries));
    }
  }

  #collectGroup(job: BatchJob, first: number, end: number): void {
    const { scan, dimension, rows } = this;
    const members: { readonly view: Float64Array; readonly candidates: Candidates }[] = [];
    for (let query = first; query < end; query++) {
      const candidates = this.#candidatesOf(query - first);
      candidates.reset(job.width, job.exclude?.[query] ?? -1);
      const view = queryOf(job, query, dimension);
      scan.prepare(view, query - first);
      members.push({ view, candidates });
    }
    for (let start = 0; start < rows; start += BLOCK_ROWS) {
      const stop = Math.min(start + BLOCK_ROWS, rows);
      members.forEach(({ view, candidates }, slot) => {
        scan.offer(view, slot, start, stop, candidates);
      });
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
