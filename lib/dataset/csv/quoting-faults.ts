import { RefusedFileError } from '../../errors.ts';
import { type CsvGrammar, delimiterName } from './grammar.ts';

/** Error for a quote inside a field that did not begin with one. */
export function bareQuote(line: number): RefusedFileError {
  return new RefusedFileError(
    'quoting',
    `line ${line}: expected a quote only around a whole field, got one inside; write the field in quotes and double the quotes in it`,
    { line },
  );
}

/** Error for a quoted field that the end of the file cuts off. */
export function unclosed(line: number): RefusedFileError {
  return new RefusedFileError(
    'quoting',
    `line ${line}: expected a closing quote for the field that begins here, got the end of the file; close it, or double a quote that is meant literally`,
    { line },
  );
}

/** Error for text between a closing quote and the next separator. */
export function textAfterQuote(line: number, grammar: CsvGrammar): RefusedFileError {
  return new RefusedFileError(
    'quoting',
    `line ${line}: expected a ${delimiterName(grammar)} or a line end after the closing quote of the field that begins here, got text; double the quotes that are meant literally`,
    { line },
  );
}
