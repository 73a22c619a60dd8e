/** The LevelDB database or sublevel of strings that holds the metrics. */
export interface MetricDatabase {
  batch(operations: readonly Operation[]): Promise<void>;
  iterator(options: KeyRange & { reverse?: boolean }): EntryIterator;
  clear(options: KeyRange): Promise<void>;
}

interface EntryIterator extends AsyncIterable<[key: string, value: string]> {
  nextv(size: number): Promise<[key: string, value: string][]>;
  close(): Promise<void>;
}

/**
 * Reads entries in batches: an await for each entry costs more than reading it. LevelDB ends a batch at the
 * iterator's high-water mark (16 KiB, or one entry), so large entries do not fill the memory.
 */
export async function* readBatches(
  database: MetricDatabase,
  range: KeyRange & { reverse?: boolean },
): AsyncGenerator<[key: string, value: string][]> {
  const iterator = database.iterator(range);
  try {
    for (;;) {
      const entries = await iterator.nextv(1000);
      if (entries.length === 0) return;
      yield entries;
    }
  } finally {
    await iterator.close();
  }
}

export type Operation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };

export interface KeyRange {
  readonly gte?: string;
  readonly gt?: string;
  readonly lt?: string;
}

/*
 * Keys:
 *   m!<series key>                                 a metric, and when it last reported
 *   d!<series id>!<second>!<unit>!0                a bucket's folded chunk
 *   d!<series id>!<second>!<unit>!<number>         a chunk not yet folded
 *   w!<series id>!<second>!<unit>                  marks a bucket that has unfolded chunks
 * `"` is the character after `!`: it ends the range of all keys that begin with a prefix and `!`.
 */

export const FOLDED_CHUNK = '0';

/** The key prefix of one bucket's chunks, without its last `!`. */
export function bucketPrefix(seriesId: string, second: number, unitIndex: number): string {
  return `${seriesId}!${padSecond(second)}!${String(unitIndex).padStart(2, '0')}`;
}

/** All chunks of a bucket. */
export function chunksOfBucket(bucket: string): KeyRange {
  return { gte: `d!${bucket}!`, lt: `d!${bucket}"` };
}

/** All chunks of a series from `startSecond` (inclusive) to `endSecond` (exclusive). */
export function chunksOfSeries(seriesId: string, startSecond: number, endSecond: number): KeyRange {
  return { gte: `d!${seriesId}!${padSecond(startSecond)}`, lt: `d!${seriesId}!${padSecond(endSecond)}` };
}

/** The second and the unit in a chunk's key. */
export function parseChunkKey(key: string): { second: number; unitIndex: number } {
  const [, , second, unitIndex] = key.split('!');
  return { second: Number(second), unitIndex: Number(unitIndex) };
}

/** The second in a bucket's prefix. */
export function secondOfBucket(bucket: string): number {
  return Number(bucket.split('!')[1]);
}

// Ten digits last until the year 2286. A time before 1970 or after 2286 is clamped, to keep the order.
function padSecond(second: number): string {
  return String(Math.min(Math.max(second, 0), 9_999_999_999)).padStart(10, '0');
}
