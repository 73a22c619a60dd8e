import type { ObjectAttributes } from './records.ts';
import { S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';

const MAX_METADATA_BYTES = 2048;
const METADATA_PREFIX = 'x-amz-meta-';

/** Headers that are kept with an object and answered with it, and that a read may replace. */
export const SYSTEM_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'REDUCED_REDUNDANCY',
]);

/** Headers that ask for features that this S3 does not have, with the values that ask for nothing. */
const REFUSED_HEADERS: readonly (readonly [name: RegExp, harmless: RegExp | undefined])[] = [
  [/^x-amz-acl$/, /^(private|bucket-owner-full-control)$/],
  [/^x-amz-grant-/, undefined],
  [/^x-amz-tagging$/, undefined],
  [/^x-amz-server-side-encryption$/, /^AES256$/],
  [/^x-amz-server-side-encryption-.*(customer|kms|context)/, undefined],
  [/^x-amz-object-lock-/, undefined],
  [/^x-amz-website-redirect-location$/, undefined],
  [/^x-amz-write-offset-bytes$/, undefined],
];

/**
 * Reads an object's attributes from a request. Throws S3Error NotImplemented for a header that this S3 would
 * have to ignore, MetadataTooLarge above 2 KB of user metadata, InvalidArgument for an unknown storage class.
 */
export function parseAttributes(headers: Headers): ObjectAttributes {
  refuseUnknown(headers);
  return {
    systemHeaders: parseSystemHeaders(headers),
    metadata: parseMetadata(headers),
    storageClass: parseStorageClass(headers.get('x-amz-storage-class')),
  };
}

/** The response headers for an object's attributes. */
export function attributeHeaders(attributes: ObjectAttributes): Record<string, string> {
  const headers: Record<string, string> = { ...attributes.systemHeaders };
  for (const [name, value] of Object.entries(attributes.metadata)) headers[METADATA_PREFIX + name] = value;
  // S3 names every storage class except the standard one.
  if (attributes.storageClass !== 'STANDARD') headers['x-amz-storage-class'] = attributes.storageClass;
  return headers;
}

function refuseUnknown(headers: Headers): void {
  for (const [name, value] of headers) {
    const refusal = REFUSED_HEADERS.find(([pattern]) => pattern.test(name));
    if (refusal === undefined || refusal[1]?.test(value)) continue;
    throw new S3Error(
      'NotImplemented',
      `A header you provided implies functionality that is not implemented: ${name}.`,
      {
        details: { Header: name },
      },
    );
  }
}

function parseSystemHeaders(headers: Headers): Record<string, string> {
  const systemHeaders: Record<string, string> = {};
  for (const name of SYSTEM_HEADERS) {
    const value = name === 'content-encoding' ? storedEncoding(headers.get(name)) : headers.get(name);
    if (value !== undefined) systemHeaders[name] = value;
  }
  systemHeaders['content-type'] ??= 'binary/octet-stream';
  return systemHeaders;
}

/** `aws-chunked` describes how the body was sent, not how the object is encoded. */
function storedEncoding(header: string | undefined): string | undefined {
  const encodings = (header ?? '').split(',').map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',') || undefined;
}

function parseMetadata(headers: Headers): Record<string, string> {
  const entries = [...headers].filter(([name]) => name.startsWith(METADATA_PREFIX));
  const metadata = entries.map(([name, value]) => [name.slice(METADATA_PREFIX.length), value] as const);
  const sizeBytes = metadata.reduce((total, [name, value]) => total + name.length + value.length, 0);
  if (sizeBytes <= MAX_METADATA_BYTES) return Object.fromEntries(metadata);
  throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size.', {
    details: { Size: String(sizeBytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
  });
}

function parseStorageClass(header: string | undefined): string {
  if (header === undefined || STORAGE_CLASSES.has(header)) return header ?? 'STANDARD';
  throw new S3Error('InvalidArgument', `The storage class you specified is not valid: "${header}".`, {
    details: { ArgumentName: 'x-amz-storage-class', ArgumentValue: header },
  });
}
