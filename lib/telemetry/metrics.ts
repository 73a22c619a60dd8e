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
 * Emits metrics as EMF lines on standard output, each at once: for functions whose work may be cut off at any point. CloudWatch
 * Logs makes metrics of them.
 */
export function createMetricEmitter(): EmitMetric {
  const { emit, flush } = createMetricBuffer();
  return (key, dimensions, value) => {
    emit(key, dimensions, value);
    flush();
  };
}

/** Metrics that wait to be written. */
export interface MetricBuffer {
  readonly emit: EmitMetric;
  /** Writes what waits. Must be called before the invocation ends: a frozen function cannot. */
  readonly flush: () => void;
}

/**
 * Gathers the metrics of one invocation and writes them together: on a pipe, each write is a system call that also wakes who
 * reads, and costs more than a prediction.
 */
export function createMetricBuffer(): MetricBuffer {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE });
  let lines = '';
  return {
    emit(key, dimensions, value) {
      const { name, unit } = METRICS[key];
      // One line each, since each has dimensions of its own.
      metrics.addDimensions(dimensions);
      metrics.addMetric(name, UNITS[unit], value);
      lines += `${JSON.stringify(metrics.serializeMetrics())}\n`;
      metrics.clearMetrics();
      metrics.clearDimensions();
    },
    flush() {
      if (lines === '') return;
      process.stdout.write(lines);
      lines = '';
    },
  };
}
