import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE, type MetricKey, SERVICE } from './metric-names.ts';

/** One value of one metric. */
export interface EmittedMetric {
  readonly key: MetricKey;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

const UNITS = {
  Count: MetricUnit.Count,
  Milliseconds: MetricUnit.Milliseconds,
  Seconds: MetricUnit.Seconds,
  NoUnit: MetricUnit.NoUnit,
} as const;

/** Values of one metric in one line. Source: "Specification: Embedded metric format" in the Amazon CloudWatch User Guide. */
const MAX_VALUES = 100;

/** A line in the making: what it says of dimensions, and the values by metric. */
interface Draft {
  readonly dimensions: Map<string, string>;
  readonly values: Map<MetricKey, number[]>;
}

/**
 * Writes metrics in the Embedded Metric Format, as few lines as they fit into: a line can hold many metrics with dimension sets of their own, but only
 * one value of each dimension, so that the metrics of a request are one line and the classes of a batch one each.
 */
export class EmfWriter {
  /** What a line says of its metrics, by the keys of these: a function writes the same few again and again. */
  readonly #directives = new Map<string, string>();

  /** The lines, each with its line feed. @param nowMs milliseconds since the epoch */
  lines(emitted: readonly EmittedMetric[], nowMs: number): string {
    const drafts: Draft[] = [];
    for (const metric of emitted) {
      let draft = drafts.find((each) => takes(each, metric));
      if (!draft) {
        draft = { dimensions: new Map(), values: new Map() };
        drafts.push(draft);
      }
      add(draft, metric);
    }
    return drafts.map((draft) => this.#line(draft, nowMs)).join('');
  }

  #line({ dimensions, values }: Draft, nowMs: number): string {
    let members = '';
    for (const [name, value] of dimensions) members += `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
    for (const [key, list] of values) {
      members += `,"${METRICS[key].name}":${list.length === 1 ? list[0] : JSON.stringify(list)}`;
    }
    const directives = this.#directivesOf([...values.keys()]);
    return `{"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":${directives}},"service":"${SERVICE}"${members}}\n`;
  }

  #directivesOf(keys: readonly MetricKey[]): string {
    const signature = keys.join();
    const known = this.#directives.get(signature);
    if (known !== undefined) return known;
    const sets = Map.groupBy(keys, (key) => METRICS[key].dimensions.join());
    const text = JSON.stringify([...sets.values()].map(directiveOf));
    this.#directives.set(signature, text);
    return text;
  }
}

function takes({ dimensions, values }: Draft, { key, dimensions: wanted }: EmittedMetric): boolean {
  for (const name in wanted) {
    const present = dimensions.get(name);
    if (present !== undefined && present !== wanted[name]) return false;
  }
  return (values.get(key)?.length ?? 0) < MAX_VALUES;
}

function add({ dimensions, values }: Draft, metric: EmittedMetric): void {
  for (const name in metric.dimensions) dimensions.set(name, metric.dimensions[name]!);
  const list = values.get(metric.key);
  if (list) list.push(metric.value);
  else values.set(metric.key, [metric.value]);
}

/** Powertools says what metrics of one dimension set look like; only once, since it takes longer than a prediction. */
function directiveOf(keys: readonly MetricKey[]): unknown {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE });
  metrics.addDimensions(Object.fromEntries(METRICS[keys[0]!].dimensions.map((name) => [name, '-'])));
  for (const key of keys) metrics.addMetric(METRICS[key].name, UNITS[METRICS[key].unit], 0);
  return metrics.serializeMetrics()._aws.CloudWatchMetrics[0];
}
