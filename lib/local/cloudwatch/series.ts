import { byCodeUnits } from '../../code-units.ts';
import { sha256 } from '../../sha256.ts';

/**
 * What identifies a metric: namespace, name and the exact set of dimensions. CloudWatch treats every combination of
 * dimensions as a metric of its own and aggregates over none.
 */
export interface Series {
  readonly namespace: string;
  readonly name: string;
  /** Pairs of name and value, sorted by name: the order in which they were sent does not matter. */
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  /** The series as one string, equal exactly for equal series, beginning with the namespace. */
  readonly key: string;
}

/** Builds a series with its dimensions in canonical order (code units). */
export function createSeries(
  namespace: string,
  name: string,
  dimensions: Iterable<readonly [string, string]>,
): Series {
  const sorted = [...dimensions].sort(([a], [b]) => byCodeUnits(a, b));
  return { namespace, name, dimensions: sorted, key: JSON.stringify([namespace, name, ...sorted.flat()]) };
}

/** What every key of a namespace's series begins with. */
export function namespacePrefix(namespace: string): string {
  return `${JSON.stringify([namespace]).slice(0, -1)},`;
}

/** The series with that key. */
export function parseSeriesKey(key: string): Series {
  const [namespace = '', name = '', ...flat] = JSON.parse(key) as string[];
  const dimensions: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) dimensions.push([flat[i]!, flat[i + 1]!]);
  return { namespace, name, dimensions, key };
}

/** 128 bits of a digest of the series' key: a short storage key without a counter to keep. */
export function seriesId(series: Series): string {
  return sha256(series.key).subarray(0, 16).toString('base64url');
}
