import { encodeKey } from './key-encoding.ts';
import type { ListPageQuery } from './list-page.ts';
import { parseEncodingType, parseMaxEntries } from './query-parameters.ts';
import type { XmlElement } from './xml.ts';

/** Parameters of all listings of a bucket. */
export interface ListQuery extends ListPageQuery {
  /** Encodes a key, prefix or marker as the client asked. */
  readonly encode: (key: string) => string;
  readonly isEncoded: boolean;
}

/** Reads prefix, delimiter, encoding and page size. Throws S3Error InvalidArgument. */
export function parseListQuery(query: URLSearchParams, maxName: string): ListQuery {
  const isEncoded = parseEncodingType(query);
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxEntries: parseMaxEntries(query, maxName),
    isEncoded,
    encode: isEncoded ? encodeKey : (key) => key,
  };
}

/** The elements in which a listing repeats its parameters. */
export function queryElements(query: ListQuery): XmlElement[] {
  return [
    ['Prefix', query.encode(query.prefix)],
    ['Delimiter', query.delimiter === '' ? undefined : query.encode(query.delimiter)],
    ['EncodingType', query.isEncoded ? 'url' : undefined],
  ];
}

/** The elements of common prefixes. */
export function prefixElements(query: ListQuery, commonPrefixes: readonly string[]): XmlElement[] {
  return commonPrefixes.map((prefix) => ['CommonPrefixes', [['Prefix', query.encode(prefix)]]]);
}
