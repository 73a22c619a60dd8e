import { DAY, isoText } from './date-text.ts';

/** Units to which edges are rounded up: the largest that is not longer than a bin. */
const UNITS = [DAY, 60_000, 1000];

/**
 * Formats edges so that they are easy to read. Rounding up moves no date into another bin, unless the date
 * has a finer unit. The outer edges are the minimum and the maximum.
 */
export function shownEdges(edges: readonly number[]): string[] {
  const last = edges.length - 1;
  const width = edges[1]! - edges[0]!;
  const unit = UNITS.find((each) => each <= width) ?? 1;
  return edges.map((edge, at) =>
    isoText(at === 0 || at === last ? edge : Math.min(edges[last]!, Math.ceil(edge / unit) * unit)),
  );
}
