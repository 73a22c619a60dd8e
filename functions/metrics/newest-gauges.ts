import { METRICS, METRICS_NAMESPACE } from '../../lib/telemetry/metric-names.ts';
import { type MetricSeries, seriesKeyOf } from '../../lib/telemetry/metric-series.ts';
import type { MetricFamily } from '../../lib/telemetry/prometheus.ts';
import type { MetricSpan } from '../../lib/telemetry/read-metric-data.ts';
import { SERVICE } from '../../lib/telemetry/service.ts';

/**
 * Metrics whose newest value is exposed unchanged. A release that does not emit a metric does not expose it.
 */
const NEWEST = [
  {
    metric: 'PendingUploadAge',
    name: 'classifier_pending_upload_age_seconds',
    help: 'Age of the oldest upload that was neither refused nor trained, when housekeeping last looked.',
  },
  {
    metric: 'DriftedFeatures',
    name: 'classifier_model_drifted_features',
    help: 'Features whose recent values differ from the training data, when the monitor last looked.',
  },
  {
    metric: 'DriftDetected',
    name: 'classifier_model_drift_detected',
    help: '1 when the monitor last found drift, else 0.',
  },
  {
    metric: 'LiveAccuracy',
    name: 'classifier_model_live_accuracy',
    help: 'Share of right answers among those whose true label was sent back, when the monitor last looked.',
  },
] as const;

interface NewestGauge {
  readonly name: string;
  readonly help: string;
  readonly rows: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly series: MetricSeries;
  }[];
}

/** The gauges of a system with these models, with the series of each. */
export function newestGauges(models: readonly string[]): NewestGauge[] {
  const emitted = Object.values(METRICS).map(({ name, dimensions }) => [name, dimensions.join()] as const);
  return NEWEST.flatMap(({ metric, name, help }) => {
    const dimensions = emitted.find(([known]) => known === metric)?.[1];
    if (dimensions !== '' && dimensions !== 'model') return [];
    const labelSets = dimensions === '' ? [{}] : models.map((model) => ({ model }));
    return [{ name, help, rows: labelSets.map((labels) => ({ labels, series: newestOf(metric, labels) })) }];
  });
}

/** @param values by series key; a gauge without a value has no sample */
export function renderNewest(
  { name, help, rows }: NewestGauge,
  values: Readonly<Record<string, number>>,
): MetricFamily {
  const samples = rows.flatMap(({ labels, series }) => {
    const value = values[seriesKeyOf(series)];
    return value === undefined ? [] : [{ labels, value }];
  });
  return { name, type: 'gauge', help, samples };
}

/**
 * A day and a period, so that a daily value is still in it when the next one is due. CloudWatch holds
 * five-minute data for 63 days.
 */
export function newestSpan(nowMs: number): MetricSpan {
  const periodSeconds = 300;
  const endMs = (Math.floor(nowMs / 1000 / periodSeconds) + 1) * periodSeconds * 1000;
  return { startMs: endMs - (86_400 + periodSeconds) * 1000, endMs, periodSeconds };
}

function newestOf(name: string, labels: Readonly<Record<string, string>>): MetricSeries {
  return {
    namespace: METRICS_NAMESPACE,
    name,
    dimensions: { service: SERVICE, ...labels },
    statistic: 'Average',
  };
}
