import { PassThrough } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ObjectLocation } from './sized-object.ts';

/** An object being written piece by piece. Nothing is visible in the bucket before `finish` resolves. */
export interface ObjectUpload {
  /** Resolves when there is room for more: awaiting it keeps memory bounded. Rejects when the upload has failed. */
  write(chunk: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  /** Gives the upload up and frees the parts that S3 holds. */
  abort(): Promise<void>;
}

const PART_SIZE_BYTES = 8 * 1024 * 1024;

/** Starts a streamed upload: one PutObject when it stays below 8 MiB, a multipart upload of two parts at a time above. */
export function startUpload(s3: S3Client, at: ObjectLocation, contentType: string): ObjectUpload {
  const pipe = new PassThrough({ highWaterMark: PART_SIZE_BYTES });
  const upload = new Upload({
    client: s3,
    params: { Bucket: at.bucket, Key: at.key, Body: pipe, ContentType: contentType },
    partSize: PART_SIZE_BYTES,
    queueSize: 2,
  });
  const done = upload.done();
  // A failure surfaces at the next write or at finish; without this it would also count as unhandled meanwhile.
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
