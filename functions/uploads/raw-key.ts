import { RefusedFileError } from '../../lib/errors.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { parseFileKey, rawKeyFor } from '../../lib/names.ts';

/**
 * The key that a file gets in the raw bucket.
 *
 * @throws HttpError 400 `file_name` when ingestion would refuse a file of that name
 */
export function rawKeyOf(model: string, fileName: string): string {
  try {
    return rawKeyFor(model, fileName);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    const { message, fix } = error;
    throw invalidName(fix === undefined ? message : `${message}; ${fix}`);
  }
}

/** The same, of a table. @throws HttpError 400 `file_name` also for a contract */
export function keyOfTable(model: string, fileName: string): string {
  const key = rawKeyOf(model, fileName);
  if (parseFileKey(key).kind === 'table') return key;
  throw invalidName('A contract cannot be previewed: send it as "contract", with the table that it is for.');
}

const invalidName = (message: string) =>
  new HttpError(400, 'file_name', message, { faults: [{ path: 'file_name', message }] });
