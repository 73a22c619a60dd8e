import * as z from 'zod/mini';

/** A row that was drawn from a batch: what it was asked, and what was answered. */
export const sampledRow = z.object({
  /** Decides whether the row is drawn; from its line alone. */
  ticket: z.int(),
  line: z.int(),
  values: z.array(z.nullable(z.union([z.number(), z.string()]))),
  prediction: z.string(),
  confidence: z.number(),
});

export type SampledRow = z.infer<typeof sampledRow>;

const MAX_ROWS = 1000;
const MIN_ROWS = 100;
/** Values of all rows together, so that a part with a thousand columns stays small. */
const MAX_VALUES = 50_000;

/** How many rows are drawn for a model of so many features. */
export const sampleSize = (features: number) =>
  Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(MAX_VALUES / Math.max(1, features))));

/** A pseudo-random number of a line, so that a row is drawn or not wherever its file is cut. */
export function ticketOf(line: number): number {
  // The finaliser of MurmurHash3 (Appleby, public domain), over both halves of the line's number.
  let hash = (line >>> 0) ^ Math.imul(Math.floor(line / 2 ** 32) + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const byTicket = (a: SampledRow, b: SampledRow) => a.ticket - b.ticket || a.line - b.line;

/** The rows with the lowest tickets: of parts put together they are the same as of the whole. */
export class SampledRows {
  readonly #size: number;
  #rows: SampledRow[] = [];
  /** No row with a higher ticket is among the lowest any more. */
  #highest = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
  }

  wants(ticket: number): boolean {
    return ticket <= this.#highest;
  }

  add(row: SampledRow): void {
    if (!this.wants(row.ticket)) return;
    this.#rows.push(row);
    if (this.#rows.length >= 2 * this.#size) this.#trim();
  }

  /** In the order of the tickets. */
  get rows(): readonly SampledRow[] {
    this.#trim();
    return this.#rows;
  }

  #trim(): void {
    this.#rows = this.#rows.sort(byTicket).slice(0, this.#size);
    if (this.#rows.length === this.#size) this.#highest = this.#rows.at(-1)!.ticket;
  }
}
