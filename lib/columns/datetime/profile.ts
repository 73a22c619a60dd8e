import * as z from 'zod/mini';
import { histogram } from '../../html/charts.ts';
import { escapeHtml } from '../../html/escape.ts';
import type { NumbersProfiling } from '../profile.ts';
import { isoText } from './date-text.ts';
import { shownEdges } from './shown-edges.ts';

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
    histogram: bins && { edges: shownEdges(bins.edges), counts: [...bins.counts] },
    exact,
  }),
  render({ histogram: bins, quantiles, exact }) {
    if (bins === null) return '';
    const about = exact ? '' : ' (about)';
    return `<p class="soft">median ${escapeHtml(quantiles?.p50 ?? 'unknown')}${about}</p>${histogram(bins)}`;
  },
} satisfies NumbersProfiling<DatetimeProfile>;
