import { PassThrough } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ObjectLocation } from './sized-object.ts';

/** An object that is written piece by piece. The bucket shows nothing before `finish` resolves. */
export interface ObjectUpload {
  /**
   * Resolves when there is room for more: await it to keep memory bounded. Rejects when the upload has
   * failed.
   */
  write(chunk: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  /** Cancels the upload and frees the parts that S3 holds. */
  abort(): Promise<void>;
}

const PART_SIZE_BYTES = 8 * 1024 * 1024;

/**
 * Starts a streamed upload: one PutObject below 8 MiB, otherwise a multipart upload with two parts at a time.
 */
export function startUpload(s3: S3Client, at: ObjectLocation, contentType: string): ObjectUpload {
  const pipe = new PassThrough({ highWaterMark: PART_SIZE_BYTES });
  const upload = new Upload({
    client: s3,
    params: { Bucket: at.bucket, Key: at.key, Body: pipe, ContentType: contentType },
    partSize: PART_SIZE_BYTES,
    queueSize: 2,
  });
  const done = upload.done();
  // The next write, or finish, reports a failure. Without this it would also count as an unhandled rejection.
  done.catch((error: Error) => pipe.destroy(error));
  return {
    async write(chunk) {
      if (pipe.destroyed) await done;
      if (pipe.write(chunk)) return;
      await Promise.race([new Promise<void>((resolve) => pipe.once('drain', resolve)), done]);
    },
    async finish() {
      pipe.end();
      await done;
    },
    async abort() {
      pipe.on('error', () => undefined);
      await upload.abort();
      pipe.destroy();
      await done.then(undefined, () => undefined);
    },
  };
}
