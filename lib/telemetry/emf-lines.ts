import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE, type MetricKey } from './metric-names.ts';
import { SERVICE } from './service.ts';

/** One value of one metric. */
export interface EmittedMetric {
  readonly key: MetricKey;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

type Line = ReturnType<Metrics['serializeMetrics']>;

/** More than the dimensions that two models have, with all their classes and routes. */
const MAX_INSTANCES = 200;

/**
 * Writes metrics to standard output in the Embedded Metric Format, in Powertools' form.
 *
 * Powertools writes a line for each dimension set. A line can hold several sets when they agree on the
 * dimensions that they share. So a request takes one line of 976 bytes instead of five lines of 1,346 bytes,
 * and log bytes cost money.
 */
export class EmfWriter {
  /**
   * By dimensions. Instances are kept because creating one takes longer than the rest of the work for a
   * request.
   */
  readonly #instances = new Map<string, Metrics>();

  /**
   * @param emitted metrics; may be empty
   * @param text whole lines of another kind, written after the metrics
   */
  write(emitted: readonly EmittedMetric[], text: string): void {
    const lines: Line[] = [];
    for (const [set, metrics] of Map.groupBy(emitted, ({ dimensions }) => JSON.stringify(dimensions))) {
      const instance = this.#instanceOf(set, metrics[0]!);
      for (const { key, value } of metrics) {
        const { name, unit } = METRICS[key];
        instance.addMetric(name, MetricUnit[unit], value);
      }
      // Powertools itself published a metric that had as many values as a line takes.
      if (!instance.hasStoredMetrics()) continue;
      addLine(lines, instance.serializeMetrics());
      instance.clearMetrics();
    }
    process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join('') + text);
  }

  #instanceOf(set: string, { dimensions }: EmittedMetric): Metrics {
    const known = this.#instances.get(set);
    if (known) return known;
    if (this.#instances.size === MAX_INSTANCES) this.#instances.clear();
    // Default dimensions, because Powertools forgets all others when it publishes on its own.
    const instance = new Metrics({
      namespace: METRICS_NAMESPACE,
      serviceName: SERVICE,
      defaultDimensions: dimensions,
    });
    this.#instances.set(set, instance);
    return instance;
  }
}

/** Merges a line into the first line that does not contradict it, or appends it. */
function addLine(lines: Line[], added: Line): void {
  const line = lines.find((each) => agree(each, added));
  if (!line) {
    lines.push(added);
    return;
  }
  line._aws.CloudWatchMetrics.push(...added._aws.CloudWatchMetrics);
  Object.assign(line, added, { _aws: line._aws });
}

const agree = (line: Line, other: Line) =>
  Object.entries(other).every(
    ([name, value]) => name === '_aws' || line[name] === undefined || line[name] === value,
  );
