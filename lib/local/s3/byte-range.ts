import { S3Error } from './s3-error.ts';

/** A run of bytes: `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes of an object of `sizeBytes` that a Range header selects, or undefined for the whole object:
 * without a header and, as in S3, for several ranges or a header that is not of the form `bytes=...`. Throws
 * S3Error InvalidRange when the range lies outside the object. Source: RFC 9110, section 14.1.2.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const range = first === '' ? suffix(Number(last), sizeBytes) : span(Number(first), last, sizeBytes);
  if (range.start >= range.end) throw outside(header ?? '', sizeBytes);
  return range;
}

/**
 * The source range of UploadPartCopy, which must be `bytes=first-last` and lie within the source. Throws
 * S3Error InvalidArgument for another form, InvalidRange for a range outside the source.
 */
export function parseCopyRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  if (match === null || Number(match[2]) < Number(match[1])) {
    throw new S3Error(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the ' +
        `zero-based offsets of the first and last bytes to copy, got "${header}".`,
      { details: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header } },
    );
  }
  const range = { start: Number(match[1]), end: Number(match[2]) + 1 };
  if (range.end > sizeBytes) throw outside(header, sizeBytes);
  return range;
}

function suffix(lengthBytes: number, sizeBytes: number): ByteRange {
  return { start: Math.max(0, sizeBytes - lengthBytes), end: sizeBytes };
}

function span(first: number, last: string, sizeBytes: number): ByteRange {
  return { start: first, end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
}

function outside(header: string, sizeBytes: number): S3Error {
  return new S3Error('InvalidRange', 'The requested range is not satisfiable.', {
    details: { RangeRequested: header, ActualObjectSize: String(sizeBytes) },
    headers: { 'content-range': `bytes */${sizeBytes}` },
  });
}
