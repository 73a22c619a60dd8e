/** One contender's result for one case. */
export interface Measurement {
  readonly contender: string;
  /** Milliseconds of each build; only the first when that took longer than REBUILD_MS. */
  readonly buildsMs: readonly number[];
  /** The latency of each single query, in microseconds. */
  readonly singleUs: readonly number[];
  /**
   * The mean per query in the second of two calls with BATCH_QUERIES queries; null when there is no such
   * call.
   */
  readonly batchUs: number | null;
  /** Resident memory after the first build and the checked queries, minus that with only the input loaded. */
  readonly memoryBytes: number;
  /** The distances to the neighbours of each query, ascending. */
  readonly distances: readonly (readonly number[])[];
}

export const NEIGHBOURS = 5;
/** The time limit for single queries, so that a slow contender does not delay the others. */
export const SINGLE_BUDGET_MS = 1500;
/** The maximum number of single queries. */
export const MAX_SINGLES = 20_000;
/** The number of builds for the median, unless one takes longer than REBUILD_MS. */
export const BUILDS = 5;
export const REBUILD_MS = 10_000;
/** Queries in the one batch. */
export const BATCH_QUERIES = 200;
/** Queries whose answers are checked. */
export const CHECKED_QUERIES = 20;

/**
 * Runs single queries within the budget and returns their latencies. First, a tenth of the budget is a
 * warm-up that uses the queries from the end, so that the measured queries were not used just before.
 */
export function timeSingles(queries: number, ask: (query: number) => unknown): number[] {
  const warmUntil = performance.now() + SINGLE_BUDGET_MS / 10;
  for (let asked = 1; performance.now() < warmUntil; asked++)
    ask(queries - 1 - (asked % Math.ceil(queries / 2)));
  const latenciesUs: number[] = [];
  const until = performance.now() + SINGLE_BUDGET_MS;
  for (let asked = 0; asked < MAX_SINGLES && performance.now() < until; asked++) {
    const start = performance.now();
    ask(asked % queries);
    latenciesUs.push((performance.now() - start) * 1000);
  }
  return latenciesUs;
}
