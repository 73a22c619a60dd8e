import type { CategoricalColumn, NumericColumn } from './drift-baseline.ts';

/**
 * Summarises numbers by at most `mostPoints` points (3 or more). Every value is kept, with its count, while the distinct ones are no
 * more than that. Beyond, a value is a point when leaving it out would let more than `stride` = ceil(rows / (mostPoints - 2))
 * numbers lie between two points: so a frequent value always is one, and a distribution function that is known at the
 * points is off by less than stride / rows, or 1 / (mostPoints - 2), anywhere between.
 *
 * @param values NaN for missing; in any order
 */
export function summariseNumbers(name: string, values: Float64Array, mostPoints: number): NumericColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const stride = distinctValues(sorted) <= mostPoints ? 0 : Math.ceil(sorted.length / (mostPoints - 2));
  const points = { values: [] as number[], counts: [] as number[], gaps: [] as number[] };
  let gap = 0;
  for (let at = 0; at < sorted.length; ) {
    const end = endOfRun(sorted, at);
    const isOuter = at === 0 || end === sorted.length;
    if (isOuter || gap + end - at > stride) {
      if (at > 0) points.gaps.push(gap);
      // A negative zero equals zero: JSON and a Map would not agree on it.
      points.values.push(sorted[at]! + 0);
      points.counts.push(end - at);
      gap = 0;
    } else gap += end - at;
    at = end;
  }
  const gaps = points.gaps.some((numbers) => numbers > 0) ? points.gaps : null;
  return { name, type: 'numeric', missing: values.length - sorted.length, ...points, gaps };
}

function distinctValues(sorted: Float64Array): number {
  let distinct = 0;
  for (let at = 0; at < sorted.length; at = endOfRun(sorted, at)) distinct++;
  return distinct;
}

/** The position after the last value that equals the one at `at`. */
function endOfRun(sorted: Float64Array, at: number): number {
  let end = at + 1;
  while (end < sorted.length && sorted[end] === sorted[at]) end++;
  return end;
}

/** Longer texts are counted with the others: a baseline stays small whatever the data is. */
export const LONGEST_CATEGORY = 128;

/**
 * Counts texts: the `mostCategories` most frequent by name, equally frequent ones in the order of `categories`, and the others together.
 *
 * @param codes indices into `categories`, negative for missing
 */
export function summariseTexts(
  name: string,
  { codes, categories }: { readonly codes: Int32Array; readonly categories: readonly string[] },
  mostCategories: number,
): CategoricalColumn {
  const counts = new Int32Array(categories.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const kept = Array.from(counts.keys())
    .filter((code) => counts[code]! > 0 && categories[code]!.length <= LONGEST_CATEGORY)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, mostCategories);
  const present = counts.reduce((sum, each) => sum + each, 0);
  return {
    name,
    type: 'categorical',
    missing: codes.length - present,
    categories: kept.map((code) => categories[code]!),
    counts: kept.map((code) => counts[code]!),
    other: kept.reduce((left, code) => left - counts[code]!, present),
  };
}
