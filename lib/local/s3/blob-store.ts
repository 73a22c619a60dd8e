import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteRange } from './byte-range.ts';
import type { BlobRecord } from './records.ts';
import type { RunningDigest } from './running-digest.ts';

/** Large enough that a file of 500 MB needs few calls, and small enough for many streams at once. */
const READ_BUFFER_BYTES = 64 * 1024;

/**
 * Stores the bytes of objects and parts as files. A file is written below `incoming/` and moved to `blobs/`
 * when it is complete. It counts only once the index names it. The next start deletes what a crash left.
 */
export class BlobStore {
  readonly #incoming: string;
  readonly #blobs: string;
  readonly #readersByBlob = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(directory: string) {
    this.#incoming = join(directory, 'incoming');
    this.#blobs = join(directory, 'blobs');
  }

  /** Opens the store below `directory`, which is created when it does not exist. */
  static async open(directory: string): Promise<BlobStore> {
    const store = new BlobStore(directory);
    await rm(store.#incoming, { recursive: true, force: true });
    await mkdir(store.#incoming, { recursive: true });
    for (let shard = 0; shard < 256; shard++) {
      await mkdir(join(store.#blobs, shard.toString(16).padStart(2, '0')), { recursive: true });
    }
    return store;
  }

  /** Deletes every file for which `isReferenced` is false, and returns their number. */
  async sweep(isReferenced: (blobId: string) => boolean): Promise<number> {
    let sweptCount = 0;
    for (const shard of await readdir(this.#blobs)) {
      for (const blobId of await readdir(join(this.#blobs, shard))) {
        if (isReferenced(blobId)) continue;
        await rm(join(this.#blobs, shard, blobId), { force: true });
        sweptCount++;
      }
    }
    return sweptCount;
  }

  /**
   * Streams `source` into a new file, updates the digests, and returns the file's id and size in bytes. When
   * `source` throws, no file is left.
   */
  async write(source: AsyncIterable<Uint8Array>, digests: Iterable<RunningDigest>): Promise<BlobRecord> {
    const blobId = randomBytes(16).toString('hex');
    const path = join(this.#incoming, blobId);
    try {
      const sizeBytes = await writeFile(path, source, [...digests]);
      await rename(path, this.#pathOf(blobId));
      return { blobId, sizeBytes };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Yields the bytes of the blobs, one after the other, or a range of them. */
  async *read(blobs: readonly BlobRecord[], range: ByteRange): AsyncGenerator<Buffer, void, undefined> {
    let blobStart = 0;
    for (const blob of blobs) {
      const start = Math.max(0, range.start - blobStart);
      const end = Math.min(blob.sizeBytes, range.end - blobStart);
      blobStart += blob.sizeBytes;
      if (start >= end) continue;
      const options = { start, end: end - 1, highWaterMark: READ_BUFFER_BYTES };
      yield* createReadStream(this.#pathOf(blob.blobId), options);
    }
  }

  /** Keeps the files of these blobs until they are released, even when they are removed in the meantime. */
  retain(blobs: readonly BlobRecord[]): void {
    for (const { blobId } of blobs) {
      this.#readersByBlob.set(blobId, (this.#readersByBlob.get(blobId) ?? 0) + 1);
    }
  }

  /** Ends `retain`, and deletes the files that were removed in the meantime. */
  async release(blobs: readonly BlobRecord[]): Promise<void> {
    for (const blob of blobs) {
      const readers = (this.#readersByBlob.get(blob.blobId) ?? 1) - 1;
      if (readers > 0) this.#readersByBlob.set(blob.blobId, readers);
      else this.#readersByBlob.delete(blob.blobId);
      if (readers === 0 && this.#doomed.delete(blob.blobId)) await this.remove([blob]);
    }
  }

  /** Deletes the files of these blobs. No entry of the index may name them any more. */
  async remove(blobs: readonly BlobRecord[]): Promise<void> {
    for (const { blobId } of blobs) {
      if (this.#readersByBlob.has(blobId)) this.#doomed.add(blobId);
      else await rm(this.#pathOf(blobId), { force: true });
    }
  }

  #pathOf(blobId: string): string {
    return join(this.#blobs, blobId.slice(0, 2), blobId);
  }
}

async function writeFile(
  path: string,
  source: AsyncIterable<Uint8Array>,
  digests: readonly RunningDigest[],
): Promise<number> {
  const file = await open(path, 'wx');
  try {
    let sizeBytes = 0;
    for await (const bytes of source) {
      for (const digest of digests) digest.update(bytes);
      await writeWhole(file, bytes);
      sizeBytes += bytes.length;
    }
    return sizeBytes;
  } finally {
    await file.close();
  }
}

/** A write may accept fewer bytes than it is given, for example when the disk is almost full. */
async function writeWhole(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}
