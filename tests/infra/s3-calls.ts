import type { PolicyRequest } from './iam-policy.ts';
import type { RecordedCall } from './recorder.ts';

/** The part of a bucket that a query names, and what reading, putting and deleting it is called in IAM. */
const PARTS: Readonly<Record<string, readonly [get: string, put?: string, remove?: string]>> = {
  accelerate: ['GetAccelerateConfiguration'],
  acl: ['GetBucketAcl'],
  cors: ['GetBucketCORS'],
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

/** What IAM asks for a call of S3, as "Actions, resources, and condition keys for Amazon S3" has it; undefined for an unknown one. */
export function s3Requests({ method, url }: RecordedCall): PolicyRequest[] | undefined {
  const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
  const path = key.join('/');
  const action =
    path === '' ? bucketAction(method, url.searchParams) : objectAction(method, url.searchParams);
  const resource = `arn:aws:s3:::${bucket}${path === '' ? '' : `/${path}`}`;
  return action === undefined ? undefined : [{ action: `s3:${action}`, resource, context: {} }];
}

function bucketAction(method: string, query: URLSearchParams): string | undefined {
  const part = Object.keys(PARTS).find((name) => query.has(name));
  if (part !== undefined) return PARTS[part]![METHODS.indexOf(method)];
  return { HEAD: 'ListBucket', GET: 'ListBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method];
}

function objectAction(method: string, query: URLSearchParams): string | undefined {
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
