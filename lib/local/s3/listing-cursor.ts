import type { DatabaseIterator } from './database.ts';
import { entriesEnd, entriesOf, type KeySpace, keysEnd } from './index-keys.ts';
import type { ObjectVersion, UploadRecord, Version } from './records.ts';
import type { S3Context } from './s3-request.ts';

/** Reads records in the order of a listing: by key, and within a key in LevelDB's order. */
export interface ListingCursor<T> {
  next(): Promise<T | undefined>;
  /** Skips all further records whose key begins with `keyPrefix`, which is not empty. */
  skipPrefix(keyPrefix: string): void;
  /** Skips all further records of exactly this key. */
  skipKey(key: string): void;
  /** Skips this key's entries up to and including the entry at `place`. */
  skipEntry(key: string, place: string): void;
}

/** Runs `use` with a cursor over the records of a bucket whose key begins with `keyPrefix`. */
export async function withCursor<T extends Version | UploadRecord, R>(
  context: S3Context,
  space: KeySpace,
  bucket: string,
  keyPrefix: string,
  use: (cursor: ListingCursor<T>) => Promise<R>,
): Promise<R> {
  const entries = context.index.entries(space, bucket, keyPrefix);
  try {
    return await use(new EntryCursor<T>(entries, space, bucket));
  } finally {
    await entries.close();
  }
}

class EntryCursor<T> implements ListingCursor<T> {
  readonly #entries: DatabaseIterator;
  readonly #space: KeySpace;
  readonly #bucket: string;

  constructor(entries: DatabaseIterator, space: KeySpace, bucket: string) {
    this.#entries = entries;
    this.#space = space;
    this.#bucket = bucket;
  }

  async next(): Promise<T | undefined> {
    const entry = await this.#entries.next();
    return entry && (JSON.parse(entry[1]) as T);
  }

  skipPrefix(keyPrefix: string): void {
    this.#entries.seek(keysEnd(this.#space, this.#bucket, keyPrefix));
  }

  skipKey(key: string): void {
    this.#entries.seek(entriesEnd(this.#space, this.#bucket, key));
  }

  skipEntry(key: string, place: string): void {
    this.#entries.seek(`${entriesOf(this.#space, this.#bucket, key)}${place}\0`);
  }
}

/** Only the versions that a reader sees: the newest of each key, unless it is a delete marker. */
export class CurrentObjects implements ListingCursor<ObjectVersion> {
  readonly #versions: ListingCursor<Version>;
  #previousKey: string | undefined;

  constructor(versions: ListingCursor<Version>) {
    this.#versions = versions;
  }

  async next(): Promise<ObjectVersion | undefined> {
    for (
      let version = await this.#versions.next();
      version !== undefined;
      version = await this.#versions.next()
    ) {
      const isNewest = version.key !== this.#previousKey;
      this.#previousKey = version.key;
      if (!isNewest) this.#versions.skipKey(version.key);
      else if (version.kind === 'object') return version;
    }
    return undefined;
  }

  skipPrefix(keyPrefix: string): void {
    this.#versions.skipPrefix(keyPrefix);
  }

  skipKey(key: string): void {
    this.#versions.skipKey(key);
  }

  skipEntry(key: string, place: string): void {
    this.#versions.skipEntry(key, place);
  }
}
