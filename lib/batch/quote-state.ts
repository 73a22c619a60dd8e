import type { CsvGrammar } from '../dataset/csv/grammar.ts';

/** A line end outside quotes, where one record ends and the next begins. */
export interface Boundary {
  /** Offset in the segment of the first byte after the line end. */
  readonly offset: number;
  /** Line feeds before that byte, within quotes or not. */
  readonly lineFeeds: number;
}

/** What a segment holds if it begins outside quotes, or if it begins inside. */
export interface StateView {
  readonly boundaries: number;
  /** undefined when no record ends in the segment. */
  readonly first: Boundary | undefined;
  /** Offset after the last boundary; 0 without one. */
  readonly lastOffset: number;
}

/**
 * A part of a text, looked at without knowing what precedes it. Each quote changes between outside and
 * inside, a doubled one twice, so a number of quotes is all that one segment needs to know of another.
 */
export interface SegmentSummary {
  readonly sizeBytes: number;
  readonly lineFeeds: number;
  readonly hasOddQuotes: boolean;
  readonly ifOutside: StateView;
  readonly ifInside: StateView;
}

interface Count {
  boundaries: number;
  first: Boundary | undefined;
  lastOffset: number;
}

const none = (): Count => ({ boundaries: 0, first: undefined, lastOffset: 0 });

/** Reads a text in chunks and summarises segments of equal size, in one pass. */
export class SegmentPass {
  readonly #quote: number;
  readonly #lineEnd: number;
  readonly #segmentBytes: number;
  readonly #done: SegmentSummary[] = [];
  #sizeBytes = 0;
  #lineFeeds = 0;
  #isInside = false;
  /** By whether an even or an odd number of quotes of the segment precede the boundaries. */
  #even = none();
  #odd = none();

  /** @param segmentBytes size of each segment but the last */
  constructor({ quote, lineEnd }: Pick<CsvGrammar, 'quote' | 'lineEnd'>, segmentBytes: number) {
    this.#quote = quote;
    this.#lineEnd = lineEnd;
    this.#segmentBytes = segmentBytes;
  }

  add(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      const to = Math.min(chunk.length, from + this.#segmentBytes - this.#sizeBytes);
      this.#read(chunk, from, to);
      from = to;
      if (this.#sizeBytes === this.#segmentBytes) this.#end();
    }
  }

  /** The summaries in order; call it once, at the end of the text. */
  finish(): readonly SegmentSummary[] {
    if (this.#sizeBytes > 0) this.#end();
    return this.#done;
  }

  #read(chunk: Uint8Array, from: number, to: number): void {
    const quote = this.#quote;
    const lineEnd = this.#lineEnd;
    const base = this.#sizeBytes - from;
    const largest = Math.max(quote, lineEnd);
    for (let at = from; at < to; at++) {
      const byte = chunk[at]!;
      if (byte > largest) continue;
      if (byte === quote) this.#isInside = !this.#isInside;
      else if (byte === lineEnd) this.#boundary(base + at + 1);
    }
    this.#sizeBytes += to - from;
  }

  #boundary(offset: number): void {
    this.#lineFeeds++;
    const count = this.#isInside ? this.#odd : this.#even;
    count.boundaries++;
    count.first ??= { offset, lineFeeds: this.#lineFeeds };
    count.lastOffset = offset;
  }

  #end(): void {
    this.#done.push({
      sizeBytes: this.#sizeBytes,
      lineFeeds: this.#lineFeeds,
      hasOddQuotes: this.#isInside,
      ifOutside: this.#even,
      ifInside: this.#odd,
    });
    this.#sizeBytes = 0;
    this.#lineFeeds = 0;
    this.#isInside = false;
    this.#even = none();
    this.#odd = none();
  }
}
