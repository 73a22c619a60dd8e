import { checkVersionId } from './find-version.ts';
import { invert } from './index-keys.ts';
import { type ListPage, moveAfter, readPage } from './list-page.ts';
import { type ListQuery, parseListQuery, prefixElements, queryElements } from './list-query.ts';
import { withCursor } from './listing-cursor.ts';
import { OWNER } from './owner.ts';
import { invalidArgument } from './query-parameters.ts';
import type { Version } from './records.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { isoSeconds } from './timestamps.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

/** ListObjectVersions: one page of all versions and delete markers, by key, the newest of a key first. */
export async function listObjectVersions(context: S3Context, request: S3Request): Promise<S3Response> {
  const query = parseListQuery(request.query, 'max-keys');
  const keyMarker = request.query.get('key-marker') ?? '';
  const versionIdMarker = request.query.get('version-id-marker') ?? '';
  await context.index.bucket(request.bucket);
  const place = await placeOf(context, request.bucket, keyMarker, versionIdMarker);
  const page = await withCursor<Version, ListPage<Version>>(
    context,
    'version',
    request.bucket,
    query.prefix,
    (cursor) => {
      moveAfter(cursor, query, keyMarker, place);
      return readPage(cursor, query);
    },
  );
  const elements = await versionElements(context, request.bucket, query, page.records);
  return {
    status: 200,
    xml: xmlDocument('ListVersionsResult', [
      ['Name', request.bucket],
      ...queryElements(query),
      ['KeyMarker', query.encode(keyMarker)],
      ['VersionIdMarker', versionIdMarker],
      ...nextMarkers(query, page),
      ['MaxKeys', query.maxEntries],
      ['IsTruncated', page.isTruncated],
      ...elements,
      ...prefixElements(query, page.commonPrefixes),
    ]),
  };
}

/**
 * The place of a version among those of its key. A version id begins with it, except the `null` version's.
 */
async function placeOf(
  context: S3Context,
  bucket: string,
  key: string,
  versionId: string,
): Promise<string | undefined> {
  if (versionId === '') return undefined;
  if (key === '')
    throw invalidArgument('version-id-marker', versionId, 'it cannot be given without a key-marker');
  checkVersionId(versionId);
  if (versionId !== 'null') return versionId.slice(0, 16);
  const version = await context.index.version(bucket, key, 'null');
  return version && invert(version.sequence);
}

function nextMarkers(query: ListQuery, { isTruncated, last }: ListPage<Version>): XmlElement[] {
  if (!isTruncated || last === undefined) return [];
  if (typeof last === 'string') return [['NextKeyMarker', query.encode(last)]];
  return [
    ['NextKeyMarker', query.encode(last.key)],
    ['NextVersionIdMarker', last.versionId],
  ];
}

/**
 * The first version of a key is its newest, except at the top of a page: newer ones may be on the previous
 * page.
 */
async function versionElements(
  context: S3Context,
  bucket: string,
  query: ListQuery,
  versions: readonly Version[],
): Promise<XmlElement[]> {
  const [top] = versions;
  const newest = top && (await context.index.latest(bucket, top.key));
  return versions.map((version, index) => {
    const isFirst =
      index === 0 ? newest?.sequence === version.sequence : versions[index - 1]?.key !== version.key;
    return versionElement(query, version, isFirst);
  });
}

function versionElement(query: ListQuery, version: Version, isLatest: boolean): XmlElement {
  const common: XmlElement[] = [
    ['Key', query.encode(version.key)],
    ['VersionId', version.versionId],
    ['IsLatest', isLatest],
    ['LastModified', isoSeconds(version.lastModifiedMs)],
    ['Owner', OWNER],
  ];
  if (version.kind === 'delete-marker') return ['DeleteMarker', common];
  return [
    'Version',
    [
      ...common,
      ['ETag', `"${version.etag}"`],
      ['ChecksumAlgorithm', version.checksum.algorithm],
      ['ChecksumType', version.checksum.type],
      ['Size', version.sizeBytes],
      ['StorageClass', version.storageClass],
    ],
  ];
}
