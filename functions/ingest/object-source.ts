import type { S3Client } from '@aws-sdk/client-s3';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import { openObject } from '../../lib/storage/objects.ts';
import type { Upload } from './upload.ts';

/** Thrown when an object is no longer there when it is to be read. */
export class ObjectGone extends Error {}

/** An object's version as a file: each reading asks S3 for it anew, a part of it by range. */
export function objectSource(s3: S3Client, { object, facts }: Upload): FileSource {
  return {
    name: object.key,
    sizeBytes: facts.sizeBytes,
    async *open(from, to) {
      const range = from === undefined ? undefined : { from, to: to ?? facts.sizeBytes };
      const body = await openObject(s3, object, range);
      if (!body) throw new ObjectGone();
      try {
        yield* body;
      } finally {
        body.destroy();
      }
    },
  };
}
