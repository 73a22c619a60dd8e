import { gzipSync } from 'node:zlib';
import { randomFrom } from './csv-fuzz.ts';

/** Draws a whole number below a bound. */
export type Random = (below: number) => number;

/** A column as people mean it: numbers with a point, texts, or nothing. */
export interface PlainColumn {
  readonly name: string;
  readonly cells: readonly (number | string | null)[];
}

/** How a table is written; what is left out is as RFC 4180 has it, in UTF-8, with LF. */
export interface Way {
  readonly delimiter?: string;
  /** Which fields stand in quotes: those that must, all texts, all fields, or any. */
  readonly quoting?: 'needed' | 'texts' | 'all' | 'random';
  readonly lineEnd?: '\n' | '\r\n' | '\r' | '\r\r\n';
  readonly decimal?: '.' | ',';
  readonly encoding?: 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Spaces and tabs that may stand around a field, outside of its quotes. */
  readonly padding?: readonly string[];
  /** What stands for no number, and for no text: each gap takes the next one. */
  readonly numberGaps?: readonly string[];
  readonly textGaps?: readonly string[];
  /**
   * A column of row numbers, of which the header has this name; undefined: the header is one name shorter.
   */
  readonly index?: { readonly name: string | undefined; readonly isLast?: boolean; readonly from?: number };
  /** Delimiters at the end of each row, and of the header. */
  readonly trailing?: { readonly rows: number; readonly header: number };
  /** Lines before the header. */
  readonly before?: readonly string[];
  readonly hasHeader?: boolean;
  /** Whether blank lines and records of empty fields stand between the rows. */
  readonly hasBlanks?: boolean;
  readonly endsInLineEnd?: boolean;
  readonly gzipMembers?: number;
  readonly seed?: number;
}

const plainText = (cell: number | string | null) => (cell === null ? '' : String(cell));

/** A table as the bytes of a file. */
export function writeTable(columns: readonly PlainColumn[], way: Way = {}): Uint8Array {
  const { lineEnd = '\n', hasHeader = true, before = [], endsInLineEnd = true } = way;
  const random = randomFrom(way.seed ?? 1);
  const rows = columns[0]!.cells.map((_, row) => rowOf(columns, row, way, random));
  const lines = [...before, ...(hasHeader ? [headerOf(columns, way, random)] : []), ...rows];
  const text = lines.join(lineEnd) + (endsInLineEnd ? lineEnd : '');
  return compressed(encoded(text, way.encoding ?? 'utf-8'), way.gzipMembers ?? 0);
}

function headerOf(columns: readonly PlainColumn[], way: Way, random: Random): string {
  const names = columns.map(({ name }) => ({ text: name, isText: true }));
  const index = way.index?.name === undefined ? [] : [{ text: way.index.name, isText: false }];
  return record(
    way.index?.isLast ? [...names, ...index] : [...index, ...names],
    way.trailing?.header ?? 0,
    way,
    random,
  );
}

function rowOf(columns: readonly PlainColumn[], row: number, way: Way, random: Random): string {
  const { index, hasBlanks, lineEnd = '\n', delimiter = ',' } = way;
  const cells = columns.map((column) => cellOf(column, row, way, random));
  const number = index ? [{ text: String(row + (index.from ?? 0)), isText: false }] : [];
  const fields = index?.isLast ? [...cells, ...number] : [...number, ...cells];
  const trailing = way.trailing?.rows ?? 0;
  const written = record(fields, trailing, way, random);
  if (!hasBlanks || random(8) > 0) return written;
  const blank = delimiter.repeat(fields.length + trailing - 1);
  return (random(2) === 0 ? blank : '') + lineEnd + written;
}

interface Field {
  readonly text: string;
  readonly isText: boolean;
}

function cellOf({ cells }: PlainColumn, row: number, way: Way, random: Random): Field {
  const cell = cells[row]!;
  const isNumbers = cells.some((one) => typeof one === 'number');
  if (cell === null) {
    const gaps = (isNumbers ? way.numberGaps : way.textGaps) ?? [''];
    return { text: gaps[random(gaps.length)]!, isText: false };
  }
  const text = plainText(cell);
  if (typeof cell === 'string') return { text, isText: true };
  return { text: way.decimal === ',' ? text.replace('.', ',') : text, isText: false };
}

function record(fields: readonly Field[], trailing: number, way: Way, random: Random): string {
  const { delimiter = ',' } = way;
  const written = fields.map((field) => padded(quoted(field, way, random), way, random));
  return written.join(delimiter) + delimiter.repeat(trailing);
}

function quoted(
  { text, isText }: Field,
  { delimiter = ',', quoting = 'needed' }: Way,
  random: Random,
): string {
  const isNeeded = [delimiter, '"', '\n', '\r'].some((mark) => text.includes(mark));
  const isQuoted =
    isNeeded ||
    quoting === 'all' ||
    (quoting === 'texts' && isText) ||
    (quoting === 'random' && random(2) === 0);
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}

function padded(field: string, { padding = [''] }: Way, random: Random): string {
  return padding[random(padding.length)] + field + padding[random(padding.length)];
}

/** The characters of windows-1252 that are not those of Latin-1, and that these tests use. */
const WINDOWS_1252: Readonly<Record<string, number>> = { '\u20ac': 0x80, '\u2019': 0x92, '\u2013': 0x96 };

function encoded(text: string, encoding: NonNullable<Way['encoding']>): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-8-bom':
      return Buffer.from(`\ufeff${text}`);
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'windows-1252':
      return Buffer.from(Array.from(text, (character) => WINDOWS_1252[character] ?? latin1(character)));
  }
}

function latin1(character: string): number {
  const code = character.charCodeAt(0);
  if (code > 0xff) throw new Error(`windows-1252 has no ${character}`);
  return code;
}

function compressed(bytes: Buffer, members: number): Uint8Array {
  if (members === 0) return bytes;
  const size = Math.ceil(bytes.length / members);
  return Buffer.concat(
    Array.from({ length: members }, (_, i) => gzipSync(bytes.subarray(i * size, (i + 1) * size))),
  );
}
