import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE, type MetricKey, SERVICE } from './metric-names.ts';

type DimensionsOf<K extends MetricKey> = Readonly<Record<(typeof METRICS)[K]['dimensions'][number], string>>;

/** Emits one value of one metric, with exactly the dimensions that the metric has. */
export type EmitMetric = <K extends MetricKey>(metric: K, dimensions: DimensionsOf<K>, value: number) => void;

const UNITS = {
  Count: MetricUnit.Count,
  Milliseconds: MetricUnit.Milliseconds,
  NoUnit: MetricUnit.NoUnit,
} as const;

/**
 * Emits metrics as EMF lines on standard output: each value is written at once, since a frozen function cannot flush a
 * buffer. CloudWatch Logs makes metrics of them.
 */
export function createMetricEmitter(): EmitMetric {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE });
  return (key, dimensions, value) => {
    const { name, unit } = METRICS[key];
    // Not `singleMetric`, which makes a new instance, with a console of its own, for each value.
    metrics.addDimensions(dimensions).addMetric(name, UNITS[unit], value);
    metrics.publishStoredMetrics();
  };
}
