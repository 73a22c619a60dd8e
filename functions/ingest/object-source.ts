import type { S3Client } from '@aws-sdk/client-s3';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import { openObject } from '../../lib/storage/objects.ts';
import type { ObjectLocation } from '../../lib/storage/sized-object.ts';

/** Thrown when an object no longer exists when it is read. */
export class ObjectGone extends Error {}

/** An object's version as a file. Each read is a new S3 request, with a range for a part. */
export function objectSource(
  s3: S3Client,
  at: ObjectLocation,
  sizeBytes: number,
  name: string = at.key,
): FileSource {
  return {
    name,
    sizeBytes,
    async *open(from, to) {
      const range = from === undefined ? undefined : { from, to: to ?? sizeBytes };
      const body = await openObject(s3, at, range);
      if (!body) throw new ObjectGone(`${name} was deleted before it was read`);
      try {
        yield* body;
      } finally {
        body.destroy();
      }
    },
  };
}
