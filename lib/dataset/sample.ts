import { ABSENT, CategoryTable } from './category-table.ts';
import { CsvScanner, type ScannerLimits } from './csv-scanner.ts';
import { fastDecimal, readDecimal } from './decimal.ts';
import type { ColumnSample } from './infer-plan.ts';
import type { OversizeVerdict } from './oversize-record.ts';
import { decodeUtf8 } from './utf8.ts';

/** A stretch of whole records as they stood in the file, or a record too large to be kept. */
export type Piece =
  | { readonly line: number; readonly bytes: Uint8Array }
  | { readonly verdict: OversizeVerdict };

/** The first records of a file, kept as bytes until the types are known, and then read again. */
export class Sample {
  records = 0;
  bytes = 0;
  readonly #limits: ScannerLimits;
  readonly pieces: Piece[] = [];

  constructor(limits: ScannerLimits) {
    this.#limits = limits;
  }

  add(line: number, bytes: Uint8Array, records: number): void {
    this.records += records;
    this.bytes += bytes.length;
    if (bytes.length > 0) this.pieces.push({ line, bytes: bytes.slice() });
  }

  addOversize(verdict: OversizeVerdict): void {
    this.records++;
    this.pieces.push({ verdict });
  }

  /** Counts, per column, what the inference of types needs. Records of another width than the header say nothing. */
  columnSamples(
    width: number,
    missingTokens: readonly string[],
  ): { rows: number; columns: readonly ColumnSample[] } {
    const counters = Array.from({ length: width }, () => new ColumnCounter(missingTokens));
    let rows = 0;
    for (const piece of this.pieces) {
      if ('bytes' in piece) rows += this.#count(piece.bytes, counters);
    }
    return { rows, columns: counters };
  }

  #count(bytes: Uint8Array, counters: readonly ColumnCounter[]): number {
    const scan = new CsvScanner(this.#limits);
    let [rows, at] = [0, 0];
    do {
      // Each piece ends with a record, so its end is a record's end, with or without a line ending.
      at = scan.scan(bytes, at, bytes.length, true);
      for (let record = 0; record < scan.records; record++) {
        const first = scan.recordFirst[record]!;
        if (scan.recordFirst[record + 1]! - first !== counters.length || scan.oversize.has(record)) continue;
        rows++;
        for (const [column, counter] of counters.entries()) counter.add(scan, bytes, first + column);
      }
    } while (!scan.drained);
    return rows;
  }
}

/** Tells a column's cells apart: missing, decimal, other texts. */
class ColumnCounter implements ColumnSample {
  present = 0;
  decimals = 0;
  readonly #missing: ReadonlySet<string>;
  readonly #areTokensTexts: boolean;
  /** As they stand in the file: doubled quotes tell no texts apart that are equal otherwise. */
  readonly #texts = new CategoryTable();

  constructor(missingTokens: readonly string[]) {
    this.#missing = new Set(['', ...missingTokens]);
    this.#areTokensTexts = missingTokens.every((token) => 'fault' in readDecimal(token));
  }

  get distinct(): number {
    return this.#texts.size;
  }

  add(scan: CsvScanner, bytes: Uint8Array, field: number): void {
    const [start, end] = [scan.starts[field]!, scan.ends[field]!];
    const isPlain = this.#areTokensTexts && !Number.isNaN(fastDecimal(bytes, start, end));
    const text = isPlain ? '' : cellText(scan, bytes, field);
    if (!isPlain && this.#missing.has(text)) return;
    this.present++;
    if (isPlain || 'value' in readDecimal(text)) this.decimals++;
    else if (this.#texts.find(bytes, start, end) === ABSENT) this.#texts.add(bytes, start, end);
  }
}

/** The text of one field, doubled quotes undone. */
export function cellText(scan: CsvScanner, bytes: Uint8Array, field: number): string {
  const text = decodeUtf8(bytes.subarray(scan.starts[field]!, scan.ends[field]!));
  return scan.escapes[field]! > 0 ? text.replaceAll('""', '"') : text;
}
