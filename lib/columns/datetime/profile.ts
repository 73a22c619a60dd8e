import * as z from 'zod/mini';
import { histogram } from '../../html/charts.ts';
import { escapeHtml } from '../../html/escape.ts';
import type { NumbersProfiling } from '../profile.ts';
import { DAY, isoText } from './date-text.ts';

const count = z.int().check(z.minimum(0));
const date = z.nullable(z.string());

const profile = z.strictObject({
  name: z.string(),
  type: z.literal('datetime'),
  count,
  missing: count,
  /** ISO 8601, like all dates here. */
  min: date,
  max: date,
  quantiles: z.nullable(z.record(z.string(), z.string())),
  histogram: z.nullable(z.strictObject({ edges: z.array(z.string()), counts: z.array(count) })),
  exact: z.boolean(),
});

export type DatetimeProfile = z.infer<typeof profile>;

export const datetimeProfiling = {
  profile,
  sketchedBy: 'span',
  shownValue: isoText,
  profileOf: (name, { count: present, missing, min, max, quantiles, histogram: bins, exact }) => ({
    name,
    type: 'datetime',
    count: present,
    missing,
    min: min === null ? null : isoText(min),
    max: max === null ? null : isoText(max),
    quantiles:
      quantiles &&
      Object.fromEntries(
        Object.entries(quantiles).map(([key, instant]) => [key, isoText(Math.round(instant))]),
      ),
    histogram: bins && { edges: edgesOf(bins.edges), counts: [...bins.counts] },
    exact,
  }),
  render({ histogram: bins, quantiles, exact }) {
    if (bins === null) return '';
    const about = exact ? '' : ' (about)';
    return `<p class="soft">median ${escapeHtml(quantiles?.p50 ?? 'unknown')}${about}</p>${histogram(bins)}`;
  },
} satisfies NumbersProfiling<DatetimeProfile>;

/** Units to which edges are rounded up: the largest that is not longer than a bin. */
const UNITS = [DAY, 60_000, 1000];

/**
 * Formats edges so that they are easy to read. Rounding up moves no date into another bin, unless the date
 * has a finer unit. The outer edges are the minimum and the maximum.
 */
function edgesOf(edges: readonly number[]): string[] {
  const last = edges.length - 1;
  const width = edges[1]! - edges[0]!;
  const unit = UNITS.find((each) => each <= width) ?? 1;
  return edges.map((edge, at) =>
    isoText(at === 0 || at === last ? edge : Math.min(edges[last]!, Math.ceil(edge / unit) * unit)),
  );
}
