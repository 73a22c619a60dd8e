import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod/mini';
import {
  PREDICTION_LOG_MARK,
  type PredictionRecord,
  readPredictionRecord,
} from '../../lib/drift/prediction-record.ts';
import { putObject, readObject } from '../../lib/storage/objects.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { HOUR_MS, hourOf, type PredictionFiles } from './prediction-files.ts';

/** The first run starts this many hours back. */
const FIRST_HOURS = 24;

/** No model can have this name. */
const POSITION_KEY = '_gathered.json';
const positionSchema = z.object({ until: z.iso.datetime() });

export interface GatherReport {
  /** Records that were not in the bucket before, by model. */
  readonly added: Readonly<Record<string, number>>;
  /** Lines that have the mark of a record, but are not records. */
  readonly unreadable: number;
}

/**
 * Copies the lines of predict's log into the predictions bucket, by at most an hour at a time, from where the
 * last run stopped: each line is read once. A line may reach the log after later ones, so what is younger
 * than `logSettleMs` is left to the next run. A run that is interrupted, repeated or parallel to another one
 * neither loses nor repeats a record: a file takes only the records that it does not have, and the position
 * moves only after that.
 */
export async function gatherPredictions(
  files: PredictionFiles,
  deps: MonitorDependencies,
): Promise<GatherReport> {
  const added: Record<string, number> = {};
  let unreadable = 0;
  const nowMs = deps.now();
  const endMs = nowMs - deps.logSettleMs;
  let fromMs = (await readPosition(deps)) ?? nowMs - FIRST_HOURS * HOUR_MS;
  while (fromMs < endMs) {
    const toMs = Math.min(fromMs + HOUR_MS, endMs);
    const { records, others } = await readLines(fromMs, toMs, deps);
    unreadable += others;
    for (const [model, ofModel] of Map.groupBy(records, ({ model }) => model)) {
      let count = 0;
      for (const [hour, ofHour] of Map.groupBy(ofModel, hourOf))
        count += await files.add(model, hour, ofHour);
      if (count > 0) added[model] = (added[model] ?? 0) + count;
    }
    await storePosition(toMs, deps);
    fromMs = toMs;
  }
  return { added, unreadable };
}

/** @param toMs excluded */
async function readLines(fromMs: number, toMs: number, { logs, logGroup }: MonitorDependencies) {
  const records: PredictionRecord[] = [];
  let others = 0;
  const pages = paginateFilterLogEvents(
    { client: logs },
    {
      logGroupName: logGroup,
      startTime: fromMs,
      // Inclusive.
      endTime: toMs - 1,
      filterPattern: `"${PREDICTION_LOG_MARK}"`,
    },
  );
  for await (const { events = [] } of pages) {
    for (const { message = '' } of events) {
      const record = readPredictionRecord(message);
      if (record) records.push(record);
      else others += 1;
    }
  }
  return { records, others };
}

async function readPosition({
  s3,
  predictionsBucket: bucket,
}: MonitorDependencies): Promise<number | undefined> {
  const bytes = await readObject(s3, { bucket, key: POSITION_KEY });
  if (!bytes) return undefined;
  return Date.parse(z.parse(positionSchema, JSON.parse(Buffer.from(bytes).toString('utf8'))).until);
}

/** Two runs at the same time may set the position back; the lines between are then read once more. */
async function storePosition(
  ms: number,
  { s3, predictionsBucket: bucket }: MonitorDependencies,
): Promise<void> {
  const body = `${JSON.stringify({ until: new Date(ms).toISOString() })}\n`;
  await putObject(s3, { bucket, key: POSITION_KEY }, body, 'application/json');
}
