/** What one contender reports about one case. */
export interface Measurement {
  readonly contender: string;
  /** Milliseconds of each build; only the first where that took longer than REBUILD_MS. */
  readonly buildsMs: readonly number[];
  /** One latency per single query asked, microseconds. */
  readonly singleUs: readonly number[];
  /** Mean per query of the second of two calls with BATCH_QUERIES queries; null where there is no such call. */
  readonly batchUs: number | null;
  /** Resident memory after the first build and the checked queries, less what it was with only the input loaded. */
  readonly memoryBytes: number;
  /** Per query the distances to its neighbours, ascending. */
  readonly distances: readonly (readonly number[])[];
}

export const NEIGHBOURS = 5;
/** Single queries go on until this much time is spent, so that a slow contender does not hold up the others. */
export const SINGLE_BUDGET_MS = 1500;
/** Single queries asked at most. */
export const MOST_SINGLES = 20_000;
/** Builds whose median counts, where one does not take longer than REBUILD_MS. */
export const BUILDS = 5;
export const REBUILD_MS = 10_000;
/** Queries in the one batch. */
export const BATCH_QUERIES = 200;
/** Queries whose answers are checked. */
export const CHECKED_QUERIES = 20;

/**
 * Asks single queries within the budget and returns each latency. A tenth of the budget goes first into a warm-up
 * that runs through the queries from the end, so that what is measured was not asked just before.
 */
export function timeSingles(queries: number, ask: (query: number) => unknown): number[] {
  const warmUntil = performance.now() + SINGLE_BUDGET_MS / 10;
  for (let asked = 1; performance.now() < warmUntil; asked++)
    ask(queries - 1 - (asked % Math.ceil(queries / 2)));
  const latenciesUs: number[] = [];
  const until = performance.now() + SINGLE_BUDGET_MS;
  for (let asked = 0; asked < MOST_SINGLES && performance.now() < until; asked++) {
    const start = performance.now();
    ask(asked % queries);
    latenciesUs.push((performance.now() - start) * 1000);
  }
  return latenciesUs;
}
