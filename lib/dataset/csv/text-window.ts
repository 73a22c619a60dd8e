import { RefusedFileError } from '../../errors.ts';
import { textOffset } from './file-signature.ts';
import type { IngestLimits } from './limits.ts';
import type { RecordFeed } from './record-feed.ts';
import { findEncodingFault } from './utf8.ts';

/** A byte that may belong to a line end, and up to three bytes of a character whose rest has not arrived. */
const SLACK_BYTES = 8;

/** How large a window is: an unfinished record of any legal size, and a block. */
export function windowBytes({ rowBytes, blockBytes }: IngestLimits): number {
  return rowBytes + blockBytes + SLACK_BYTES;
}

/**
 * Cuts a stream of chunks into blocks of equal size, checks their encoding, and has them read. It is one buffer that holds
 * an unfinished record and a block: nothing here depends on where chunks end, and nothing grows. It moves once, to where text
 * is read fast, when there is such a place.
 */
export class TextWindow {
  readonly #limits: IngestLimits;
  readonly #feed: RecordFeed;
  #bytes: Uint8Array;
  /** Bytes before this are consumed; before #checked, proved to be text; before #filled, received. */
  #consumed = 0;
  #checked = 0;
  #filled = 0;
  /** Where the current block ends. */
  #blockEnd: number;
  #isSniffed = false;

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
      this.#bytes.set(chunk.subarray(taken, taken + room), this.#filled);
      this.#filled += room;
      taken += room;
      if (this.#filled === this.#blockEnd) await this.#process(false);
    }
  }

  /** Reads what has arrived, although more may follow. */
  async flush(): Promise<void> {
    await this.#process(false);
  }

  /** @throws RefusedFileError `empty` when there was nothing */
  async finish(): Promise<void> {
    if (!this.#isSniffed && this.#filled === 0) {
      throw new RefusedFileError('empty', 'the file is empty; expected a header and rows');
    }
    await this.#process(true);
  }

  async #process(isLast: boolean): Promise<void> {
    this.#sniff();
    const { fault, checked } = findEncodingFault(this.#bytes.subarray(this.#checked, this.#filled), isLast);
    const end = this.#checked + checked;
    this.#consumed = await this.#feed.feed(this.#bytes, this.#consumed, end, isLast && fault < 0);
    if (fault >= 0) throw this.#encodingError(end);
    this.#checked = end;
    this.#moveDown();
  }

  #sniff(): void {
    if (this.#isSniffed) return;
    this.#isSniffed = true;
    const offset = textOffset(this.#bytes.subarray(0, this.#filled));
    this.#consumed = offset;
    this.#checked = offset;
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
    const { lineEnd } = this.#feed.grammar;
    let line = this.#feed.line;
    for (let i = this.#consumed; i < at; i++) if (this.#bytes[i] === lineEnd) line++;
    const byte = this.#bytes[at]!;
    const got = byte === 0 ? 'a NUL byte' : `the byte 0x${byte.toString(16).padStart(2, '0')}`;
    const message = `line ${line}: expected UTF-8 text, got ${got}; save the file as UTF-8 ("CSV UTF-8" in Excel)`;
    return new RefusedFileError('encoding', message, { line });
  }
}
