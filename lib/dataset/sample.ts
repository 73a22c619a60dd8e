import { CsvScanner, type ScannerLimits } from './csv-scanner.ts';
import { readDecimal } from './decimal.ts';
import type { ColumnSample } from './infer-plan.ts';
import type { OversizeVerdict } from './oversize-record.ts';
import { decodeUtf8 } from './utf8.ts';

/** A stretch of whole records as they stood in the file, or a record too large to be kept. */
type Piece = { readonly line: number; readonly bytes: Uint8Array } | { readonly verdict: OversizeVerdict };

/** Called for every batch of a replay, in file order. */
export interface SampleVisitor {
  batch(scan: CsvScanner, bytes: Uint8Array): void | Promise<void>;
  oversize(verdict: OversizeVerdict): void;
}

/** The first records of a file, kept as bytes until the types are known, and then read again. */
export class Sample {
  records = 0;
  bytes = 0;
  readonly #limits: ScannerLimits;
  readonly #pieces: Piece[] = [];

  constructor(limits: ScannerLimits) {
    this.#limits = limits;
  }

  add(line: number, bytes: Uint8Array, records: number): void {
    this.records += records;
    this.bytes += bytes.length;
    if (bytes.length > 0) this.#pieces.push({ line, bytes: bytes.slice() });
  }

  addOversize(verdict: OversizeVerdict): void {
    this.records++;
    this.#pieces.push({ verdict });
  }

  /** Reads all of it again, as the file's scanner would. */
  async replay(visitor: SampleVisitor): Promise<void> {
    for (const piece of this.#pieces) {
      if ('verdict' in piece) visitor.oversize(piece.verdict);
      else await this.#replayBytes(piece.line, piece.bytes, visitor);
    }
  }

  async #replayBytes(line: number, bytes: Uint8Array, visitor: SampleVisitor): Promise<void> {
    const scan = new CsvScanner(this.#limits, line);
    let at = 0;
    do {
      // Each piece ends with a record, so its end is a record's end, with or without a line ending.
      at = scan.scan(bytes, at, bytes.length, true);
      await visitor.batch(scan, bytes);
    } while (!scan.drained);
  }

  /** Counts, per column, what the inference of types needs. Records of another width than the header say nothing. */
  async columnSamples(
    width: number,
    missingTokens: readonly string[],
  ): Promise<{ rows: number; columns: ColumnSample[] }> {
    const counters = Array.from({ length: width }, () => ({
      present: 0,
      decimals: 0,
      texts: new Set<string>(),
    }));
    const missing = new Set(['', ...missingTokens]);
    let rows = 0;
    await this.replay({
      batch(scan, bytes) {
        for (let record = 0; record < scan.records; record++) {
          const first = scan.recordFirst[record]!;
          if (scan.recordFirst[record + 1]! - first !== width || scan.oversize.has(record)) continue;
          rows++;
          for (const [column, counter] of counters.entries()) {
            const text = cellText(scan, bytes, first + column);
            if (missing.has(text)) continue;
            counter.present++;
            if ('value' in readDecimal(text)) counter.decimals++;
            else counter.texts.add(text);
          }
        }
      },
      oversize: () => undefined,
    });
    return {
      rows,
      columns: counters.map(({ present, decimals, texts }) => ({ present, decimals, distinct: texts.size })),
    };
  }
}

/** The text of one field, doubled quotes undone. */
export function cellText(scan: CsvScanner, bytes: Uint8Array, field: number): string {
  const text = decodeUtf8(bytes.subarray(scan.starts[field]!, scan.ends[field]!));
  return scan.escapes[field]! > 0 ? text.replaceAll('""', '"') : text;
}
