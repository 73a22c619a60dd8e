import * as buckets from './buckets.ts';
import { completeMultipartUpload } from './complete-upload.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject, headObject } from './get-object.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listMultipartUploads } from './list-uploads.ts';
import { listObjectVersions } from './list-versions.ts';
import * as multipart from './multipart-uploads.ts';
import { postObject } from './post-object.ts';
import { putObject } from './put-object.ts';
import type { RequestTarget } from './request-target.ts';
import { S3Error } from './s3-error.ts';
import type { Headers, S3Operation } from './s3-request.ts';

/**
 * Parameters that name a subresource. S3 has more. A request for those is refused, so that it is not taken
 * for another one.
 */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  'delete',
  'list-type',
  'location',
  'partNumber',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
]);

/** Parameters that do not select an operation. */
const PARAMETERS: ReadonlySet<string> = new Set([
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'marker',
  'max-buckets',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'prefix',
  'start-after',
  'upload-id-marker',
  'version-id-marker',
  'versionId',
  // The AWS SDK for JavaScript names the operation in this parameter.
  'x-id',
]);

/**
 * Keys are `METHOD level subresources`, with subresources in alphabetical order; `copy` stands for
 * x-amz-copy-source.
 */
const OPERATIONS: Readonly<Record<string, S3Operation>> = {
  'GET service': buckets.listBuckets,
  'PUT bucket': buckets.createBucket,
  'HEAD bucket': buckets.headBucket,
  'DELETE bucket': buckets.deleteBucket,
  'GET bucket location': buckets.getBucketLocation,
  'GET bucket versioning': buckets.getBucketVersioning,
  'PUT bucket versioning': buckets.putBucketVersioning,
  'GET bucket': listObjects,
  'GET bucket list-type': listObjectsV2,
  'GET bucket versions': listObjectVersions,
  'GET bucket uploads': listMultipartUploads,
  'POST bucket': postObject,
  'POST bucket delete': deleteObjects,
  'PUT object': putObject,
  'PUT object copy': copyObject,
  'GET object': getObject,
  'GET object partNumber': getObject,
  'HEAD object': headObject,
  'HEAD object partNumber': headObject,
  'DELETE object': deleteObject,
  'POST object uploads': multipart.createMultipartUpload,
  'PUT object partNumber uploadId': multipart.uploadPart,
  'PUT object partNumber uploadId copy': multipart.uploadPartCopy,
  'POST object uploadId': completeMultipartUpload,
  'DELETE object uploadId': multipart.abortMultipartUpload,
  'GET object uploadId': multipart.listParts,
};

/**
 * The operation of a request. Throws S3Error NotImplemented for an operation that this S3 does not have,
 * MethodNotAllowed for a method that S3 does not have.
 */
export function operationOf(method: string, target: RequestTarget, headers: Headers): S3Operation {
  const names = [...new Set(target.query.keys())].filter((name) => !isSignatureParameter(name));
  const unknown = names.find(
    (name) => !SUBRESOURCES.has(name) && !PARAMETERS.has(name) && !name.startsWith('response-'),
  );
  if (unknown !== undefined) throw notImplemented(`the query parameter "${unknown}"`);
  const subresources = names.filter((name) => SUBRESOURCES.has(name)).sort();
  if (headers.has('x-amz-copy-source') && method === 'PUT') subresources.push('copy');
  const level = target.key !== undefined ? 'object' : target.bucket !== undefined ? 'bucket' : 'service';
  const route = [method, level, ...subresources].join(' ');
  const operation = Object.hasOwn(OPERATIONS, route) ? OPERATIONS[route] : undefined;
  if (operation !== undefined) return operation;
  if (!['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].includes(method)) throw methodNotAllowed(method);
  throw notImplemented(route);
}

/** The parameters of a signed address select no operation. presigned-request.ts has checked them. */
function isSignatureParameter(name: string): boolean {
  return /^x-amz-(?!id$)/i.test(name) || /^(AWSAccessKeyId|Signature|Expires)$/.test(name);
}

function methodNotAllowed(method: string): S3Error {
  return new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    details: { Method: method },
  });
}

function notImplemented(what: string): S3Error {
  return new S3Error(
    'NotImplemented',
    `A request you made implies functionality that is not implemented: ${what}.`,
  );
}
