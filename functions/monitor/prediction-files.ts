import type { S3Client } from '@aws-sdk/client-s3';
import { byCodeUnits } from '../../lib/code-units.ts';
import { readPredictionId } from '../../lib/drift/prediction-id.ts';
import { type PredictionRecord, readPredictionRecord } from '../../lib/drift/prediction-record.ts';
import { readTagged, replaceTagged, type TaggedText } from '../../lib/storage/conditional-objects.ts';
import { listKeys } from '../../lib/storage/object-keys.ts';
import { readObject } from '../../lib/storage/objects.ts';

export const HOUR_MS = 3_600_000;

/** One or two writers share an hour's file. Each failed try means that another writer succeeded. */
const MAX_TRIES = 10;

/**
 * The predictions of each model by the hour, as `<model>/<yyyy>/<mm>/<dd>/<hh>.jsonl` in the predictions
 * bucket, UTC: one record per line, ordered by id. A file's content depends only on the set of its records,
 * not on when or in how many parts they came.
 */
export class PredictionFiles {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /**
   * Adds the records of one model and hour that the file does not have yet.
   *
   * @returns the number of added records
   * @throws Error when the file contains anything but records
   */
  async add(model: string, hourMs: number, records: readonly PredictionRecord[]): Promise<number> {
    const at = { bucket: this.#bucket, key: hourKey(model, hourMs) };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const present = await readTagged(this.#s3, at);
      const known = present ? parse(present, at.key) : [];
      const merged = byId([...known, ...records]);
      if (merged.length === known.length) return 0;
      const text = merged.map((record) => `${JSON.stringify(record)}\n`).join('');
      const outcome = await replaceTagged(this.#s3, at, present, text, 'application/x-ndjson');
      if (outcome === 'written') return merged.length - known.length;
    }
    throw new Error(`${at.bucket}/${at.key}: another writer came first ${MAX_TRIES} times; try again`);
  }

  /**
   * The hours of a day that have records, ascending.
   *
   * @param dayMs the start of the day, UTC
   */
  async hoursOf(model: string, dayMs: number): Promise<number[]> {
    const hours: number[] = [];
    const prefix = `${model}/${dayPath(dayMs)}/`;
    for await (const key of listKeys(this.#s3, this.#bucket, prefix)) {
      const hour = /^(\d\d)\.jsonl$/.exec(key.slice(prefix.length))?.[1];
      if (hour !== undefined) hours.push(dayMs + Number(hour) * HOUR_MS);
    }
    return hours;
  }

  /**
   * The records of one hour, ordered by time; none when there is no file.
   *
   * @throws Error when the file contains anything but records
   */
  async read(model: string, hourMs: number): Promise<PredictionRecord[]> {
    const key = hourKey(model, hourMs);
    const bytes = await readObject(this.#s3, { bucket: this.#bucket, key });
    return bytes ? parse({ text: Buffer.from(bytes).toString('utf8') }, key) : [];
  }
}

/** The hour in which a prediction was made, UTC, taken from its id. */
export function hourOf({ prediction_id }: PredictionRecord): number {
  return Math.floor(readPredictionId(prediction_id)!.timeMs / HOUR_MS) * HOUR_MS;
}

const hourKey = (model: string, hourMs: number) =>
  `${model}/${dayPath(hourMs)}/${new Date(hourMs).toISOString().slice(11, 13)}.jsonl`;

/** `2026/11/24` */
export const dayPath = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '/');

function byId(records: readonly PredictionRecord[]): PredictionRecord[] {
  const unique = new Map<string, PredictionRecord>();
  for (const record of records)
    if (!unique.has(record.prediction_id)) unique.set(record.prediction_id, record);
  return [...unique.values()].sort((a, b) => byCodeUnits(a.prediction_id, b.prediction_id));
}

function parse({ text }: Pick<TaggedText, 'text'>, key: string): PredictionRecord[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, i) => {
      const record = readPredictionRecord(line);
      if (record) return record;
      throw new Error(
        `${key}:${i + 1}: expected a prediction record; restore an older version of the object`,
      );
    });
}
