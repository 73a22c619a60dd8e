import { fastDecimal, readDecimal } from '../../columns/numeric/decimal.ts';
import type { ColumnSample } from '../../columns/reading.ts';
import type { CsvScanner } from '../csv/csv-scanner.ts';
import type { OversizeVerdict } from '../csv/oversize-record.ts';
import { decodeUtf8 } from '../csv/utf8.ts';
import { ABSENT, CategoryTable } from './category-table.ts';

/** A stretch of whole records as they stood in the file, or a record too large to be kept. */
export type Piece =
  | { readonly line: number; readonly bytes: Uint8Array }
  | { readonly verdict: OversizeVerdict };

/** The first records of a file: looked at for the types of columns, kept as bytes until these are known, and then read again. */
export class Sample {
  records = 0;
  bytes = 0;
  /** Records of the header's width. */
  rows = 0;
  readonly pieces: Piece[] = [];
  readonly #counters: readonly ColumnCounter[];

  constructor(width: number, missingTokens: readonly string[]) {
    this.#counters = Array.from({ length: width }, () => new ColumnCounter(missingTokens));
  }

  /** What the inference of types needs of each column. Records of another width than the header say nothing. */
  get columns(): readonly ColumnSample[] {
    return this.#counters;
  }

  /** Takes the records [from, to) of one batch of the scanner. */
  add(scan: CsvScanner, bytes: Uint8Array, from: number, to: number): void {
    const end = to < scan.records ? scan.recordStart[to]! : scan.plainTo;
    const piece = bytes.slice(scan.recordStart[from]!, end);
    this.records += to - from;
    this.bytes += piece.length;
    if (piece.length > 0) this.pieces.push({ line: scan.recordLine[from]!, bytes: piece });
    for (let record = from; record < to; record++) this.#count(scan, bytes, record);
  }

  addOversize(verdict: OversizeVerdict): void {
    this.records++;
    this.pieces.push({ verdict });
  }

  #count(scan: CsvScanner, bytes: Uint8Array, record: number): void {
    const counters = this.#counters;
    const first = scan.recordFirst[record]!;
    if (scan.recordFirst[record + 1]! - first !== counters.length || scan.oversize.has(record)) return;
    this.rows++;
    for (let column = 0; column < counters.length; column++)
      counters[column]!.add(scan, bytes, first + column);
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
    const start = scan.starts[field]!;
    const end = scan.ends[field]!;
    if (this.#areTokensTexts && !Number.isNaN(fastDecimal(bytes, start, end))) {
      this.present++;
      this.decimals++;
      return;
    }
    // What was added before is neither missing nor a number.
    if (this.#texts.find(bytes, start, end) !== ABSENT) {
      this.present++;
      return;
    }
    const text = cellText(scan, bytes, field);
    if (this.#missing.has(text)) return;
    this.present++;
    if ('value' in readDecimal(text)) this.decimals++;
    else this.#texts.add(bytes, start, end);
  }
}

/** The text of one field, doubled quotes undone. */
export function cellText(scan: CsvScanner, bytes: Uint8Array, field: number): string {
  const text = decodeUtf8(bytes.subarray(scan.starts[field]!, scan.ends[field]!));
  if (scan.escapes[field] === 0) return text;
  const quote = String.fromCharCode(scan.grammar.quote);
  return text.replaceAll(quote + quote, quote);
}
