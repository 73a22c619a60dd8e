import { RefusedFileError } from '../../errors.ts';
import { shown, unsafeCharacter } from '../../text-safety.ts';
import { type CsvGrammar, delimiterName, otherDelimiterIn } from './grammar.ts';
import type { IngestLimits } from './limits.ts';
import type { OversizeVerdict } from './oversize-record.ts';

/**
 * Checks the header's names: at least two columns, each with a safely printable name, and no two that are
 * equal after Unicode normalisation, because those would look the same.
 *
 * @throws RefusedFileError `columns` for too few or too many, `header` for a name
 */
export function checkHeader(
  names: readonly (string | undefined)[],
  line: number,
  limits: IngestLimits,
  grammar: CsvGrammar,
): void {
  if (names.length < 2) throw tooFew(names[0] ?? '', line, grammar);
  if (grammar.quote !== APOSTROPHE && names.every((name) => name !== undefined && IN_APOSTROPHES.test(name)))
    throw inApostrophes(names, line);
  checkNames(names, line, limits);
}

const APOSTROPHE = "'".charCodeAt(0);
const IN_APOSTROPHES = /^'.+'$/;

/** Read as they are, such names and the values below them would keep their quotes: no number would be one. */
function inApostrophes(names: readonly (string | undefined)[], line: number): RefusedFileError {
  const message = `line ${line}: expected names, got ${shown(names.join(', '))}: apostrophes stand around each`;
  const fix = `if they are quotes, write "quote": "'" into schema.json; else remove them`;
  return new RefusedFileError('header', message, { line, fix });
}

/** Same check for a file that needs no label: one column may be enough. @throws RefusedFileError */
export function checkNames(names: readonly (string | undefined)[], line: number, limits: IngestLimits): void {
  if (names.length > limits.columns) throw tooMany(names.length, line, limits);
  const seen = new Map<string, number>();
  for (const [column, name] of names.entries()) {
    if (name === undefined) continue;
    if (name.trim() === '') throw unnamed(names, column, line);
    checkName(name, column, line, limits);
    const normal = name.normalize('NFC');
    const twin = seen.get(normal);
    if (twin !== undefined) {
      throw refused(
        line,
        column,
        `expected a name of its own, got ${shown(name)} again (as column ${twin + 1}); rename one`,
      );
    }
    seen.set(normal, column);
  }
}

function checkName(name: string, column: number, line: number, limits: IngestLimits): void {
  const unsafe = unsafeCharacter(name);
  if (unsafe) {
    throw refused(
      line,
      column,
      `expected a printable name, got ${shown(name)}, which holds the invisible ${unsafe}; remove it`,
    );
  }
  const length = [...name].length;
  if (length > limits.nameCharacters) {
    throw refused(
      line,
      column,
      `expected at most ${limits.nameCharacters} characters, got ${length}; shorten the name`,
    );
  }
}

function unnamed(names: readonly (string | undefined)[], column: number, line: number): RefusedFileError {
  const text = shown(names.map((name) => name ?? '').join(', '));
  return refused(
    line,
    column,
    `expected a name, got nothing; give every column a name; the names are ${text}`,
  );
}

function refused(line: number, column: number, fault: string): RefusedFileError {
  return new RefusedFileError('header', `line ${line}, column ${column + 1}: ${fault}`, { line });
}

function tooMany(count: number, line: number, limits: IngestLimits): RefusedFileError {
  const message = `line ${line}: expected at most ${limits.columns} columns, got ${count}; leave out those that say nothing`;
  return new RefusedFileError('columns', message, { line });
}

/** Marks that separate fields in few files, and are in few names. */
const UNUSUAL_MARKS = /[:^~!]/;

function tooFew(name: string, line: number, grammar: CsvGrammar): RefusedFileError {
  const delimiters = `${delimiterName(grammar)}s`;
  if (name.includes(String.fromCharCode(grammar.delimiter))) {
    const quoted = `line ${line}: expected at least 2 columns separated by ${delimiters}, got 1, because quotes stand around the whole line; the line is ${shown(`"${name}"`)}`;
    return new RefusedFileError('columns', quoted, { line, fix: 'remove the quotes around whole lines' });
  }
  const other = otherDelimiterIn(name, grammar);
  const hint = other
    ? `; the header holds ${shown(other)}: separate fields by ${delimiters}`
    : '; a label needs a feature beside it';
  const message = `line ${line}: expected at least 2 columns separated by ${delimiters}, got 1${hint}`;
  const mark = other ?? (/\S[ \t]+\S/.test(name) ? ' ' : UNUSUAL_MARKS.exec(name)?.[0]);
  const shownLine = `${message}; the line is ${shown(name)}`;
  if (mark === undefined) return new RefusedFileError('columns', shownLine, { line });
  const fix = `if ${mark === ' ' ? 'spaces part' : `${shown(mark)} parts`} the fields, write "delimiter": ${JSON.stringify(mark)} into schema.json`;
  return new RefusedFileError('columns', shownLine, { line, fix });
}

/** Error for a first record that is too large to hold names. */
export function oversizeHeader({ line, code }: OversizeVerdict): RefusedFileError {
  const message = `line ${line}: the header is too large (${code}); expected a line of short column names`;
  return new RefusedFileError('header', message, { line });
}
