import type { ByteSink } from '../../byte-sink.ts';
import type { RejectionCode } from '../codes.ts';
import { csvField } from '../csv/csv-field.ts';

/** One rejected row: its first fault. */
export interface Rejection {
  /** 1-based physical line on which the row begins. */
  readonly line: number;
  /** The column's name; empty when the row as a whole is at fault. */
  readonly column: string;
  readonly code: RejectionCode;
  /** What stood there, cut to 200 characters. */
  readonly value: string;
}

const FLUSH_CHARACTERS = 64 * 1024;
const VALUE_CHARACTERS = 200;

/** Writes rejects.csv: a header and one line per rejected row, as RFC 4180 text that no spreadsheet executes. */
export class RejectsWriter {
  readonly #sink: ByteSink;
  #pending = 'line,column,code,value\r\n';

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Takes one rejection; `isFull` then says when to `flush`. */
  add({ line, column, code, value }: Rejection): void {
    this.#pending += `${line},${csvField(column)},${code},${csvField(value)}\r\n`;
  }

  get isFull(): boolean {
    return this.#pending.length >= FLUSH_CHARACTERS;
  }

  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const chunk = new TextEncoder().encode(this.#pending);
    this.#pending = '';
    await this.#sink.write(chunk);
  }
}

/** Cuts a value to what a report shows, never inside a surrogate pair. */
export function shortened(value: string): string {
  if (value.length <= VALUE_CHARACTERS) return value;
  return `${value.slice(0, VALUE_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…`;
}
