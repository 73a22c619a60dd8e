import type { CsvScanner } from './csv-scanner.ts';
import type { TableReader } from './table-reader.ts';

/**
 * Hands the records of a text to the table: plain ones by way of its kernel, once it has one and the text stands in the kernel's
 * memory, and all others by way of the scanner. Which way a record takes changes nothing about it but the time it needs.
 */
export class RecordFeed {
  readonly #scanner: CsvScanner;
  readonly #table: TableReader;

  constructor(scanner: CsvScanner, table: TableReader) {
    this.#scanner = scanner;
    this.#table = table;
  }

  /** Where text has to stand to be read fast; undefined until the types of the columns are known. */
  get fastText(): Uint8Array<ArrayBuffer> | undefined {
    return this.#table.plainRows?.text;
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
        if (!isIndexed || !this.#table.plainRows!.seek(at)) this.#table.plainRows!.index(at, to);
        isIndexed = true;
        this.#scanner.line += await this.#table.takePlain();
        at = this.#table.plainRows!.next;
        scanTo = this.#table.plainRows!.handOverTo ?? to;
      }
      const scanned = this.#scanner.scan(bytes, at, scanTo, isLast && scanTo === to);
      await this.#table.take(this.#scanner, bytes);
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
