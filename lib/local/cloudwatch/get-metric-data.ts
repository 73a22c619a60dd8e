import { sha256 } from '../../sha256.ts';
import type { MetricDatabase } from './database.ts';
import { MAX_DATAPOINTS, type MetricQuery, parseGetMetricData } from './metric-query.ts';
import type { Input } from './parameters.ts';
import { computePoints, countPeriods, type Point } from './points.ts';
import { ServiceError } from './service-error.ts';

/**
 * Answers GetMetricData. A page has at most MaxDatapoints points, query by query in the order of the request.
 * A client that joins the pages by Id gets every series complete and in order. Throws a ServiceError on
 * invalid parameters.
 */
export async function answerGetMetricData(database: MetricDatabase, input: Input, nowMs: number) {
  const { queries, maxDatapoints } = parseGetMetricData(input, nowMs);
  const digest = digestOf(input);
  const from = readToken(input.NextToken, digest, queries.length);
  const page = new Page(database, queries, nowMs);
  const next = await page.fill(from, maxDatapoints);
  return {
    MetricDataResults: queries.map(({ id, label }, i) => ({
      Id: id,
      Label: label,
      Timestamps: page.pointsOf(i).map(({ second }) => second),
      Values: page.pointsOf(i).map(({ value }) => value),
      StatusCode: next !== undefined && i >= next.query ? 'PartialData' : 'Complete',
    })),
    Messages: [],
    ...(next === undefined ? {} : { NextToken: writeToken(next, digest) }),
  };
}

/** Where a page begins: at this query and, if `second` is given, at the period that starts there. */
interface Position {
  readonly query: number;
  readonly second: number | undefined;
}

class Page {
  readonly #database: MetricDatabase;
  readonly #queries: readonly MetricQuery[];
  readonly #nowMs: number;
  /** Points that were computed early, because an earlier query uses the same data. */
  readonly #ahead = new Map<number, Point[]>();
  readonly #taken = new Map<number, Point[]>();

  constructor(database: MetricDatabase, queries: readonly MetricQuery[], nowMs: number) {
    this.#database = database;
    this.#queries = queries;
    this.#nowMs = nowMs;
  }

  pointsOf(query: number): readonly Point[] {
    return this.#taken.get(query) ?? [];
  }

  async fill(from: Position, maxDatapoints: number): Promise<Position | undefined> {
    let left = maxDatapoints;
    for (let query = from.query; query < this.#queries.length; query++) {
      if (left === 0) return { query, second: undefined };
      const points = await this.#compute(query, left, query === from.query ? from.second : undefined);
      this.#taken.set(query, points.slice(0, left));
      if (points.length > left) return { query, second: points[left]!.second };
      left -= points.length;
    }
    return undefined;
  }

  async #compute(query: number, left: number, fromSecond: number | undefined): Promise<Point[]> {
    const ahead = this.#ahead.get(query);
    if (ahead !== undefined) return ahead;
    const { range } = this.#queries[query]!;
    const sharing = fromSecond === undefined ? this.#sharing(query) : [query];
    const statistics = sharing.map((i) => this.#queries[i]!.statistic);
    // A query that shares no data needs only as many points as fit on the page, and one more to show that
    // there are more. Periods without a point of this statistic make that inexact, so only plain statistics
    // have a limit.
    const limit =
      sharing.length === 1 && statistics[0]!.kind === 'summary' ? left + 1 : Number.POSITIVE_INFINITY;
    const points = await computePoints(this.#database, range, statistics, this.#nowMs, { fromSecond, limit });
    for (const [at, i] of sharing.entries()) this.#ahead.set(i, points[at]!);
    return points[0]!;
  }

  /** This query and later ones over the same data, as many as certainly fit into memory. */
  #sharing(query: number): number[] {
    const { range } = this.#queries[query]!;
    const key = dataKey(this.#queries[query]!);
    const maxQueries = Math.max(1, Math.floor(MAX_DATAPOINTS / Math.max(1, countPeriods(range))));
    const sharing = [query];
    for (let i = query + 1; i < this.#queries.length && sharing.length < maxQueries; i++) {
      if (dataKey(this.#queries[i]!) === key) sharing.push(i);
    }
    return sharing;
  }
}

function dataKey({ range: { series, unit, periodSeconds } }: MetricQuery): string {
  return `${periodSeconds} ${unit ?? ''} ${series.key}`;
}

// A token is valid for the same request only. With another request it would silently skip data.
function digestOf({ NextToken: _token, MaxDatapoints: _max, ...request }: Input): string {
  return sha256(JSON.stringify(request)).toString('base64url').slice(0, 22);
}

function writeToken({ query, second }: Position, digest: string): string {
  return Buffer.from(JSON.stringify([query, second ?? null, digest])).toString('base64url');
}

function readToken(token: unknown, digest: string, queries: number): Position {
  if (token === undefined || token === null) return { query: 0, second: undefined };
  const [query, second, of] = parseToken(token);
  const valid = Number.isInteger(query) && Number(query) >= 0 && Number(query) < queries;
  if (!valid || of !== digest || !(second === null || Number.isInteger(second))) {
    throw new ServiceError(
      'InvalidNextToken',
      'The NextToken is not one that this request was answered with.',
    );
  }
  return { query: Number(query), second: second === null ? undefined : Number(second) };
}

function parseToken(token: unknown): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(String(token), 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch (cause) {
    throw new ServiceError('InvalidNextToken', 'The NextToken cannot be read.', { cause });
  }
}
