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

/**
 * Every run reads this many earlier hours again: a line may reach the log after later ones, and a frozen
 * function writes its last lines when it resumes.
 */
const LATE_HOURS = 2;
/** The first run starts this many hours back. */
const FIRST_HOURS = 24;

/** No model can have this name. */
const CURSOR_KEY = '_gathered.json';
const cursorSchema = z.object({ until: z.iso.datetime() });

export interface GatherReport {
  /** Records that were not in the bucket before, by model. */
  readonly added: Readonly<Record<string, number>>;
  /** Lines that have the mark of a record, but are not records. */
  readonly unreadable: number;
}

/**
 * Copies the lines of predict's log into the predictions bucket, hour by hour. A run that is interrupted,
 * repeated or parallel to another one neither loses nor repeats a record: hours are read whole, a file takes
 * only the records that it does not have, and the cursor moves only after that.
 */
export async function gatherPredictions(
  files: PredictionFiles,
  deps: MonitorDependencies,
): Promise<GatherReport> {
  const added: Record<string, number> = {};
  let unreadable = 0;
  const nowMs = deps.now();
  const until = await readCursor(deps);
  const firstMs = Math.min(until ?? nowMs - FIRST_HOURS * HOUR_MS, nowMs) - LATE_HOURS * HOUR_MS;
  for (let hourMs = floorHour(firstMs); hourMs <= nowMs; hourMs += HOUR_MS) {
    const { records, others } = await readHour(hourMs, deps);
    unreadable += others;
    for (const [model, ofModel] of Map.groupBy(records, ({ model }) => model)) {
      let count = 0;
      for (const [hour, ofHour] of Map.groupBy(ofModel, hourOf))
        count += await files.add(model, hour, ofHour);
      if (count > 0) added[model] = (added[model] ?? 0) + count;
    }
    await moveCursor(Math.min(hourMs + HOUR_MS, floorHour(nowMs)), until, deps);
  }
  return { added, unreadable };
}

const floorHour = (ms: number) => Math.floor(ms / HOUR_MS) * HOUR_MS;

async function readHour(hourMs: number, { logs, logGroup }: MonitorDependencies) {
  const records: PredictionRecord[] = [];
  let others = 0;
  const pages = paginateFilterLogEvents(
    { client: logs },
    {
      logGroupName: logGroup,
      startTime: hourMs,
      // Inclusive.
      endTime: hourMs + HOUR_MS - 1,
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

async function readCursor({
  s3,
  predictionsBucket: bucket,
}: MonitorDependencies): Promise<number | undefined> {
  const bytes = await readObject(s3, { bucket, key: CURSOR_KEY });
  if (!bytes) return undefined;
  return Date.parse(z.parse(cursorSchema, JSON.parse(Buffer.from(bytes).toString('utf8'))).until);
}

/** Two runs at the same time may set the cursor back; hours are then read once more. */
async function moveCursor(
  ms: number,
  from: number | undefined,
  { s3, predictionsBucket: bucket }: MonitorDependencies,
): Promise<void> {
  if (from !== undefined && ms <= from) return;
  const body = `${JSON.stringify({ until: new Date(ms).toISOString() })}\n`;
  await putObject(s3, { bucket, key: CURSOR_KEY }, body, 'application/json');
}
