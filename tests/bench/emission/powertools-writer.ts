import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { EmittedMetric } from '../../../lib/telemetry/emf-lines.ts';
import { METRICS, METRICS_NAMESPACE, SERVICE } from '../../../lib/telemetry/metric-names.ts';
import type { WriteMetrics } from '../../../lib/telemetry/metrics.ts';

type Line = ReturnType<Metrics['serializeMetrics']>;

/** Powertools with an instance per dimension set, kept because a new one takes five times as long; its lines are merged, as ours are. */
export function powertoolsWriter(): WriteMetrics {
  const instances = new Map<string, Metrics>();
  return (emitted, count, text) => {
    const lines: Line[] = [];
    for (const [set, metrics] of Map.groupBy(emitted.slice(0, count), ({ dimensions }) =>
      JSON.stringify(dimensions),
    )) {
      const instance = instances.get(set) ?? instanceOf(metrics[0]!);
      instances.set(set, instance);
      for (const { key, value } of metrics)
        instance.addMetric(METRICS[key].name, MetricUnit[METRICS[key].unit], value);
      addLine(lines, instance.serializeMetrics());
      instance.clearMetrics();
    }
    process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join('') + text);
  };
}

const instanceOf = ({ dimensions }: EmittedMetric) =>
  new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE, defaultDimensions: dimensions });

function addLine(lines: Line[], added: Line): void {
  const line = lines.find((each) => agree(each, added));
  if (!line) lines.push(added);
  else {
    line._aws.CloudWatchMetrics.push(...added._aws.CloudWatchMetrics);
    Object.assign(line, added, { _aws: line._aws });
  }
}

const agree = (line: Line, other: Line) =>
  Object.entries(other).every(([name, value]) => name === '_aws' || !(name in line) || line[name] === value);
