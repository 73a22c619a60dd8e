import type { PolicyRequest } from './iam-policy.ts';
import type { RecordedCall } from './recorder.ts';

/** The part of a bucket that a query names, and the IAM actions of reading, writing and deleting it. */
const PARTS: Readonly<Record<string, readonly [get: string, put?: string, remove?: string]>> = {
  accelerate: ['GetAccelerateConfiguration'],
  acl: ['GetBucketAcl'],
  cors: ['GetBucketCORS', 'PutBucketCORS', 'PutBucketCORS'],
  encryption: ['GetEncryptionConfiguration', 'PutEncryptionConfiguration', 'PutEncryptionConfiguration'],
  lifecycle: ['GetLifecycleConfiguration', 'PutLifecycleConfiguration', 'PutLifecycleConfiguration'],
  logging: ['GetBucketLogging'],
  notification: ['GetBucketNotification', 'PutBucketNotification'],
  'object-lock': ['GetBucketObjectLockConfiguration'],
  ownershipControls: [
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
    'PutBucketOwnershipControls',
  ],
  policy: ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
  publicAccessBlock: [
    'GetBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
  ],
  replication: ['GetReplicationConfiguration'],
  requestPayment: ['GetBucketRequestPayment'],
  tagging: ['GetBucketTagging', 'PutBucketTagging', 'PutBucketTagging'],
  versioning: ['GetBucketVersioning', 'PutBucketVersioning'],
  versions: ['ListBucketVersions'],
  website: ['GetBucketWebsite'],
};

const METHODS = ['GET', 'PUT', 'DELETE'];

/**
 * Parameters that do not change the required permission. Another one may name a part that is missing above.
 */
const LISTING =
  /^(list-type|prefix|delimiter|marker|max-keys|continuation-token|start-after|encoding-type|fetch-owner|x-id)$/;
const OBJECT = /^(versionId|uploadId|uploads|partNumber|x-id|response-[a-z-]+|X-Amz-[A-Za-z0-9-]+)$/i;

/**
 * The permissions that IAM requires for a call of S3, from "Actions, resources, and condition keys for Amazon
 * S3"; undefined for an unknown call.
 */
export function s3Requests({ method, url, headers, body }: RecordedCall): PolicyRequest[] | undefined {
  // Copying and tagging need more permissions than the method shows.
  if (headers['x-amz-copy-source'] !== undefined || headers['x-amz-tagging'] !== undefined) return undefined;
  const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
  const path = key.join('/');
  if (method === 'POST' && path === '' && url.searchParams.has('delete')) return deletions(bucket, body);
  const action =
    path === '' ? bucketAction(method, url.searchParams) : objectAction(method, url.searchParams);
  const resource = `arn:aws:s3:::${bucket}${path === '' ? '' : `/${path}`}`;
  return action === undefined ? undefined : [{ action: `s3:${action}`, resource, context: {} }];
}

/** Several objects in one call: a permission for each. */
function deletions(bucket: string, body: Buffer): PolicyRequest[] {
  const objects = [...body.toString().matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object]) => object!);
  return objects.map((object) => {
    const key = /<Key>([^<]*)<\/Key>/.exec(object)?.[1] ?? '';
    const version = object.includes('<VersionId>') ? 'Version' : '';
    return { action: `s3:DeleteObject${version}`, resource: `arn:aws:s3:::${bucket}/${key}`, context: {} };
  });
}

function bucketAction(method: string, query: URLSearchParams): string | undefined {
  const part = Object.keys(PARTS).find((name) => query.has(name));
  if (part !== undefined) return PARTS[part]![METHODS.indexOf(method)];
  if ([...query.keys()].some((name) => !LISTING.test(name))) return undefined;
  return { HEAD: 'ListBucket', GET: 'ListBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method];
}

function objectAction(method: string, query: URLSearchParams): string | undefined {
  if ([...query.keys()].some((name) => !OBJECT.test(name))) return undefined;
  const version = query.has('versionId') ? 'Version' : '';
  switch (method) {
    case 'GET':
    case 'HEAD':
      return `GetObject${version}`;
    case 'PUT':
    case 'POST':
      return 'PutObject';
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : `DeleteObject${version}`;
    default:
      return undefined;
  }
}
