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
 * A line in the making: what it says of dimensions, and where the values of each metric come from. Lists, by equal positions, because a line has a
 * handful of either, and for so few a Map takes longer.
 */
interface Draft {
  readonly names: string[];
  readonly dimensions: string[];
  readonly keys: MetricKey[];
  /** By key: the places of its values among what was emitted. */
  readonly places: number[][];
}

/** The lines of metrics that differ in nothing but their values and the time: UTF-8, and what is to be put in between. */
interface Template {
  readonly metrics: readonly EmittedMetric[];
  /** One more than places. */
  readonly texts: readonly Buffer[];
  /** Places of values among what is emitted, or NOW. */
  readonly places: readonly number[];
  /** What the lines take at most. */
  readonly maxBytes: number;
}
const NOW = -1;

/** The longest text of a number, as of -0.0000012345678901234567. Source: ECMA-262, Number::toString. */
const MAX_NUMBER_BYTES = 25;

/** The metrics of a request with one class. What is more is a batch or a table, hardly ever comes again, and took its time. */
const MAX_TEMPLATE_METRICS = 10;
/** So many are remembered; then they are forgotten. More than the classes that a model counts, for each of its answers. */
const MAX_TEMPLATES = 100;

/**
 * Writes metrics in the Embedded Metric Format, as few lines as they fit into: a line can hold many metrics with dimension sets of their own, but only
 * one value of each dimension, so that the metrics of a request are one line and the classes of a batch one each.
 *
 * A function emits the same few again and again: most lines are a known template with other values. To put lines together from nothing takes half
 * as long as a prediction, and displaces what the next one would have found in the processor's caches.
 */
export class EmfWriter {
  /** UTF-8 of the lines last written, each with its line feed. */
  bytes: Buffer = Buffer.allocUnsafe(2048);
  #templates: Template[] = [];

  /**
   * @param emitted metrics, of which the first `count` are meant: at least one
   * @param nowMs milliseconds since the epoch
   * @returns how many bytes of `bytes` the lines are
   */
  write(emitted: readonly EmittedMetric[], count: number, nowMs: number): number {
    const { texts, places, maxBytes } = this.#templateOf(emitted, count);
    if (maxBytes > this.bytes.length) this.bytes = Buffer.allocUnsafe(maxBytes);
    const { bytes } = this;
    let end = texts[0]!.copy(bytes);
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      const value = place === NOW ? nowMs : emitted[place]!.value;
      end += bytes.write(String(value), end, 'latin1');
      end += texts[i + 1]!.copy(bytes, end);
    }
    return end;
  }

  #templateOf(emitted: readonly EmittedMetric[], count: number): Template {
    if (count > MAX_TEMPLATE_METRICS) return templateOf(emitted.slice(0, count));
    for (const known of this.#templates) if (isAlike(known.metrics, emitted, count)) return known;
    if (this.#templates.length === MAX_TEMPLATES) this.#templates = [];
    const template = templateOf(emitted.slice(0, count));
    this.#templates.push(template);
    return template;
  }
}

/** Values that most are one of, and which are part of a template therefore. */
const isUsual = (value: number) => value === 0 || value === 1;

/** Whether nothing but values differs, and none of them that is part of a template. */
function isAlike(known: readonly EmittedMetric[], emitted: readonly EmittedMetric[], count: number): boolean {
  if (known.length !== count) return false;
  for (let i = 0; i < count; i++) {
    const { key, dimensions, value } = known[i]!;
    const other = emitted[i]!;
    if (key !== other.key) return false;
    if (value !== other.value && (isUsual(value) || isUsual(other.value))) return false;
    for (const name in dimensions) if (dimensions[name] !== other.dimensions[name]) return false;
  }
  return true;
}

function templateOf(metrics: readonly EmittedMetric[]): Template {
  const drafts: Draft[] = [];
  for (const [place, metric] of metrics.entries()) {
    if (!drafts.some((draft) => added(draft, metric, place))) drafts.push(draftOf(metric, place));
  }
  const texts = [''];
  const places: number[] = [];
  const write = (text: string) => texts.push(texts.pop()! + text);
  const insert = (place: number) => {
    places.push(place);
    texts.push('');
  };
  for (const draft of drafts) {
    write('{"_aws":{"Timestamp":');
    insert(NOW);
    write(`,"CloudWatchMetrics":${directivesOf(draft.keys)}},"service":"${SERVICE}"`);
    for (const [i, name] of draft.names.entries()) {
      write(`,"${name}":${JSON.stringify(draft.dimensions[i])}`);
    }
    for (const [i, key] of draft.keys.entries()) {
      const [first, ...others] = draft.places[i]!;
      const writeValue = (place: number) => {
        const { value } = metrics[place]!;
        if (isUsual(value)) write(String(value));
        else insert(place);
      };
      write(`,"${METRICS[key].name}":${others.length > 0 ? '[' : ''}`);
      writeValue(first!);
      for (const place of others) {
        write(',');
        writeValue(place);
      }
      if (others.length > 0) write(']');
    }
    write('}\n');
  }
  const encoded = texts.map((text) => Buffer.from(text));
  const maxBytes = encoded.reduce((sum, { length }) => sum + length, places.length * MAX_NUMBER_BYTES);
  return { metrics, texts: encoded, places, maxBytes };
}

function draftOf({ key, dimensions }: EmittedMetric, place: number): Draft {
  return {
    names: Object.keys(dimensions),
    dimensions: Object.values(dimensions),
    keys: [key],
    places: [[place]],
  };
}

/** Adds a metric to a line, unless the line says otherwise of its dimensions or has as many values of it as fit. */
function added({ names, dimensions, keys, places }: Draft, metric: EmittedMetric, place: number): boolean {
  for (const name in metric.dimensions) {
    const known = names.indexOf(name);
    if (known >= 0 && dimensions[known] !== metric.dimensions[name]) return false;
  }
  const values = places[keys.indexOf(metric.key)];
  if (values?.length === MAX_VALUES) return false;
  if (values) values.push(place);
  else {
    keys.push(metric.key);
    places.push([place]);
  }
  for (const name in metric.dimensions) {
    if (names.includes(name)) continue;
    names.push(name);
    dimensions.push(metric.dimensions[name]!);
  }
  return true;
}

/** By the keys of a line: there are few. */
const DIRECTIVES = new Map<string, string>();

/** What a line says of its metrics. */
function directivesOf(keys: readonly MetricKey[]): string {
  const signature = keys.join();
  const known = DIRECTIVES.get(signature);
  if (known !== undefined) return known;
  const sets = Map.groupBy(keys, (key) => METRICS[key].dimensions.join());
  const text = JSON.stringify([...sets.values()].map(directiveOf));
  DIRECTIVES.set(signature, text);
  return text;
}

/** Powertools says what metrics of one dimension set look like; only once, since it takes longer than a prediction. */
function directiveOf(keys: readonly MetricKey[]): unknown {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE });
  metrics.addDimensions(Object.fromEntries(METRICS[keys[0]!].dimensions.map((name) => [name, '-'])));
  for (const key of keys) metrics.addMetric(METRICS[key].name, UNITS[METRICS[key].unit], 0);
  return metrics.serializeMetrics()._aws.CloudWatchMetrics[0];
}
