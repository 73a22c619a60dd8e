import type { CsvGrammar } from './grammar.ts';
import { bareQuote, textAfterQuote, unclosed } from './quoting-faults.ts';

export interface RecordLimits {
  readonly fieldBytes: number;
  readonly rowBytes: number;
}

/** States after the closing quote of a field. */
const AFTER_QUOTE: ReadonlySet<State> = new Set([
  'quote_in_quoted',
  'blank_after_quote',
  'prefix_after_quote',
]);

/** Enough of an oversized field to recognise it in a report. */
const PREFIX_BYTES = 64;

/** Why a record breaks a size limit, and what is known of it without holding it in memory. */
export interface OversizeVerdict {
  readonly line: number;
  readonly code: 'field_size' | 'row_size';
  /** 0-based; -1 when the record as a whole is too large. */
  readonly column: number;
  /** The first bytes of the field, or of the record. */
  readonly prefix: Uint8Array;
}

type State =
  | 'field_start'
  | 'unquoted'
  | 'quoted'
  | 'quote_in_quoted'
  | 'blank_after_quote'
  | 'prefix_after_quote';

const SPACE = 0x20;
const TAB = 0x09;

/**
 * Reads one record of any length in constant memory, byte by byte, by the same grammar as the scanner. It
 * says which limit the record breaks: that of the first field over the field limit, or else that of the
 * record. Sizes exclude line ending and quotes, so the verdict does not depend on where chunks end.
 */
export class OversizeRecord {
  line: number;
  readonly #limits: RecordLimits;
  readonly #grammar: CsvGrammar;
  readonly #beganOn: number;
  #state: State = 'field_start';
  #fieldBeganOn: number;
  #rowBytes = 0;
  #fieldBytes = 0;
  #column = 0;
  #pendingPrefix = false;
  /** Spaces and tabs that belong to the field only if more of it follows. */
  #pendingBlanks = 0;
  #oversizeColumn = -1;
  readonly #fieldPrefix = new Uint8Array(PREFIX_BYTES);
  readonly #rowPrefix = new Uint8Array(PREFIX_BYTES);

  constructor(limits: RecordLimits, grammar: CsvGrammar, line: number) {
    this.#limits = limits;
    this.#grammar = grammar;
    this.line = line;
    this.#beganOn = line;
    this.#fieldBeganOn = line;
  }

  get isOversize(): boolean {
    return this.#oversizeColumn >= 0 || this.#rowBytes > this.#limits.rowBytes;
  }

  verdict(): OversizeVerdict {
    const isField = this.#oversizeColumn >= 0;
    return {
      line: this.#beganOn,
      code: isField ? 'field_size' : 'row_size',
      column: this.#oversizeColumn,
      prefix: isField ? this.#fieldPrefix : this.#rowPrefix.slice(0, Math.min(this.#rowBytes, PREFIX_BYTES)),
    };
  }

  /**
   * Reads bytes[from, to).
   *
   * @returns the offset after the record's line ending, or -1 when it continues after `to`
   * @throws RefusedFileError `quoting`
   */
  feed(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    for (let at = from; at < to; at++) {
      if (this.#step(bytes[at]!)) return at + 1;
    }
    if (!isLast) return -1;
    if (this.#state === 'quoted') throw unclosed(this.#fieldBeganOn);
    if (this.#state === 'prefix_after_quote') throw textAfterQuote(this.#fieldBeganOn, this.#grammar);
    if (this.#pendingPrefix) this.#content(this.#grammar.lineEndPrefix);
    return to;
  }

  /** Reads one byte. Returns true when it ends the record. */
  #step(byte: number): boolean {
    if (byte === this.#grammar.lineEnd) this.line++;
    if (this.#pendingPrefix) {
      this.#pendingPrefix = false;
      if (byte === this.#grammar.lineEnd) return true;
      this.#content(this.#grammar.lineEndPrefix);
    }
    if (this.#state === 'quoted') return this.#inQuotes(byte);
    if (AFTER_QUOTE.has(this.#state)) return this.#afterQuote(byte);
    if (byte === this.#grammar.lineEnd) return true;
    if (byte === this.#grammar.delimiter) return this.#nextField();
    if (byte === this.#grammar.quote) {
      if (this.#state !== 'field_start') throw bareQuote(this.line);
      this.#state = 'quoted';
      return this.#syntax(byte);
    }
    const isBlank = byte === SPACE || byte === TAB;
    if (isBlank && this.#state === 'field_start') return this.#syntax(byte);
    if (isBlank) return this.#blank(byte);
    this.#state = 'unquoted';
    // Only the next byte shows whether this one is data or half of a line ending.
    if (byte === this.#grammar.lineEndPrefix) this.#pendingPrefix = true;
    else this.#content(byte);
    return false;
  }

  #inQuotes(byte: number): false {
    if (byte !== this.#grammar.quote) return this.#content(byte);
    this.#state = 'quote_in_quoted';
    return this.#syntax(byte);
  }

  #afterQuote(byte: number): boolean {
    if (byte === this.#grammar.lineEnd) return true;
    if (this.#state === 'prefix_after_quote') throw textAfterQuote(this.#fieldBeganOn, this.#grammar);
    if (byte === this.#grammar.delimiter) return this.#nextField();
    if (byte === this.#grammar.lineEndPrefix) {
      this.#state = 'prefix_after_quote';
      return false;
    }
    if (byte === SPACE || byte === TAB) {
      this.#state = 'blank_after_quote';
      return this.#syntax(byte);
    }
    if (byte !== this.#grammar.quote || this.#state === 'blank_after_quote')
      throw textAfterQuote(this.#fieldBeganOn, this.#grammar);
    this.#state = 'quoted';
    return this.#content(byte);
  }

  #nextField(): false {
    this.#state = 'field_start';
    this.#pendingBlanks = 0;
    this.#column++;
    this.#fieldBytes = 0;
    this.#fieldBeganOn = this.line;
    return this.#syntax(this.#grammar.delimiter);
  }

  /** Counts a byte of the record that is not field content. */
  #syntax(byte: number): false {
    if (this.#rowBytes < PREFIX_BYTES) this.#rowPrefix[this.#rowBytes] = byte;
    this.#rowBytes++;
    return false;
  }

  /** Counts a blank inside an unquoted field: it is content if more of the field follows. */
  #blank(byte: number): false {
    this.#pendingBlanks++;
    return this.#syntax(byte);
  }

  #content(byte: number): false {
    this.#fieldBytes += this.#pendingBlanks;
    this.#pendingBlanks = 0;
    if (this.#oversizeColumn < 0) {
      if (this.#fieldBytes < PREFIX_BYTES) this.#fieldPrefix[this.#fieldBytes] = byte;
      if (++this.#fieldBytes > this.#limits.fieldBytes) this.#oversizeColumn = this.#column;
    }
    return this.#syntax(byte);
  }
}
