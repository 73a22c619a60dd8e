import type { ListingCursor } from './listing-cursor.ts';

/** A page of a listing. */
export interface ListPage<T> {
  readonly records: readonly T[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** The last entry of the page, in the order of the listing: a record, or a common prefix. */
  readonly last: T | string | undefined;
}

export interface ListPageQuery {
  readonly prefix: string;
  /** Empty when there is none. */
  readonly delimiter: string;
  readonly maxEntries: number;
}

/**
 * Reads one page from a cursor. Keys with equal text up to the first delimiter after `prefix` are rolled up
 * into one common prefix. It counts as one entry, and its keys are skipped without being read.
 */
export async function readPage<T extends { readonly key: string }>(
  cursor: ListingCursor<T>,
  query: ListPageQuery,
): Promise<ListPage<T>> {
  const records: T[] = [];
  const commonPrefixes: string[] = [];
  let last: T | string | undefined;
  for (let record = await cursor.next(); record !== undefined; record = await cursor.next()) {
    if (records.length + commonPrefixes.length >= query.maxEntries) {
      // S3 calls a page without entries complete: there would be no marker to continue from.
      return { records, commonPrefixes, isTruncated: query.maxEntries > 0, last };
    }
    const commonPrefix = commonPrefixOf(record.key, query);
    last = commonPrefix ?? record;
    if (commonPrefix === undefined) {
      records.push(record);
    } else {
      commonPrefixes.push(commonPrefix);
      cursor.skipPrefix(commonPrefix);
    }
  }
  return { records, commonPrefixes, isTruncated: false, last };
}

/**
 * Moves a cursor to the start of the next page: past `marker` and, when `marker` is a common prefix, past all
 * its keys; or past one entry of the key `marker`, at `place` among its entries.
 */
export function moveAfter(
  cursor: ListingCursor<unknown>,
  query: ListPageQuery,
  marker: string,
  place: string | undefined,
): void {
  // The cursor already stands at `prefix`. A marker before it lies outside of the cursor's range.
  if (marker === '' || Buffer.compare(Buffer.from(marker), Buffer.from(query.prefix)) < 0) return;
  if (place !== undefined) cursor.skipEntry(marker, place);
  else if (commonPrefixOf(marker, query) === marker) cursor.skipPrefix(marker);
  else cursor.skipKey(marker);
}

function commonPrefixOf(key: string, { prefix, delimiter }: ListPageQuery): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
