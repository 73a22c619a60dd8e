import * as z from 'zod/mini';
import { histogram } from '../../html/charts.ts';
import { short } from '../../html/page.ts';
import type { NumbersProfiling } from '../profile.ts';

const count = z.int().check(z.minimum(0));
const estimate = z.nullable(z.number());

const profile = z.strictObject({
  name: z.string(),
  type: z.literal('numeric'),
  count,
  missing: count,
  min: estimate,
  max: estimate,
  mean: estimate,
  sd: estimate,
  quantiles: z.nullable(z.record(z.string(), z.number())),
  histogram: z.nullable(z.strictObject({ edges: z.array(z.number()), counts: z.array(count) })),
  exact: z.boolean(),
});

export type NumericProfile = z.infer<typeof profile>;

export const numericProfiling = {
  profile,
  sketchedBy: 'magnitude',
  shownValue: (value) => value,
  profileOf: (name, { quantiles, histogram, ...summary }) => ({
    name,
    type: 'numeric',
    ...summary,
    // JSON has no infinity. A sum of squares of numbers near 1e150 overflows, and its standard deviation is
    // then unknown.
    sd: summary.sd === Number.POSITIVE_INFINITY ? null : summary.sd,
    quantiles: quantiles && { ...quantiles },
    histogram: histogram && { edges: [...histogram.edges], counts: [...histogram.counts] },
  }),
  render({ histogram: bins, mean, sd, quantiles, exact }) {
    if (bins === null) return '';
    const about = exact ? '' : ' (within 0.4%)';
    const facts = `mean ${short(mean)}, sd ${short(sd)}, median ${short(quantiles?.p50 ?? null)}${about}`;
    return `<p class="soft">${facts}</p>${histogram(bins)}`;
  },
} satisfies NumbersProfiling<NumericProfile>;
