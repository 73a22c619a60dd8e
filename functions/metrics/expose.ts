import { type MetricSeries, seriesKeyOf } from '../../lib/telemetry/metric-series.ts';
import { renderExposition } from '../../lib/telemetry/prometheus.ts';
import { championFamilies } from './champions.ts';
import { countedFamilies } from './counted-families.ts';
import { newestGauges, renderNewest } from './newest-gauges.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The Prometheus exposition of a snapshot: totals over all instances since 1 January UTC, and current values
 * as gauges.
 *
 * @param nowMs milliseconds since the epoch, for the age of the snapshot
 */
export function expose(snapshot: Snapshot, functionPrefix: string, nowMs: number): string {
  const models = snapshot.models.map(({ model }) => model);
  const totalOf = (series: MetricSeries) => snapshot.totals[seriesKeyOf(series)] ?? 0;
  return renderExposition([
    ...countedFamilies(models, functionPrefix).map(({ render }) => render(totalOf)),
    ...championFamilies(snapshot.models),
    ...newestGauges(models).map((gauge) => renderNewest(gauge, snapshot.newest)),
    {
      name: 'classifier_metrics_snapshot_age_seconds',
      type: 'gauge',
      help: 'How long ago these numbers were read from CloudWatch.',
      samples: [{ labels: {}, value: Math.max(0, nowMs - snapshot.takenMs) / 1000 }],
    },
  ]);
}
