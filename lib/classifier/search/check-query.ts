import { ClassifierError } from '../../errors.ts';
import { firstOutOfRange } from './check-points.ts';
import { largestCoordinate } from './metric.ts';

/** Checks one query. Throws ClassifierError `query_invalid`. */
export function checkQuery(query: Float64Array, dimension: number): void {
  if (query.length !== dimension) throw invalid(`expected ${dimension} coordinates, got ${query.length}`);
  checkCoordinates(query, dimension);
}

/** Checks a row-major batch and returns how many queries it holds. Throws ClassifierError `query_invalid`. */
export function checkQueries(queries: Float64Array, dimension: number): number {
  if (queries.length % dimension !== 0) {
    throw invalid(`expected a multiple of ${dimension} coordinates (row-major), got ${queries.length}`);
  }
  checkCoordinates(queries, dimension);
  return queries.length / dimension;
}

/** Checks a number of neighbours: an integer, 0 or more. Throws ClassifierError `query_invalid`. */
export function checkWanted(k: number): void {
  if (!Number.isSafeInteger(k) || k < 0) throw invalid(`k: expected an integer of 0 or more, got ${k}`);
}

/** Checks the row to leave out: −1 for none, else a row of the index. Throws ClassifierError `query_invalid`. */
export function checkExcluded(row: number, rows: number): void {
  if (Number.isInteger(row) && row >= -1 && row < rows) return;
  throw invalid(`exclude: expected a row from 0 to ${rows - 1}, or -1 for none, got ${row}`);
}

/** Checks the rows to leave out of a batch, one for each query. Throws ClassifierError `query_invalid`. */
export function checkExcludedOfBatch(exclude: Int32Array, queries: number, rows: number): void {
  if (exclude.length !== queries) throw invalid(`exclude: expected ${queries} rows, got ${exclude.length}`);
  for (const row of exclude) checkExcluded(row, rows);
}

/** Checks a mask over the rows. Throws ClassifierError `query_invalid`. */
export function checkMask(mask: Uint8Array, rows: number): void {
  if (mask.length !== rows)
    throw invalid(`excluded rows: expected a mask of ${rows} bytes, got ${mask.length}`);
}

function checkCoordinates(values: Float64Array, dimension: number): void {
  const at = firstOutOfRange(values, dimension);
  if (at < 0) return;
  const largest = largestCoordinate(dimension).toExponential(3);
  throw invalid(
    `query ${Math.floor(at / dimension)}, coordinate ${at % dimension}: expected a finite number of magnitude at most ${largest}, got ${values[at]}`,
  );
}

function invalid(fault: string): ClassifierError {
  return new ClassifierError('query_invalid', `neighbour search: ${fault}`, { exposable: true });
}
