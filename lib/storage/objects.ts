import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { putOnCondition, statusOf } from './conditional-put.ts';
import { type ObjectLocation, readInto, type SizedObject } from './sized-object.ts';

/** An object's metadata. */
export interface ObjectFacts {
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly lastModified: string;
  readonly contentEncoding: string | undefined;
  readonly versionId: string | undefined;
  /** Changes with the content: equal ones of objects that were sent in one piece mean equal bytes. */
  readonly etag: string | undefined;
  /** What the uploader said of it: `x-amz-meta-` headers, without that prefix, in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The metadata of an object, or undefined when it (or that version of it) does not exist. */
export async function headObject(s3: S3Client, at: ObjectLocation): Promise<ObjectFacts | undefined> {
  try {
    const head = await s3.send(new HeadObjectCommand(named(at)));
    return {
      sizeBytes: head.ContentLength ?? 0,
      lastModified: (head.LastModified ?? new Date(0)).toISOString(),
      contentEncoding: head.ContentEncoding,
      versionId: head.VersionId,
      etag: head.ETag,
      metadata: head.Metadata ?? {},
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * An object's bytes as a stream, or undefined when it does not exist.
 *
 * @param range in bytes, `to` excluded; all of it when left out
 */
export async function openObject(
  s3: S3Client,
  at: ObjectLocation,
  range?: { readonly from: number; readonly to: number },
): Promise<Readable | undefined> {
  if (range && range.to <= range.from) return Readable.from([]);
  const part = range ? { Range: `bytes=${range.from}-${range.to - 1}` } : {};
  try {
    const { Body } = await s3.send(new GetObjectCommand({ ...named(at), ...part }));
    return Body as Readable;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A larger object is read into one buffer. Gathering pieces and joining them takes twice its size. */
const SINGLE_BUFFER_BYTES = 1024 * 1024;

/** Opens an object whose size decides whether it is read into memory; undefined when it does not exist. */
export async function openSized(s3: S3Client, at: ObjectLocation): Promise<SizedObject | undefined> {
  try {
    const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand(named(at)));
    if (!Body) return undefined;
    return {
      sizeBytes: ContentLength,
      async read() {
        if (ContentLength > SINGLE_BUFFER_BYTES) return await readInto(Body as Readable, ContentLength, at);
        return (await Body.transformToByteArray()) as Uint8Array<ArrayBuffer>;
      },
      discard: () => (Body as Readable).destroy(),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** An object's bytes in memory, or undefined when it does not exist. */
export async function readObject(
  s3: S3Client,
  at: ObjectLocation,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await (await openSized(s3, at))?.read();
}

/** The sha256 of an object's bytes in hexadecimal, read as a stream; undefined when it does not exist. */
export async function hashObject(s3: S3Client, at: ObjectLocation): Promise<string | undefined> {
  const stream = await openObject(s3, at);
  if (!stream) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/**
 * An object that is read in ranges. Offsets are in bytes; `end` is excluded, by default the end of the
 * object.
 */
export interface RangedObject {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Opens an object for ranged reads, or returns undefined when it does not exist. */
export async function openRanged(s3: S3Client, at: ObjectLocation): Promise<RangedObject | undefined> {
  const facts = await headObject(s3, at);
  if (!facts) return undefined;
  return {
    byteLength: facts.sizeBytes,
    async slice(start, end = facts.sizeBytes) {
      if (end <= start) return new ArrayBuffer(0);
      const { Body } = await s3.send(
        new GetObjectCommand({ ...named(at), Range: `bytes=${start}-${end - 1}` }),
      );
      const bytes = (await Body!.transformToByteArray()) as Uint8Array<ArrayBuffer>;
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    },
  };
}

/** Writes an object and replaces an existing one. */
export async function putObject(
  s3: S3Client,
  at: ObjectLocation,
  body: Uint8Array | string,
  contentType: string,
): Promise<void> {
  await s3.send(
    new PutObjectCommand({ Bucket: at.bucket, Key: at.key, Body: body, ContentType: contentType }),
  );
}

/**
 * Writes an object unless it exists: the first writer wins. After a lost reply, the SDK's retry finds the
 * object of the first attempt and gets a 412, which means the same to the caller.
 */
export async function putObjectIfAbsent(
  s3: S3Client,
  at: ObjectLocation,
  body: Uint8Array | string,
  contentType: string,
): Promise<'written' | 'present'> {
  try {
    const content = { Bucket: at.bucket, Key: at.key, Body: body, ContentType: contentType };
    await putOnCondition(s3, { ...content, IfNoneMatch: '*' });
    return 'written';
  } catch (error) {
    if (statusOf(error) === 412) return 'present';
    throw error;
  }
}

function named(at: ObjectLocation) {
  return {
    Bucket: at.bucket,
    Key: at.key,
    ...(at.versionId === undefined ? {} : { VersionId: at.versionId }),
  };
}

function isMissing(error: unknown): boolean {
  if (error instanceof NoSuchKey || error instanceof NotFound) return true;
  return (
    error instanceof S3ServiceException &&
    (error.name === 'NoSuchVersion' || error.name === 'MethodNotAllowed')
  );
}
