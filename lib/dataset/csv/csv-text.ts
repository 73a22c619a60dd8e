import { readDecimal } from '../../columns/numeric/decimal.ts';
import type { ReadingContext } from '../../columns/reading.ts';
import type { CsvGrammar } from './grammar.ts';

/** The signs that begin a formula, with their full-width, small, raised and lowered forms. */
const SIGNS = String.raw`=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b\ufb29`;

/**
 * Text that a spreadsheet may take for a formula: it begins with a tab, a CR or a sign, spaces and hidden
 * characters before the sign aside. Source: OWASP, "CSV Injection".
 */
const FORMULA_START = new RegExp(
  String.raw`^(?:[\t\r]|[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[${SIGNS}])`,
  'u',
);
/**
 * A signed number as tables have it, with its marks, its currency or its per cent: `-1.234,50`, `-$5`,
 * `+3 %`. There is nothing in it to compute.
 */
const WRITTEN_NUMBER = /^[+-]\p{Sc}?[ \u00a0]?\d[\d.,'\u2019 \u00a0\u2009\u202f]*[%\p{Sc}]?$/u;
/** Spaces do not make a number a formula. */
const OUTER_SPACES = /^ +| +$/g;

/** Writes fields by a grammar, as text that no spreadsheet executes. */
export class CsvText {
  readonly delimiter: string;
  /** Line end with its prefix, as RFC 4180 demands. */
  readonly fullLineEnd: string;
  readonly lineEnd: string;
  readonly #quote: string;
  readonly #special: RegExp;

  constructor({ delimiter, quote, lineEnd, lineEndPrefix }: CsvGrammar) {
    this.delimiter = String.fromCharCode(delimiter);
    this.lineEnd = String.fromCharCode(lineEnd);
    this.fullLineEnd = lineEndPrefix < 0 ? this.lineEnd : String.fromCharCode(lineEndPrefix, lineEnd);
    this.#quote = String.fromCharCode(quote);
    const bytes = [delimiter, quote].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
    // Other readers take CR or LF for a line end, whatever this grammar says.
    this.#special = new RegExp(`[${bytes.join('')}\\r\\n]`);
  }

  /** Writes a field. A formula that is no number gets a leading apostrophe; quotes are added where needed. */
  field(text: string): string {
    const isFormula = FORMULA_START.test(text) && !isNumber(text.replaceAll(OUTER_SPACES, ''));
    const safe = isFormula ? `'${text}` : text;
    if (!this.#special.test(safe)) return safe;
    const quote = this.#quote;
    return `${quote}${safe.replaceAll(quote, quote + quote)}${quote}`;
  }

  /** Writes the fields of a record, or of a part of it. */
  fields(texts: readonly string[]): string {
    return texts.map((text) => this.field(text)).join(this.delimiter);
  }
}

const isNumber = (text: string) => WRITTEN_NUMBER.test(text) || 'value' in readDecimal(text);

/** A number as a table with this decimal mark has it. */
export const numberText = (value: number, decimal: ReadingContext['decimal']) =>
  decimal === '.' ? String(value) : String(value).replace('.', decimal);
