import { Distribution, type Summary } from './distribution.ts';

/*
 * The stored form of a distribution: `count sum minimum maximum`. When raw values are known, `|` (exact) or
 * `~` (compressed) follows, then the values, each with `:count` unless the count is 1. Numbers are written as
 * JavaScript writes them, which reads back to the same double.
 */

/** A stored distribution. It is parsed only as far as a statistic needs: most need only the summary. */
export class Chunk {
  readonly summary: Summary;
  readonly compressed: boolean;
  readonly #valuesText: string | undefined;
  #values: Map<number, number> | undefined;

  constructor(text: string) {
    // Called for every stored minute of a query, so it uses no regular expression and builds no list of
    // parts.
    const first = text.indexOf(' ');
    const second = text.indexOf(' ', first + 1);
    const third = text.indexOf(' ', second + 1);
    const mark = markOfValues(text, third);
    this.compressed = text[mark] === '~';
    this.#valuesText = mark < 0 ? undefined : text.slice(mark + 1);
    const count = Number(text.slice(0, first));
    const sum = Number(text.slice(first + 1, second));
    const minimum = Number(text.slice(second + 1, third));
    const maximum = Number(mark < 0 ? text.slice(third + 1) : text.slice(third + 1, mark));
    this.summary = { count, sum, minimum, maximum };
  }

  /** Values with their counts; undefined when they are not known or when some are negative. */
  get values(): ReadonlyMap<number, number> | undefined {
    if (this.#valuesText === undefined) return undefined;
    this.#values ??= parseValues(this.#valuesText);
    return this.#values;
  }

  /** Adds this chunk to a distribution. */
  mergeInto(distribution: Distribution): void {
    distribution.merge(this.summary, this.values, this.compressed);
  }
}

/** Writes a distribution with at least one value, so that `new Chunk(text)` can read it. */
export function encodeChunk(distribution: Distribution): string {
  const { count, sum, minimum, maximum, values, compressed } = distribution;
  const summary = `${count} ${sum} ${minimum} ${maximum}`;
  if (values === undefined) return summary;
  const parts: string[] = [];
  for (const [value, times] of values) parts.push(times === 1 ? `${value}` : `${value}:${times}`);
  return `${summary}${compressed ? '~' : '|'}${parts.join(' ')}`;
}

/** Merges stored chunks of one bucket into one. */
export function mergeChunks(texts: Iterable<string>): string {
  const merged = new Distribution();
  for (const text of texts) new Chunk(text).mergeInto(merged);
  return encodeChunk(merged);
}

function markOfValues(text: string, from: number): number {
  const exact = text.indexOf('|', from);
  return exact >= 0 ? exact : text.indexOf('~', from);
}

function parseValues(text: string): Map<number, number> {
  const values = new Map<number, number>();
  for (const part of text.split(' ')) {
    const [value, count = '1'] = part.split(':') as [string, string?];
    values.set(Number(value), Number(count));
  }
  return values;
}
