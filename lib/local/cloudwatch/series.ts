import { byCodeUnits } from '../../code-units.ts';
import { sha256 } from '../../sha256.ts';

/**
 * The identity of a metric: namespace, name and the exact set of dimensions. CloudWatch treats every
 * combination of dimensions as a separate metric and never aggregates over them.
 */
export interface Series {
  readonly namespace: string;
  readonly name: string;
  /** Pairs of name and value, sorted by name, because the order in a request does not matter. */
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  /** The series as one string that begins with the namespace. Equal series have equal keys. */
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

/** The common prefix of the keys of a namespace's series. */
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

/** 128 bits of a digest of the series' key: a short storage key that needs no counter. */
export function seriesId(series: Series): string {
  return sha256(series.key).subarray(0, 16).toString('base64url');
}
