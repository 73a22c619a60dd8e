import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { putOnCondition, statusOf } from './conditional-put.ts';
import type { ObjectLocation } from './sized-object.ts';

/** An object's text at one time. */
export interface TaggedText {
  readonly text: string;
  /** Identifies exactly this state of the object. */
  readonly etag: string;
}

/** An object's text, or undefined when it does not exist. */
export async function readTagged(
  s3: S3Client,
  { bucket, key }: ObjectLocation,
): Promise<TaggedText | undefined> {
  try {
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: await Body!.transformToString(), etag: ETag! };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/**
 * Writes an object if it has not changed since it was read. Use it for every object that two writers can
 * change.
 *
 * @param read what was read; undefined when the object did not exist
 * @returns `changed` when somebody else wrote in between, or when this write succeeded and its reply was
 *   lost: the caller must read and try again
 */
export async function replaceTagged(
  s3: S3Client,
  { bucket, key }: ObjectLocation,
  read: TaggedText | undefined,
  body: string,
  contentType: string,
): Promise<'written' | 'changed'> {
  const condition = read === undefined ? { IfNoneMatch: '*' } : { IfMatch: read.etag };
  try {
    const content = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
    await putOnCondition(s3, { ...content, ...condition });
    return 'written';
  } catch (error) {
    if (CONFLICT_STATUSES.has(statusOf(error) ?? 0)) return 'changed';
    throw error;
  }
}

/** The object was deleted, is still being written by another after several attempts, or was written since. */
const CONFLICT_STATUSES = new Set([404, 409, 412]);
