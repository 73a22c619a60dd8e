import type { CsvScanner } from './csv-scanner.ts';
import type { CsvGrammar } from './grammar.ts';

/** Reads the records of a text that are plain, and leaves the others to the scanner. */
export interface PlainRecords {
  /** Memory that the text must be in to be read. */
  readonly text: Uint8Array;
  /** Offset of the record after the last one read. */
  readonly next: number;
  /** Offset up to which the scanner should read; undefined when the index is used up. */
  readonly handOverTo: number | undefined;
  /** Finds the records in text[from, to), which begins with one. */
  index(from: number, to: number): void;
  /**
   * Continues from text[from], up to which the scanner read. False when no record in the index begins there.
   */
  seek(from: number): boolean;
}

/** Takes the records of a text. */
export interface RecordReceiver {
  /** Reads plain records fast; undefined while, or if, this is not possible. */
  readonly plainRows?: PlainRecords | undefined;
  /**
   * Takes plain records from where `plainRows` stands, up to one that is not plain. Returns the line feeds
   * passed.
   */
  takePlain?(): Promise<number>;
  /** Takes the records of one batch of the scanner. */
  take(scan: CsvScanner, bytes: Uint8Array): Promise<void>;
}

/**
 * Passes the records of a text to their receiver. Plain ones go through its kernel, once it has one and the
 * text is in the kernel's memory; all others go through the scanner. The way changes only the time that a
 * record takes.
 */
export class RecordFeed {
  readonly #scanner: CsvScanner;
  readonly #receiver: RecordReceiver;

  constructor(scanner: CsvScanner, receiver: RecordReceiver) {
    this.#scanner = scanner;
    this.#receiver = receiver;
  }

  /** Memory for text that is read fast; undefined until the types of the columns are known. */
  get fastText(): Uint8Array | undefined {
    return this.#receiver.plainRows?.text;
  }

  get grammar(): CsvGrammar {
    return this.#scanner.grammar;
  }

  /** Line of the first byte that is not consumed. */
  get line(): number {
    return this.#scanner.line;
  }

  /**
   * Passes on the records that end in bytes[from, to).
   *
   * @param isLast the file ends at `to`, so the last record needs no line ending
   * @returns the offset of the first byte not consumed: call again with the bytes from there on
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
