import { checksumHeaders } from './checksum-headers.ts';
import { parseWriteConditions } from './conditions.ts';
import { parseAttributes } from './object-attributes.ts';
import { receiveBody } from './request-body.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { storeBody, versionHeader } from './store-object.ts';

/**
 * PutObject. The conditions are checked after the body has arrived, in the change that commits the object.
 */
export async function putObject(context: S3Context, request: S3Request): Promise<S3Response> {
  const attributes = parseAttributes(request.headers);
  const conditions = parseWriteConditions(request.headers);
  await context.index.bucket(request.bucket);
  const body = await receiveBody(context.blobs, request);
  const { version, bucket } = await storeBody(
    context,
    request,
    { attributes, body },
    conditions,
    'ObjectCreated:Put',
  );
  return {
    status: 200,
    headers: {
      etag: `"${body.etag}"`,
      ...checksumHeaders(version.checksum),
      ...versionHeader(bucket, version),
    },
  };
}
