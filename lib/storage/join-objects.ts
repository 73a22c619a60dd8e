import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { escapedPart } from './object-address.ts';
import { openObject, putObject } from './objects.ts';
import type { ObjectLocation } from './sized-object.ts';

/** A piece of the object that is to be made: an object, or a range of one. */
export interface JoinedPiece {
  readonly key: string;
  /** Where the range begins; 0 by default. */
  readonly from?: number;
  readonly sizeBytes: number;
}

/** S3 takes no smaller part but the last, */
const MIN_PART_BYTES = 5 * 1024 ** 2;
/** and no larger one. */
const MAX_PART_BYTES = 5 * 1024 ** 3;

/** A range of a piece. */
interface Range {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Makes an object of others in the same bucket, one after the other. S3 copies what is large enough for a
 * part; only what is smaller goes through this process. The object appears whole or not at all.
 */
export async function joinObjects(
  s3: S3Client,
  { bucket, key }: ObjectLocation,
  pieces: readonly JoinedPiece[],
  contentType: string,
): Promise<void> {
  const total = pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total < MIN_PART_BYTES) {
    const bytes = await readRanges(s3, bucket, pieces.map(rangeOf));
    return await putObject(s3, { bucket, key }, bytes, contentType);
  }
  const target = { Bucket: bucket, Key: key };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...target, ContentType: contentType }),
  );
  const upload = { ...target, UploadId };
  try {
    const parts: CompletedPart[] = [];
    for (const [at, ranges] of partsOf(pieces).entries())
      parts.push(await makePart(s3, upload, at + 1, ranges));
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    // The first error is the one to report. What S3 still holds then, the bucket's lifecycle removes.
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/**
 * The ranges of each part: one of a large piece, which S3 copies, or those of several small ones. A gathered
 * part takes as much of the next piece as it needs to be large enough.
 */
export function partsOf(pieces: readonly JoinedPiece[]): Range[][] {
  const parts: Range[][] = [];
  let gathered: Range[] = [];
  let gatheredBytes = 0;
  const close = () => {
    if (gatheredBytes > 0) parts.push(gathered);
    gathered = [];
    gatheredBytes = 0;
  };
  for (const piece of pieces) {
    const { key, to: end } = rangeOf(piece);
    let { from } = rangeOf(piece);
    if (gatheredBytes > 0) {
      const needed = Math.min(end - from, MIN_PART_BYTES - gatheredBytes);
      gathered.push({ key, from, to: from + needed });
      gatheredBytes += needed;
      from += needed;
      if (gatheredBytes >= MIN_PART_BYTES) close();
    }
    for (; end - from >= MIN_PART_BYTES; ) {
      const to = Math.min(end, from + MAX_PART_BYTES);
      parts.push([{ key, from, to }]);
      from = to;
    }
    if (from < end) {
      gathered.push({ key, from, to: end });
      gatheredBytes += end - from;
    }
  }
  close();
  return parts;
}

const rangeOf = ({ key, from = 0, sizeBytes }: JoinedPiece): Range => ({ key, from, to: from + sizeBytes });

type Upload = { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };

async function makePart(
  s3: S3Client,
  upload: Upload,
  PartNumber: number,
  ranges: readonly Range[],
): Promise<CompletedPart> {
  const [range, ...others] = ranges;
  if (range && others.length === 0 && range.to - range.from >= MIN_PART_BYTES) {
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber,
        CopySource: `${upload.Bucket}/${range.key.split('/').map(escapedPart).join('/')}`,
        CopySourceRange: `bytes=${range.from}-${range.to - 1}`,
      }),
    );
    return completed(PartNumber, CopyPartResult ?? {});
  }
  const Body = await readRanges(s3, upload.Bucket, ranges);
  return completed(PartNumber, await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body })));
}

/** With the checksums that S3 gave, where it gave any. */
const completed = (
  PartNumber: number,
  { ETag, ChecksumCRC32, ChecksumCRC64NVME }: Omit<CompletedPart, 'PartNumber'>,
): CompletedPart => ({
  PartNumber,
  ...(ETag === undefined ? {} : { ETag }),
  ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
  ...(ChecksumCRC64NVME === undefined ? {} : { ChecksumCRC64NVME }),
});

async function readRanges(s3: S3Client, bucket: string, ranges: readonly Range[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (const { key, from, to } of ranges) {
    const body = await openObject(s3, { bucket, key }, { from, to });
    if (!body) throw new Error(`${bucket}/${key}: expected a part of the result, got none`);
    for await (const chunk of body) chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
