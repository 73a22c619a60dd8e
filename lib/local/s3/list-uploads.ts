import { type ListPage, moveAfter, readPage } from './list-page.ts';
import { type ListQuery, parseListQuery, prefixElements, queryElements } from './list-query.ts';
import { withCursor } from './listing-cursor.ts';
import { OWNER } from './owner.ts';
import type { UploadRecord } from './records.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { isoSeconds } from './timestamps.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

/** ListMultipartUploads: one page of the uploads in progress, by key, the oldest upload of a key first. */
export async function listMultipartUploads(context: S3Context, request: S3Request): Promise<S3Response> {
  const query = parseListQuery(request.query, 'max-uploads');
  const keyMarker = request.query.get('key-marker') ?? '';
  // S3 ignores an upload id without a key.
  const uploadIdMarker = keyMarker === '' ? '' : (request.query.get('upload-id-marker') ?? '');
  await context.index.bucket(request.bucket);
  const page = await withCursor<UploadRecord, ListPage<UploadRecord>>(
    context,
    'upload',
    request.bucket,
    query.prefix,
    (cursor) => {
      moveAfter(cursor, query, keyMarker, uploadIdMarker || undefined);
      return readPage(cursor, query);
    },
  );
  return {
    status: 200,
    xml: xmlDocument('ListMultipartUploadsResult', [
      ['Bucket', request.bucket],
      ...queryElements(query),
      ['KeyMarker', query.encode(keyMarker)],
      ['UploadIdMarker', uploadIdMarker],
      ...nextMarkers(query, page),
      ['MaxUploads', query.maxEntries],
      ['IsTruncated', page.isTruncated],
      ...page.records.map((upload) => uploadElement(query, upload)),
      ...prefixElements(query, page.commonPrefixes),
    ]),
  };
}

function nextMarkers(query: ListQuery, { isTruncated, last }: ListPage<UploadRecord>): XmlElement[] {
  if (!isTruncated || last === undefined) return [];
  if (typeof last === 'string') return [['NextKeyMarker', query.encode(last)]];
  return [
    ['NextKeyMarker', query.encode(last.key)],
    ['NextUploadIdMarker', last.uploadId],
  ];
}

function uploadElement(query: ListQuery, upload: UploadRecord): XmlElement {
  return [
    'Upload',
    [
      ['Key', query.encode(upload.key)],
      ['UploadId', upload.uploadId],
      ['Initiator', OWNER],
      ['Owner', OWNER],
      ['StorageClass', upload.storageClass],
      ['Initiated', isoSeconds(upload.initiatedAtMs)],
      ['ChecksumAlgorithm', upload.isChecksumDeclared ? upload.checksumAlgorithm : undefined],
      ['ChecksumType', upload.isChecksumDeclared ? upload.checksumType : undefined],
    ],
  ];
}
