import { randomBytes } from 'node:crypto';
import type { DatabaseIterator, DatabaseOperation, S3Database } from './database.ts';
import * as keys from './index-keys.ts';
import type { BlobRecord, BucketRecord, PartRecord, UploadRecord, Version } from './records.ts';
import { S3Error } from './s3-error.ts';
import { SequenceClock } from './sequence-clock.ts';

/** Effects that a change needs after its commit. */
export interface CommitEffects {
  /** Blobs that the index no longer names. */
  readonly removedBlobs: readonly BlobRecord[];
  /** Keys of the outbox's new entries. */
  readonly notificationKeys: readonly string[];
}

/**
 * The index of buckets, versions and uploads in LevelDB. Changes run one after the other, each as one batch,
 * so that whatever a change reads (does the object exist?) still holds when it writes.
 */
export class ObjectIndex {
  readonly #database: S3Database;
  readonly #clock: SequenceClock;
  readonly #onCommit: (effects: CommitEffects) => Promise<void>;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(
    database: S3Database,
    clock: SequenceClock,
    onCommit: (effects: CommitEffects) => Promise<void>,
  ) {
    this.#database = database;
    this.#clock = clock;
    this.#onCommit = onCommit;
  }

  /** Opens the index. `onCommit` is called after each change, before the change resolves. */
  static async open(
    database: S3Database,
    now: () => number,
    onCommit: (effects: CommitEffects) => Promise<void>,
  ): Promise<ObjectIndex> {
    const last = await database.get(keys.LAST_SEQUENCE);
    return new ObjectIndex(database, new SequenceClock(now, last), onCommit);
  }

  /** Runs `work` while no change is in progress: its reads and what it retains are consistent. */
  read<T>(work: () => Promise<T>): Promise<T> {
    return this.#exclusively(work);
  }

  /** Runs `work` and commits all operations of its transaction. When it throws, nothing is written. */
  async change<T>(work: (transaction: IndexTransaction) => Promise<T>): Promise<T> {
    const transaction = new IndexTransaction(this.#clock);
    const result = await this.#exclusively(async () => {
      const outcome = await work(transaction);
      if (transaction.operations.length > 0) await this.#database.batch(transaction.operations);
      return outcome;
    });
    await this.#onCommit(transaction);
    return result;
  }

  /** The bucket of that name. Throws S3Error NoSuchBucket when there is none. */
  async bucket(name: string): Promise<BucketRecord> {
    const record = await this.findBucket(name);
    if (record !== undefined) return record;
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist.', {
      details: { BucketName: name },
    });
  }

  async findBucket(name: string): Promise<BucketRecord | undefined> {
    return parse<BucketRecord>(await this.#database.get(keys.bucketKey(name)));
  }

  async buckets(): Promise<BucketRecord[]> {
    return collect<BucketRecord>(this.#scan(keys.BUCKETS));
  }

  /** The newest version of the key, which may be a delete marker. */
  async latest(bucket: string, key: string): Promise<Version | undefined> {
    const versions = this.#scan(keys.entriesOf('version', bucket, key));
    try {
      return parse<Version>((await versions.next())?.[1]);
    } finally {
      await versions.close();
    }
  }

  /** A version by its id, which contains its place; only the `null` version needs a search. */
  async version(bucket: string, key: string, versionId: string): Promise<Version | undefined> {
    if (versionId === 'null') return this.#nullVersion(bucket, key);
    const place = keys.entriesOf('version', bucket, key) + versionId.slice(0, 16);
    const version = parse<Version>(await this.#database.get(place));
    return version?.versionId === versionId ? version : undefined;
  }

  /** An upload in progress. Throws S3Error NoSuchUpload when there is none. */
  async upload(bucket: string, key: string, uploadId: string): Promise<UploadRecord> {
    const upload = parse<UploadRecord>(await this.#database.get(keys.uploadKey(bucket, key, uploadId)));
    if (upload !== undefined) return upload;
    throw new S3Error(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { details: { UploadId: uploadId } },
    );
  }

  async part(uploadId: string, partNumber: number): Promise<PartRecord | undefined> {
    return parse<PartRecord>(await this.#database.get(keys.partKey(uploadId, partNumber)));
  }

  /** All parts of an upload, by number. */
  async parts(uploadId: string): Promise<PartRecord[]> {
    return collect<PartRecord>(this.#scan(keys.partsOf(uploadId)));
  }

  /** The entries of a bucket, in the order of their keys, from the first key that begins with `keyPrefix`. */
  entries(space: keys.KeySpace, bucket: string, keyPrefix: string): DatabaseIterator {
    const start = keys.keysStart(space, bucket, keyPrefix);
    const end = keyPrefix === '' ? keys.successor(start) : keys.keysEnd(space, bucket, keyPrefix);
    return this.#database.iterator({ gte: start, lt: end });
  }

  /** The ids of all blobs that objects and parts consist of. */
  async referencedBlobs(): Promise<Set<string>> {
    const blobIds = new Set<string>();
    for await (const [, value] of this.#scan('version!')) {
      const version: Version = JSON.parse(value);
      if (version.kind === 'object') for (const { blobId } of version.blobs) blobIds.add(blobId);
    }
    for await (const [, value] of this.#scan('part!')) blobIds.add((JSON.parse(value) as PartRecord).blobId);
    return blobIds;
  }

  #scan(prefix: string): DatabaseIterator {
    return this.#database.iterator({ gte: prefix, lt: keys.successor(prefix) });
  }

  async #nullVersion(bucket: string, key: string): Promise<Version | undefined> {
    for await (const [, value] of this.#scan(keys.entriesOf('version', bucket, key))) {
      const version: Version = JSON.parse(value);
      if (version.versionId === 'null') return version;
    }
    return undefined;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    // The next change waits for the end of this one, whatever its outcome. The caller gets the outcome.
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** Collects the operations of one change, which are written as one batch. */
export class IndexTransaction implements CommitEffects {
  readonly operations: DatabaseOperation[] = [];
  readonly removedBlobs: BlobRecord[] = [];
  readonly notificationKeys: string[] = [];
  readonly #clock: SequenceClock;

  constructor(clock: SequenceClock) {
    this.#clock = clock;
  }

  /** A new version's place in the order of all changes, its id and its time. */
  stamp(): { sequence: string; versionId: string; atMs: number } {
    const { sequence, atMs } = this.#clock.next();
    this.#put(keys.LAST_SEQUENCE, sequence);
    return { sequence, atMs, versionId: keys.invert(sequence) + randomBytes(8).toString('hex') };
  }

  putBucket(bucket: BucketRecord): void {
    this.#put(keys.bucketKey(bucket.name), JSON.stringify(bucket));
  }

  deleteBucket(name: string): void {
    this.#delete(keys.bucketKey(name));
  }

  putVersion(bucket: string, version: Version): void {
    this.#put(keys.versionKey(bucket, version.key, version.sequence), JSON.stringify(version));
  }

  deleteVersion(bucket: string, version: Version): void {
    this.#delete(keys.versionKey(bucket, version.key, version.sequence));
    if (version.kind === 'object') this.removedBlobs.push(...version.blobs);
  }

  putUpload(bucket: string, upload: UploadRecord): void {
    this.#put(keys.uploadKey(bucket, upload.key, upload.uploadId), JSON.stringify(upload));
  }

  putPart(uploadId: string, part: PartRecord, replaced: PartRecord | undefined): void {
    this.#put(keys.partKey(uploadId, part.partNumber), JSON.stringify(part));
    if (replaced !== undefined) this.removedBlobs.push(replaced);
  }

  /** Deletes an upload with its parts, and the bytes of the parts that no object keeps. */
  deleteUpload(
    bucket: string,
    upload: UploadRecord,
    parts: readonly PartRecord[],
    kept: ReadonlySet<string>,
  ): void {
    this.#delete(keys.uploadKey(bucket, upload.key, upload.uploadId));
    for (const part of parts) {
      this.#delete(keys.partKey(upload.uploadId, part.partNumber));
      if (!kept.has(part.blobId)) this.removedBlobs.push(part);
    }
  }

  putNotification(sequence: string, value: string): void {
    const key = keys.notificationKey(sequence, this.notificationKeys.length);
    this.#put(key, value);
    this.notificationKeys.push(key);
  }

  #put(key: string, value: string): void {
    this.operations.push({ type: 'put', key, value });
  }

  #delete(key: string): void {
    this.operations.push({ type: 'del', key });
  }
}

function parse<T>(value: string | undefined): T | undefined {
  return value === undefined ? undefined : (JSON.parse(value) as T);
}

async function collect<T>(entries: AsyncIterable<[string, string]>): Promise<T[]> {
  const records: T[] = [];
  for await (const [, value] of entries) records.push(JSON.parse(value) as T);
  return records;
}
