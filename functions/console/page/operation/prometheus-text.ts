/** A sample of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' };

/** Reads the samples of a scrape; comments and what is no number are left out. */
export function parseSamples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined || line.startsWith('#')) return [];
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    return Number.isNaN(number) ? [] : [{ name, labels: labelsOf(labels), value: number }];
  });
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(([, name, value]) => {
    const plain = value!.replace(/\\(.)/g, (_, mark: string) => ESCAPES[mark] ?? mark);
    return [name!, plain] as const;
  });
  return Object.fromEntries(pairs);
}

/** The sum of a family's samples that have these labels. */
export function total(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samplesOf(samples, name, labels).reduce((sum, { value }) => sum + value, 0);
}

export function samplesOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  const wanted = Object.entries(labels);
  return samples.filter(
    (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  );
}

/**
 * A quantile of a histogram: its buckets are cumulative, and a value is taken to be spread evenly within one,
 * as Prometheus' histogram_quantile does.
 *
 * @returns undefined without any observation; the largest finite bound when it lies above that
 */
export function histogramQuantile(buckets: readonly Sample[], quantile: number): number | undefined {
  const byBound = new Map<number, number>();
  for (const { labels, value } of buckets) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    byBound.set(bound, (byBound.get(bound) ?? 0) + value);
  }
  const bounds = [...byBound].sort(([a], [b]) => a - b);
  const all = bounds.at(-1)?.[1] ?? 0;
  if (all === 0) return undefined;
  const at = bounds.findIndex(([, count]) => count >= quantile * all);
  const [bound, count] = bounds[at]!;
  const [below, before] = at === 0 ? [0, 0] : bounds[at - 1]!;
  if (bound === Number.POSITIVE_INFINITY) return below;
  return count === before ? bound : below + ((bound - below) * (quantile * all - before)) / (count - before);
}
