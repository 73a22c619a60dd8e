/**
 * How a text is cut into records and fields: the one place that says so. The scanner and the kernels are made
 * from it. Its bytes are ASCII, so that none of them is part of another character in UTF-8, and all
 * different.
 */
export interface CsvGrammar {
  /** Between two fields. */
  readonly delimiter: number;
  /** Around a field that holds bytes of the grammar; doubled inside. */
  readonly quote: number;
  /** Ends a record, and a line of the file. */
  readonly lineEnd: number;
  /**
   * A byte that is part of a line end when it comes right before it, and data elsewhere; -1 where there is
   * none.
   */
  readonly lineEndPrefix: number;
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const TAB = 0x09;
const BAR = 0x7c;
const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** RFC 4180, with LF alone as a line end besides CRLF. */
export const RFC_4180: CsvGrammar = {
  delimiter: COMMA,
  quote: QUOTE,
  lineEnd: LF,
  lineEndPrefix: CR,
};

/** Delimiters that people use. */
export const DELIMITERS: readonly { readonly byte: number; readonly name: string }[] = [
  { byte: COMMA, name: 'comma' },
  { byte: SEMICOLON, name: 'semicolon' },
  { byte: TAB, name: 'tab' },
  { byte: BAR, name: 'vertical bar' },
];

/** What a person calls the delimiter. */
export function delimiterName({ delimiter }: CsvGrammar): string {
  const known = DELIMITERS.find(({ byte }) => byte === delimiter);
  return known?.name ?? `"${String.fromCharCode(delimiter)}"`;
}

/** Another delimiter that a text holds, for which it may have been written. */
export function otherDelimiterIn(text: string, { delimiter }: CsvGrammar): string | undefined {
  return DELIMITERS.filter(({ byte }) => byte !== delimiter)
    .map(({ byte }) => String.fromCharCode(byte))
    .find((character) => text.includes(character));
}
