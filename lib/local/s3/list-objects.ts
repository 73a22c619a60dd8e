import { type ListPage, moveAfter, readPage } from './list-page.ts';
import { type ListQuery, parseListQuery, prefixElements, queryElements } from './list-query.ts';
import { CurrentObjects, withCursor } from './listing-cursor.ts';
import { OWNER } from './owner.ts';
import { invalidArgument } from './query-parameters.ts';
import type { ObjectVersion, Version } from './records.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { isoSeconds } from './timestamps.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

/** ListObjectsV2: one page of a bucket's current objects. */
export async function listObjectsV2(context: S3Context, request: S3Request): Promise<S3Response> {
  const { query } = request;
  const listQuery = parseListQuery(query, 'max-keys');
  const token = query.get('continuation-token') ?? undefined;
  const startAfter = query.get('start-after') ?? '';
  const page = await readObjects(
    context,
    request,
    listQuery,
    token === undefined ? startAfter : parseToken(token),
  );
  const isOwnerWanted = query.get('fetch-owner') === 'true';
  return {
    status: 200,
    xml: xmlDocument('ListBucketResult', [
      ['Name', request.bucket],
      ...queryElements(listQuery),
      ['StartAfter', startAfter === '' ? undefined : listQuery.encode(startAfter)],
      ['ContinuationToken', token],
      ['NextContinuationToken', page.isTruncated ? formatToken(markerOf(page)) : undefined],
      ['KeyCount', page.records.length + page.commonPrefixes.length],
      ['MaxKeys', listQuery.maxEntries],
      ['IsTruncated', page.isTruncated],
      ...page.records.map((version) => objectElement(listQuery, version, isOwnerWanted)),
      ...prefixElements(listQuery, page.commonPrefixes),
    ]),
  };
}

/** ListObjects, the first version of the same operation: it continues after a marker. */
export async function listObjects(context: S3Context, request: S3Request): Promise<S3Response> {
  const listQuery = parseListQuery(request.query, 'max-keys');
  const marker = request.query.get('marker') ?? '';
  const page = await readObjects(context, request, listQuery, marker);
  // Without a delimiter S3 gives no next marker: the last key serves as one.
  const isMarkerGiven = page.isTruncated && listQuery.delimiter !== '';
  return {
    status: 200,
    xml: xmlDocument('ListBucketResult', [
      ['Name', request.bucket],
      ...queryElements(listQuery),
      ['Marker', listQuery.encode(marker)],
      ['NextMarker', isMarkerGiven ? listQuery.encode(markerOf(page)) : undefined],
      ['MaxKeys', listQuery.maxEntries],
      ['IsTruncated', page.isTruncated],
      ...page.records.map((version) => objectElement(listQuery, version, true)),
      ...prefixElements(listQuery, page.commonPrefixes),
    ]),
  };
}

async function readObjects(
  context: S3Context,
  { bucket }: S3Request,
  query: ListQuery,
  marker: string,
): Promise<ListPage<ObjectVersion>> {
  await context.index.bucket(bucket);
  return withCursor<Version, ListPage<ObjectVersion>>(
    context,
    'version',
    bucket,
    query.prefix,
    (versions) => {
      const cursor = new CurrentObjects(versions);
      moveAfter(cursor, query, marker, undefined);
      return readPage(cursor, query);
    },
  );
}

function objectElement(query: ListQuery, version: ObjectVersion, isOwnerWanted: boolean): XmlElement {
  return [
    'Contents',
    [
      ['Key', query.encode(version.key)],
      ['LastModified', isoSeconds(version.lastModifiedMs)],
      ['ETag', `"${version.etag}"`],
      ['ChecksumAlgorithm', version.checksum.algorithm],
      ['ChecksumType', version.checksum.type],
      ['Size', version.sizeBytes],
      ['StorageClass', version.storageClass],
      ['Owner', isOwnerWanted ? OWNER : undefined],
    ],
  ];
}

function markerOf({ last }: ListPage<ObjectVersion>): string {
  return typeof last === 'string' ? last : (last?.key ?? '');
}

/** A token is opaque to clients. It holds the last key or common prefix of the previous page. */
function formatToken(marker: string): string {
  return Buffer.from(`1${marker}`).toString('base64url');
}

function parseToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text.startsWith('1') && formatToken(text.slice(1)) === token) return text.slice(1);
  throw invalidArgument('continuation-token', token, 'expected the token of the page before');
}
