/**
 * How a text splits into records and fields. Scanner and kernels are built from it, so that the rules stand
 * in one place. Its bytes are ASCII, so that none of them is part of another character in UTF-8, and all are
 * different.
 */
export interface CsvGrammar {
  /** Separates two fields. */
  readonly delimiter: number;
  /** Encloses a field that holds bytes of the grammar; doubled inside. */
  readonly quote: number;
  /** Ends a record, and a line of the file. */
  readonly lineEnd: number;
  /** A byte that is part of a line end when it directly precedes one, and data elsewhere; -1 for none. */
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

/** Everyday name of the delimiter. */
export function delimiterName({ delimiter }: CsvGrammar): string {
  const known = DELIMITERS.find(({ byte }) => byte === delimiter);
  return known?.name ?? `"${String.fromCharCode(delimiter)}"`;
}

/** Another delimiter that the text contains and may have been written with. */
export function otherDelimiterIn(text: string, { delimiter }: CsvGrammar): string | undefined {
  return DELIMITERS.filter(({ byte }) => byte !== delimiter)
    .map(({ byte }) => String.fromCharCode(byte))
    .find((character) => text.includes(character));
}
