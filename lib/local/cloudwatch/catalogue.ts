import type { MetricDatabase } from './database.ts';
import { namespacePrefix, parseSeriesKey, type Series } from './series.ts';

export interface MetricFilter {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /**
   * A metric matches when it has all of these dimensions; it may have more. A dimension without a value
   * matches any value.
   */
  readonly dimensions: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Excludes metrics that have not reported since this time. */
  readonly reportedSinceMs: number;
}

export interface MetricPage {
  readonly metrics: readonly Series[];
  /** Pass it to the next call to continue; undefined on the last page. */
  readonly nextKey: string | undefined;
}

/** Lists at most `limit` metrics in the order of their keys, after `afterKey` if it is given. */
export async function listMetrics(
  database: MetricDatabase,
  filter: MetricFilter,
  limit: number,
  afterKey: string | undefined,
): Promise<MetricPage> {
  const metrics: Series[] = [];
  let lastKey: string | undefined;
  for await (const [key, reportedMs] of database.iterator(keyRange(filter, afterKey))) {
    const series = parseSeriesKey(key.slice(2));
    if (Number(reportedMs) < filter.reportedSinceMs || !matches(series, filter)) continue;
    if (metrics.length === limit) return { metrics, nextKey: lastKey };
    metrics.push(series);
    lastKey = key;
  }
  return { metrics, nextKey: undefined };
}

function keyRange({ namespace }: MetricFilter, afterKey: string | undefined) {
  const prefix = namespace === undefined ? 'm!' : `m!${namespacePrefix(namespace)}`;
  const lt = namespace === undefined ? 'm"' : `${prefix}\uffff`;
  return afterKey !== undefined && afterKey >= prefix ? { gt: afterKey, lt } : { gte: prefix, lt };
}

function matches(series: Series, { name, dimensions }: MetricFilter): boolean {
  if (name !== undefined && series.name !== name) return false;
  const values = new Map(series.dimensions);
  return dimensions.every(({ name: dimension, value }) => {
    return values.has(dimension) && (value === undefined || values.get(dimension) === value);
  });
}
