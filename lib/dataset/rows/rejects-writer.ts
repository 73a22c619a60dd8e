import type { ByteSink } from '../../byte-sink.ts';
import type { RejectionCode } from '../csv/codes.ts';
import { CsvText } from '../csv/csv-text.ts';
import type { CsvGrammar } from '../csv/grammar.ts';

/** One rejected row: its first fault. */
export interface Rejection {
  /** Of files that are read as one: the name of the one that has the row, in which `line` is counted. */
  readonly part?: string;
  /** 1-based physical line on which the row begins. */
  readonly line: number;
  /** The column's name; empty when the whole row is at fault. */
  readonly column: string;
  readonly code: RejectionCode;
  /** The faulty text, cut to 200 characters. */
  readonly value: string;
}

const FLUSH_CHARACTERS = 64 * 1024;
const VALUE_CHARACTERS = 200;

const COLUMNS = ['line', 'column', 'code', 'value'];

export interface RejectsForm {
  /** Whether another piece of rejects.csv precedes this one, and has its header. */
  readonly isContinued?: boolean;
  /** Whether the rows are of several files: then their first column names it. */
  readonly hasParts?: boolean;
}

/** Writes rejects.csv: a header and one record per rejected row, as text that no spreadsheet executes. */
export class RejectsWriter {
  readonly #sink: ByteSink;
  readonly #text: CsvText;
  readonly #hasParts: boolean;
  #pending: string;

  /** @param grammar of rejects.csv, which may differ from that of the file */
  constructor(
    sink: ByteSink,
    grammar: CsvGrammar,
    { isContinued = false, hasParts = false }: RejectsForm = {},
  ) {
    this.#sink = sink;
    this.#text = new CsvText(grammar);
    this.#hasParts = hasParts;
    this.#pending = isContinued ? '' : this.#record(hasParts ? ['part', ...COLUMNS] : COLUMNS);
  }

  /** Adds one rejection. When `isFull` is true afterwards, call `flush`. */
  add({ part = '', line, column, code, value }: Omit<Rejection, 'code'> & { readonly code: string }): void {
    const fields = [String(line), column, code, value];
    this.#pending += this.#record(this.#hasParts ? [part, ...fields] : fields);
  }

  #record(fields: readonly string[]): string {
    return this.#text.fields(fields) + this.#text.fullLineEnd;
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

/** Cuts a value to the length that a report shows, never inside a surrogate pair. */
export function shortened(value: string): string {
  if (value.length <= VALUE_CHARACTERS) return value;
  return `${value.slice(0, VALUE_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…`;
}
