import { readStrictJson, StrictJsonError } from '../json/strict-json.ts';
import { HttpError } from './problem.ts';

/**
 * Parses the JSON of a request strictly.
 *
 * @param line where the text stands in a body of lines of JSON, from 1; none for a whole body
 * @throws HttpError 400 with the code of the StrictJsonError. All but `json` have the path.
 */
export function parseStrictJson(text: string, line?: number): unknown {
  try {
    return readStrictJson(text);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    throw refusal(error, line);
  }
}

function refusal({ code, path, message, place }: StrictJsonError, line: number | undefined): HttpError {
  if (code === 'json') {
    const where = place ?? (line === undefined ? undefined : { line, column: 1 });
    return notJson(where ? `line ${line ?? where.line}, column ${where.column}: ${message}` : message);
  }
  const of = line === undefined ? '' : `line ${line}: `;
  return new HttpError(400, code, `${of}${path === '' ? 'body' : path}: ${message}`, {
    faults: [{ path: `${of}${path}`, message }],
  });
}

/** The error for a body that is not JSON in UTF-8. */
export function notJson(reason: string): HttpError {
  return new HttpError(400, 'json', `The body is not valid JSON: ${reason}.`);
}
