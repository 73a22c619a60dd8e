import type { RefusedFileError } from '../../errors.ts';
import { copyBytes } from '../../wasm/copy-bytes.ts';
import { encodingFaultAt } from './encoding-fault-at.ts';
import type { IngestLimits } from './limits.ts';
import type { RecordFeed } from './record-feed.ts';
import { findEncodingFault } from './utf8.ts';

/** Room for a byte that may belong to a line end, and up to three bytes of an incomplete character. */
const SLACK_BYTES = 8;

/** Size of a window: one block and an unfinished record of any legal size. */
export function windowBytes({ rowBytes, blockBytes }: IngestLimits): number {
  return rowBytes + blockBytes + SLACK_BYTES;
}

/**
 * Cuts a stream of chunks into blocks of equal size, checks their encoding and passes them on. One buffer
 * holds an unfinished record and a block, so nothing depends on where chunks end, and nothing grows. The
 * window moves once, to the memory where text is read fast, when that exists.
 */
export class TextWindow {
  readonly #limits: IngestLimits;
  readonly #feed: RecordFeed;
  #bytes: Uint8Array;
  /** Bytes before #consumed are consumed, before #checked proved to be text, before #filled received. */
  #consumed = 0;
  #checked = 0;
  #filled = 0;
  /** Offset at which the current block ends. */
  #blockEnd: number;

  constructor(limits: IngestLimits, feed: RecordFeed) {
    this.#limits = limits;
    this.#feed = feed;
    this.#bytes = new Uint8Array(windowBytes(limits));
    this.#blockEnd = limits.blockBytes;
  }

  async add(chunk: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < chunk.length) {
      const room = Math.min(this.#blockEnd - this.#filled, chunk.length - taken);
      copyBytes(chunk.subarray(taken, taken + room), this.#bytes, this.#filled);
      this.#filled += room;
      taken += room;
      if (this.#filled === this.#blockEnd) await this.#process(false);
    }
  }

  /** Reads what has arrived, although more may follow. */
  async flush(): Promise<void> {
    await this.#process(false);
  }

  async finish(): Promise<void> {
    await this.#process(true);
  }

  async #process(isLast: boolean): Promise<void> {
    const { fault, checked } = findEncodingFault(this.#bytes.subarray(this.#checked, this.#filled), isLast);
    const end = this.#checked + checked;
    this.#consumed = await this.#feed.feed(this.#bytes, this.#consumed, end, isLast && fault < 0);
    if (fault >= 0) throw this.#encodingError(end);
    this.#checked = end;
    this.#moveDown();
  }

  /** Makes room for the next block by moving the unfinished record to the front. */
  #moveDown(): void {
    const place = this.#feed.fastText ?? this.#bytes;
    place.set(this.#bytes.subarray(this.#consumed, this.#filled));
    this.#bytes = place;
    this.#filled -= this.#consumed;
    this.#checked -= this.#consumed;
    this.#consumed = 0;
    this.#blockEnd = this.#filled + this.#limits.blockBytes;
  }

  #encodingError(at: number): RefusedFileError {
    return encodingFaultAt(
      this.#bytes.subarray(this.#consumed, this.#filled),
      at - this.#consumed,
      this.#feed.line,
    );
  }
}
