import * as z from 'zod/mini';
import type { NumbersColumn } from './storage.ts';

const count = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));

/**
 * The numbers of one column as points of their distribution: all distinct values, or a selection with the
 * number of values between each two points. The count of a point itself is exact.
 */
export const numbersBaseline = <const Kind extends string>(kind: Kind) =>
  z
    .strictObject({
      name: z.string(),
      type: z.literal(kind),
      missing: count,
      /** Strictly ascending; empty when all are missing. */
      values: z.array(z.number()),
      /** Count of each value. */
      counts: z.array(positive),
      /** Number of values strictly between a point and the next; null when there are none anywhere. */
      gaps: z.nullable(z.array(count)),
    })
    .check(
      z.refine(isWhole, 'expected ascending values, a count for each, and a gap after each but the last'),
    );

export type NumbersBaseline<Kind extends string = string> = z.infer<ReturnType<typeof numbersBaseline<Kind>>>;

function isWhole({ values, counts, gaps }: { values: number[]; counts: number[]; gaps: number[] | null }) {
  if (counts.length !== values.length) return false;
  if (gaps !== null && gaps.length !== Math.max(0, values.length - 1)) return false;
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}

/**
 * Summarises numbers by at most `mostPoints` points (3 or more). If the distinct values are no more than
 * that, each is kept with its count. Otherwise, a value is a point when leaving it out would put more than
 * `stride` = ceil(rows / (mostPoints - 2)) numbers between two points. So a frequent value is always a point.
 * A distribution function that is known at the points is off by less than stride / rows, or 1 / (mostPoints -
 * 2), anywhere between.
 */
export function summariseNumbers({ values }: Pick<NumbersColumn, 'values'>, mostPoints: number) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const stride = distinctValues(sorted) <= mostPoints ? 0 : Math.ceil(sorted.length / (mostPoints - 2));
  const points = { values: [] as number[], counts: [] as number[], gaps: [] as number[] };
  let gap = 0;
  for (let at = 0; at < sorted.length; ) {
    const end = endOfRun(sorted, at);
    const isOuter = at === 0 || end === sorted.length;
    if (isOuter || gap + end - at > stride) {
      if (at > 0) points.gaps.push(gap);
      // Adding 0 turns -0 into 0: JSON and a Map would treat -0 differently.
      points.values.push(sorted[at]! + 0);
      points.counts.push(end - at);
      gap = 0;
    } else gap += end - at;
    at = end;
  }
  const gaps = points.gaps.some((numbers) => numbers > 0) ? points.gaps : null;
  return { missing: values.length - sorted.length, ...points, gaps };
}

function distinctValues(sorted: Float64Array): number {
  let distinct = 0;
  for (let at = 0; at < sorted.length; at = endOfRun(sorted, at)) distinct++;
  return distinct;
}

/** Index after the last value that equals the one at `at`. */
function endOfRun(sorted: Float64Array, at: number): number {
  let end = at + 1;
  while (end < sorted.length && sorted[end] === sorted[at]) end++;
  return end;
}
