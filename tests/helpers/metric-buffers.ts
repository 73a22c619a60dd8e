import type { EmitMetric, MetricBuffer } from '../../lib/telemetry/metrics.ts';

/** A buffer that passes each metric on at once. */
export function metricsTo(emit: (...metric: Parameters<EmitMetric>) => unknown): MetricBuffer {
  const take: EmitMetric = (...metric) => {
    emit(...metric);
  };
  return { emit: take, later: (work) => work(take), print: () => undefined, flush: () => undefined };
}

/** A buffer for tests that ignore metrics. */
export const SILENT_METRICS: MetricBuffer = {
  emit: () => undefined,
  later: () => undefined,
  print: () => undefined,
  flush: () => undefined,
};
