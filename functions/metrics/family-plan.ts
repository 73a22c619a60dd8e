import type { MetricSeries } from '../../lib/telemetry/metric-series.ts';
import type { MetricFamily, Sample } from '../../lib/telemetry/prometheus.ts';

/** The total of a series since 1 January UTC. */
export type TotalOf = (series: MetricSeries) => number;

/** A family of the exposition: its CloudWatch series, and how it is made of them. */
export interface FamilyPlan {
  readonly series: readonly MetricSeries[];
  readonly render: (totalOf: TotalOf) => MetricFamily;
}

/** A family's name and meaning. */
export interface FamilyTitle {
  readonly name: string;
  readonly help: string;
}

type Labels = Readonly<Record<string, string>>;

/** One counter for each row. */
export function counters(
  title: FamilyTitle,
  rows: readonly { readonly labels: Labels; readonly series: MetricSeries }[],
): FamilyPlan {
  return {
    series: rows.map(({ series }) => series),
    render: (totalOf) => ({
      ...title,
      type: 'counter',
      samples: rows.map(({ labels, series }) => ({ labels, value: totalOf(series) })),
    }),
  };
}

/** The series of one statistic of one metric with some labels. */
type SeriesOf<L extends Labels> = (labels: L, statistic: string) => MetricSeries;

/**
 * A sum and a count for each set of labels, without quantiles: a summary whose average can be computed over
 * any time.
 *
 * @param divisor of the sum: CloudWatch has milliseconds, the exposition seconds
 */
export function summaries<L extends Labels>(
  title: FamilyTitle,
  labelSets: readonly L[],
  seriesOf: SeriesOf<L>,
  divisor = 1,
): FamilyPlan {
  return {
    series: labelSets.flatMap((labels) => [seriesOf(labels, 'Sum'), seriesOf(labels, 'SampleCount')]),
    render: (totalOf) => ({
      ...title,
      type: 'summary',
      samples: labelSets.flatMap((labels) => [
        { suffix: '_sum', labels, value: totalOf(seriesOf(labels, 'Sum')) / divisor },
        { suffix: '_count', labels, value: totalOf(seriesOf(labels, 'SampleCount')) },
      ]),
    }),
  };
}

/**
 * A histogram for each set of labels. Its buckets are counts of the values up to a bound, which CloudWatch
 * calls trimmed counts.
 *
 * @param bounds ascending, in CloudWatch's unit
 */
export function histograms<L extends Labels>(
  title: FamilyTitle,
  labelSets: readonly L[],
  seriesOf: SeriesOf<L>,
  bounds: readonly number[],
  divisor = 1,
): FamilyPlan {
  const statistics = [...bounds.map((bound) => `TC(:${bound})`), 'Sum', 'SampleCount'];
  return {
    series: labelSets.flatMap((labels) => statistics.map((statistic) => seriesOf(labels, statistic))),
    render: (totalOf) => ({
      ...title,
      type: 'histogram',
      samples: labelSets.flatMap((labels) =>
        histogramSamples(labels, bounds, divisor, (statistic) => totalOf(seriesOf(labels, statistic))),
      ),
    }),
  };
}

/**
 * CloudWatch rounds large value sets, so the buckets are made cumulative, and the last is the sample count.
 */
function histogramSamples(
  labels: Labels,
  bounds: readonly number[],
  divisor: number,
  total: (statistic: string) => number,
): Sample[] {
  const count = total('SampleCount');
  let reached = 0;
  const bounded = bounds.map((bound) => {
    reached = Math.min(count, Math.max(reached, total(`TC(:${bound})`)));
    return { suffix: '_bucket', labels: { ...labels, le: String(bound / divisor) }, value: reached };
  });
  return [
    ...bounded,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: total('Sum') / divisor },
    { suffix: '_count', labels, value: count },
  ];
}
