import { encodeChunk, mergeChunks } from './chunk.ts';
import {
  bucketPrefix,
  chunksOfBucket,
  FOLDED_CHUNK,
  type MetricDatabase,
  type Operation,
  secondOfBucket,
} from './database.ts';
import { Distribution } from './distribution.ts';
import { type Series, seriesId } from './series.ts';
import { UNITS, type Unit } from './units.ts';

/** Values of one metric at one time. */
export interface Contribution {
  readonly series: Series;
  readonly unit: Unit;
  readonly timestampMs: number;
  /** Whether values are kept by the second. If not, by the minute. */
  readonly highResolution: boolean;
  readonly distribution: Distribution;
}

/** A bucket with this many chunks is folded, so that reading it stays cheap while it is being written. */
const CHUNKS_BEFORE_FOLD = 256;
/** A bucket this much older than the clock is considered finished, and folded. */
const SETTLED_AFTER_SECONDS = 120;
/** A metric's time of last report is written at most this often. */
const REPORTED_STEP_MS = 10 * 60_000;
const MAX_KNOWN_METRICS = 10_000;

/**
 * Appends data to a LevelDB database, bucket by bucket. A write needs no read: every commit adds small
 * chunks, and later one atomic batch folds the chunks of a bucket into one. One loop does both, so no update
 * can be lost. Contributions that wait are committed together. LevelDB passes each commit to the operating
 * system before it is acknowledged, so it survives the death of this process.
 */
export class MetricStore {
  readonly #database: MetricDatabase;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #waiting: Waiting[] = [];
  /** Number of unfolded chunks by bucket. */
  readonly #unfolded = new Map<string, number>();
  /** The last report that was stored for each metric, in ms. */
  readonly #reported = new Map<string, number>();
  #chunkNumber = 0;
  #draining: Promise<void> | undefined;

  constructor(database: MetricDatabase, now: () => number, onError: (error: unknown) => void) {
    this.#database = database;
    this.#now = now;
    this.#onError = onError;
  }

  /** Folds chunks that an earlier process left unfolded. Call it before the first `append`. */
  async recover(): Promise<void> {
    const buckets: string[] = [];
    for await (const [key] of this.#database.iterator({ gte: 'w!', lt: 'w"' })) buckets.push(key.slice(2));
    for (const bucket of buckets) await this.#fold(bucket);
  }

  /** Stores contributions, all or none; resolves when they are durable. */
  append(contributions: readonly Contribution[]): Promise<void> {
    if (contributions.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ contributions, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits for writes in progress, and folds everything. */
  async close(): Promise<void> {
    await this.#draining;
    for (const bucket of [...this.#unfolded.keys()]) await this.#fold(bucket);
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        await this.#commit(group.flatMap(({ contributions }) => contributions));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      await this.#foldDue();
    }
    this.#draining = undefined;
  }

  async #commit(contributions: readonly Contribution[]): Promise<void> {
    const buckets = gatherBuckets(contributions);
    const operations: Operation[] = [];
    for (const [bucket, distribution] of buckets) {
      this.#chunkNumber += 1;
      operations.push({
        type: 'put',
        key: `d!${bucket}!${this.#chunkNumber}`,
        value: encodeChunk(distribution),
      });
      if (!this.#unfolded.has(bucket)) operations.push({ type: 'put', key: `w!${bucket}`, value: '' });
    }
    const reports = this.#newReports(contributions);
    for (const [key, ms] of reports) operations.push({ type: 'put', key: `m!${key}`, value: String(ms) });
    await this.#database.batch(operations);
    for (const bucket of buckets.keys()) this.#unfolded.set(bucket, (this.#unfolded.get(bucket) ?? 0) + 1);
    this.#remember(reports);
  }

  #newReports(contributions: readonly Contribution[]): Map<string, number> {
    const now = this.#now();
    const reports = new Map<string, number>();
    for (const { series } of contributions) {
      const { key } = series;
      if (now - (this.#reported.get(key) ?? Number.NEGATIVE_INFINITY) >= REPORTED_STEP_MS)
        reports.set(key, now);
    }
    return reports;
  }

  #remember(reports: ReadonlyMap<string, number>): void {
    for (const [key, ms] of reports) {
      this.#reported.delete(key);
      this.#reported.set(key, ms);
    }
    // Forgetting a metric costs one more write of its report. The oldest go first (a Map keeps insertion
    // order).
    for (const key of this.#reported.keys()) {
      if (this.#reported.size <= MAX_KNOWN_METRICS) return;
      this.#reported.delete(key);
    }
  }

  async #foldDue(): Promise<void> {
    const settledBefore = this.#now() / 1000 - SETTLED_AFTER_SECONDS;
    for (const [bucket, chunks] of [...this.#unfolded]) {
      if (chunks < CHUNKS_BEFORE_FOLD && secondOfBucket(bucket) >= settledBefore) continue;
      try {
        await this.#fold(bucket);
      } catch (error) {
        // Its chunks are still there and are read as they are. The next commit tries again.
        this.#onError(error);
      }
    }
  }

  async #fold(bucket: string): Promise<void> {
    const keys: string[] = [];
    const chunks: string[] = [];
    for await (const [key, value] of this.#database.iterator(chunksOfBucket(bucket))) {
      keys.push(key);
      chunks.push(value);
    }
    const operations: Operation[] = keys.map((key) => ({ type: 'del', key }));
    if (chunks.length > 0) {
      operations.push({ type: 'put', key: `d!${bucket}!${FOLDED_CHUNK}`, value: mergeChunks(chunks) });
    }
    await this.#database.batch([...operations, { type: 'del', key: `w!${bucket}` }]);
    this.#unfolded.delete(bucket);
  }
}

interface Waiting {
  readonly contributions: readonly Contribution[];
  resolve(): void;
  reject(error: unknown): void;
}

/** The data to add to the buckets of one series, usually one bucket. */
interface SeriesBuckets {
  readonly series: Series;
  readonly buckets: { readonly second: number; readonly unit: Unit; readonly distribution: Distribution }[];
}

/** Digests each series, and writes each bucket's key, only once per commit. */
function gatherBuckets(contributions: readonly Contribution[]): Map<string, Distribution> {
  const gathered = new Map<string, SeriesBuckets>();
  for (const { series, unit, timestampMs, highResolution, distribution } of contributions) {
    const step = highResolution ? 1 : 60;
    const second = Math.floor(timestampMs / 1000 / step) * step;
    let known = gathered.get(series.key);
    if (!known) {
      known = { series, buckets: [] };
      gathered.set(series.key, known);
    }
    let bucket = known.buckets.find((each) => each.second === second && each.unit === unit);
    if (!bucket) {
      bucket = { second, unit, distribution: new Distribution() };
      known.buckets.push(bucket);
    }
    bucket.distribution.merge(distribution, distribution.values, distribution.compressed);
  }
  const byKey = new Map<string, Distribution>();
  for (const { series, buckets } of gathered.values()) {
    const id = seriesId(series);
    for (const { second, unit, distribution } of buckets)
      byKey.set(bucketPrefix(id, second, UNITS.indexOf(unit)), distribution);
  }
  return byKey;
}
