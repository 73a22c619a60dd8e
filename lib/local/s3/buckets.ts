import { OWNER } from './owner.ts';
import { parseInteger } from './query-parameters.ts';
import type { BucketRecord } from './records.ts';
import { malformed, textOf } from './request-xml.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { isoSeconds } from './timestamps.ts';
import { type XmlElement, xmlDocument } from './xml.ts';
import { readOptionalXmlBody, readXmlBody } from './xml-body.ts';

/**
 * The first region of S3. S3 does not name it in answers, and creating one's own bucket again is no error
 * there.
 */
const DEFAULT_REGION = 'us-east-1';

/** ListBuckets: by name, in pages when `max-buckets` asks for them. */
export async function listBuckets(context: S3Context, { query }: S3Request): Promise<S3Response> {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const maxBuckets = parseInteger('max-buckets', query.get('max-buckets') || '10000', 1, 10_000);
  const all = await context.index.buckets();
  const buckets = all.filter(({ name }) => name.startsWith(prefix) && name > after);
  const page = buckets.slice(0, maxBuckets);
  const elements = page.map(({ name, createdAtMs }): XmlElement => {
    return [
      'Bucket',
      [
        ['Name', name],
        ['CreationDate', isoSeconds(createdAtMs)],
        ['BucketRegion', context.region],
      ],
    ];
  });
  return {
    status: 200,
    xml: xmlDocument('ListAllMyBucketsResult', [
      ['Owner', OWNER],
      ['Buckets', elements],
      ['ContinuationToken', page.length < buckets.length ? page.at(-1)?.name : undefined],
      ['Prefix', prefix === '' ? undefined : prefix],
    ]),
  };
}

/** CreateBucket: in this region, without versioning. */
export async function createBucket(context: S3Context, request: S3Request): Promise<S3Response> {
  checkBucketName(request.bucket);
  const configuration = await readOptionalXmlBody(request, 'CreateBucketConfiguration');
  checkRegion(context, (configuration && textOf(configuration, 'LocationConstraint')) ?? context.region);
  await context.index.change(async (transaction) => {
    const existing = await context.index.findBucket(request.bucket);
    if (existing === undefined) {
      transaction.putBucket({ name: request.bucket, createdAtMs: context.now(), versioning: 'Unversioned' });
    } else if (context.region !== DEFAULT_REGION) {
      throw new S3Error(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        {
          details: { BucketName: request.bucket },
        },
      );
    }
  });
  return { status: 200, headers: { location: `/${request.bucket}` } };
}

/** HeadBucket: whether the bucket exists, and its region. */
export async function headBucket(context: S3Context, request: S3Request): Promise<S3Response> {
  await context.index.bucket(request.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': context.region } };
}

/**
 * DeleteBucket: only when it is empty, also of delete markers and old versions. Uploads in progress are
 * dropped.
 */
export async function deleteBucket(context: S3Context, request: S3Request): Promise<S3Response> {
  await context.index.change(async (transaction) => {
    const bucket = await context.index.bucket(request.bucket);
    if (await hasEntries(context, bucket)) {
      throw new S3Error(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
        { details: { BucketName: bucket.name } },
      );
    }
    for await (const [, value] of context.index.entries('upload', bucket.name, '')) {
      const upload = JSON.parse(value);
      transaction.deleteUpload(bucket.name, upload, await context.index.parts(upload.uploadId), new Set());
    }
    transaction.deleteBucket(bucket.name);
  });
  return { status: 204 };
}

/** GetBucketLocation. */
export async function getBucketLocation(context: S3Context, request: S3Request): Promise<S3Response> {
  await context.index.bucket(request.bucket);
  const region = context.region === DEFAULT_REGION ? '' : context.region;
  // S3 gives the region as the text of the root element.
  return { status: 200, xml: xmlDocument('LocationConstraint', region) };
}

/** GetBucketVersioning: an empty answer for a bucket that never had versioning. */
export async function getBucketVersioning(context: S3Context, request: S3Request): Promise<S3Response> {
  const { versioning } = await context.index.bucket(request.bucket);
  const status: XmlElement[] = versioning === 'Unversioned' ? [] : [['Status', versioning]];
  return { status: 200, xml: xmlDocument('VersioningConfiguration', status) };
}

/** PutBucketVersioning: once it is enabled, versioning can be suspended but never removed. */
export async function putBucketVersioning(context: S3Context, request: S3Request): Promise<S3Response> {
  await context.index.bucket(request.bucket);
  const configuration = await readXmlBody(request, 'VersioningConfiguration');
  const status = textOf(configuration, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended')
    throw malformed('expected the Status Enabled or Suspended');
  if (textOf(configuration, 'MfaDelete') === 'Enabled') {
    throw new S3Error('NotImplemented', 'Deletion by multi-factor authentication is not implemented.');
  }
  await context.index.change(async (transaction) => {
    transaction.putBucket({ ...(await context.index.bucket(request.bucket)), versioning: status });
  });
  return { status: 200 };
}

/**
 * Throws S3Error InvalidBucketName unless S3 accepts the name for a general purpose bucket. Source: "Bucket
 * naming rules", Amazon S3 User Guide.
 */
export function checkBucketName(name: string): void {
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (isName) return;
  throw new S3Error(
    'InvalidBucketName',
    'The specified bucket is not valid: expected 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ' +
      `ending with a letter or digit, got "${name}".`,
    { details: { BucketName: name } },
  );
}

async function hasEntries(context: S3Context, bucket: BucketRecord): Promise<boolean> {
  const versions = context.index.entries('version', bucket.name, '');
  try {
    return (await versions.next()) !== undefined;
  } finally {
    await versions.close();
  }
}

function checkRegion(context: S3Context, region: string): void {
  if (region === context.region) return;
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to: ` +
      `expected ${context.region}.`,
  );
}
