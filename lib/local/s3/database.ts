/**
 * The LevelDB interface that this S3 needs: a `level` database or sublevel with strings as keys and values.
 */
export interface S3Database {
  get(key: string): Promise<string | undefined>;
  batch(operations: DatabaseOperation[]): Promise<void>;
  iterator(options: { gte: string; lt: string }): DatabaseIterator;
}

export type DatabaseOperation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };

export interface DatabaseIterator extends AsyncIterable<[string, string]> {
  next(): Promise<[string, string] | undefined>;
  /** Moves to the first entry at or after that key. */
  seek(target: string): void;
  close(): Promise<void>;
}
