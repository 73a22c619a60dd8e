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

/**
 * A line in the making: what it says of dimensions, and the values of each metric. Lists, by equal positions, because a line has a handful of either,
 * and for so few a Map takes longer than a prediction does.
 */
interface Draft {
  readonly names: string[];
  readonly dimensions: string[];
  readonly keys: MetricKey[];
  readonly values: (number | number[])[];
}

/** As many JSON texts of dimension values are remembered as there can be in some time; then they are forgotten. */
const MAX_QUOTED = 1000;

/**
 * Writes metrics in the Embedded Metric Format, as few lines as they fit into: a line can hold many metrics with dimension sets of their own, but only
 * one value of each dimension, so that the metrics of a request are one line and the classes of a batch one each.
 */
export class EmfWriter {
  /** What a line says of its metrics, by the keys of these: a function writes the same few again and again. */
  readonly #directives = new Map<string, string>();

  /** JSON of dimension values. */
  readonly #quoted = new Map<string, string>();

  /** The lines, each with its line feed. @param nowMs milliseconds since the epoch */
  lines(emitted: readonly EmittedMetric[], nowMs: number): string {
    const drafts: Draft[] = [];
    for (const metric of emitted) {
      if (!drafts.some((draft) => added(draft, metric))) drafts.push(draftOf(metric));
    }
    return drafts.map((draft) => this.#line(draft, nowMs)).join('');
  }

  #line({ names, dimensions, keys, values }: Draft, nowMs: number): string {
    let members = '';
    for (let i = 0; i < names.length; i++) members += `,"${names[i]}":${this.#quote(dimensions[i]!)}`;
    for (let i = 0; i < keys.length; i++) {
      const value = values[i]!;
      members += `,"${METRICS[keys[i]!].name}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
    }
    const directives = this.#directivesOf(keys);
    return `{"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":${directives}},"service":"${SERVICE}"${members}}\n`;
  }

  #quote(text: string): string {
    const known = this.#quoted.get(text);
    if (known !== undefined) return known;
    const quoted = JSON.stringify(text);
    if (this.#quoted.size === MAX_QUOTED) this.#quoted.clear();
    this.#quoted.set(text, quoted);
    return quoted;
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

function draftOf({ key, dimensions, value }: EmittedMetric): Draft {
  return {
    names: Object.keys(dimensions),
    dimensions: Object.values(dimensions),
    keys: [key],
    values: [value],
  };
}

/** Adds a metric to a line, unless the line says otherwise of its dimensions or has as many values of it as fit. */
function added({ names, dimensions, keys, values }: Draft, metric: EmittedMetric): boolean {
  for (const name in metric.dimensions) {
    const place = names.indexOf(name);
    if (place >= 0 && dimensions[place] !== metric.dimensions[name]) return false;
  }
  const place = keys.indexOf(metric.key);
  const present = values[place];
  if (Array.isArray(present) && present.length === MAX_VALUES) return false;
  if (present === undefined) {
    keys.push(metric.key);
    values.push(metric.value);
  } else if (Array.isArray(present)) present.push(metric.value);
  else values[place] = [present, metric.value];
  for (const name in metric.dimensions) {
    if (names.includes(name)) continue;
    names.push(name);
    dimensions.push(metric.dimensions[name]!);
  }
  return true;
}

/** Powertools says what metrics of one dimension set look like; only once, since it takes longer than a prediction. */
function directiveOf(keys: readonly MetricKey[]): unknown {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE });
  metrics.addDimensions(Object.fromEntries(METRICS[keys[0]!].dimensions.map((name) => [name, '-'])));
  for (const key of keys) metrics.addMetric(METRICS[key].name, UNITS[METRICS[key].unit], 0);
  return metrics.serializeMetrics()._aws.CloudWatchMetrics[0];
}
