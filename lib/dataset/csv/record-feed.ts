import type { CsvScanner } from './csv-scanner.ts';
import type { CsvGrammar } from './grammar.ts';

/** Reads the records of a text that hold nothing special, and leaves the others. */
export interface PlainRecords {
  /** Where text has to stand to be read. */
  readonly text: Uint8Array<ArrayBuffer>;
  /** Where in the text the record after the last one passed begins. */
  readonly next: number;
  /** Up to where others should read; undefined when the index has no more. */
  readonly handOverTo: number | undefined;
  /** Finds the records in text[from, to), which begins with one. */
  index(from: number, to: number): void;
  /**
   * Goes on from text[from], which others read up to. False when the index does not have a record begin
   * there.
   */
  seek(from: number): boolean;
}

/** What becomes of the records of a text. */
export interface RecordReceiver {
  /** Reads plain records fast; undefined where nothing does, or not yet. */
  readonly plainRows?: PlainRecords | undefined;
  /**
   * Takes plain records from where `plainRows` stands, up to one that is not. Gives the line feeds passed.
   */
  takePlain?(): Promise<number>;
  /** Takes the records of one batch of the scanner. */
  take(scan: CsvScanner, bytes: Uint8Array): Promise<void>;
}

/**
 * Hands the records of a text to their receiver: plain ones by way of its kernel, once it has one and the
 * text stands in the kernel's memory, and all others by way of the scanner. Which way a record takes changes
 * nothing about it but the time it needs.
 */
export class RecordFeed {
  readonly #scanner: CsvScanner;
  readonly #receiver: RecordReceiver;

  constructor(scanner: CsvScanner, receiver: RecordReceiver) {
    this.#scanner = scanner;
    this.#receiver = receiver;
  }

  /** Where text has to stand to be read fast; undefined until the types of the columns are known. */
  get fastText(): Uint8Array<ArrayBuffer> | undefined {
    return this.#receiver.plainRows?.text;
  }

  get grammar(): CsvGrammar {
    return this.#scanner.grammar;
  }

  /** The line on which the first byte lies that was not consumed. */
  get line(): number {
    return this.#scanner.line;
  }

  /**
   * Hands over the records that end in bytes[from, to).
   *
   * @param isLast the file ends at `to`, so that the last record needs no line ending
   * @returns the offset of the first byte not consumed: call again with that and what follows it
   * @throws RefusedFileError
   */
  async feed(bytes: Uint8Array, from: number, to: number, isLast: boolean): Promise<number> {
    let at = from;
    let isIndexed = false;
    for (;;) {
      let scanTo = to;
      if (at < to && this.#isFast(bytes)) {
        if (!isIndexed || !this.#receiver.plainRows!.seek(at)) this.#receiver.plainRows!.index(at, to);
        isIndexed = true;
        this.#scanner.line += await this.#receiver.takePlain!();
        at = this.#receiver.plainRows!.next;
        scanTo = this.#receiver.plainRows!.handOverTo ?? to;
      }
      const scanned = this.#scanner.scan(bytes, at, scanTo, isLast && scanTo === to);
      await this.#receiver.take(this.#scanner, bytes);
      if (this.#scanner.drained && scanTo === to) return scanned;
      if (scanned === at && this.#scanner.drained)
        throw new Error(`the scanner and the index disagree at ${at}`);
      at = scanned;
    }
  }

  #isFast(bytes: Uint8Array): boolean {
    const fast = this.fastText;
    return (
      fast !== undefined &&
      bytes.byteOffset === fast.byteOffset &&
      bytes.buffer === fast.buffer &&
      !this.#scanner.isSkipping
    );
  }
}
