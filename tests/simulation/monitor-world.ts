import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { MonitorDependencies } from '../../functions/monitor/dependencies.ts';
import { instanceId, predictionId } from '../../lib/drift/prediction-id.ts';
import type { PredictionRecord } from '../../lib/drift/prediction-record.ts';
import { type LocalLogs, openLocalLogs } from '../../lib/local/cloudwatch-logs/logs.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { startCloudWatch } from '../contract/cloudwatch-server.ts';
import { openS3Fixture } from '../contract/s3-fixture.ts';
import { openTestRegistry } from '../helpers/dynamodb.ts';

export const LOG_GROUP = '/aws/lambda/predict';
export const HOUR_MS = 3_600_000;
/** 20:30 */
export const NOW_MS = Date.UTC(2026, 10, 24, 20, 30);

const RULES = { windowHours: 24, minRecords: 100, familyWiseError: 0.01, accuracyDays: 30 };

/**
 * The monitor's dependencies on the laptop's S3, DynamoDB and CloudWatch Logs, at a time that a test sets.
 */
export interface MonitorWorld {
  readonly deps: MonitorDependencies;
  readonly clock: { nowMs: number };
  /** Emitted metrics: `<metric> <model> <value>`. */
  readonly emitted: string[];
  readonly warnings: string[];
  readonly s3: S3Client;
  /** Puts lines into predict's log, at that time. */
  log(timestampMs: number, ...messages: readonly string[]): Promise<void>;
  keys(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openMonitorWorld(): Promise<MonitorWorld> {
  const bucket = (name: string) => ({ name, versioned: true, notifications: [] });
  const s3 = await openS3Fixture({ buckets: ['predictions', 'models'].map(bucket) });
  const registry = await openTestRegistry();
  const clock = { nowMs: NOW_MS };
  let logs: LocalLogs | undefined;
  const cloudWatch = await startCloudWatch({
    openLogs: async (database) => {
      logs = await openLocalLogs(database, [LOG_GROUP], () => clock.nowMs);
      return logs;
    },
  });
  const client = new CloudWatchLogsClient({ endpoint: cloudWatch.endpoint });
  const [emitted, warnings]: [string[], string[]] = [[], []];
  const logger = createLogger();
  const note = (message: unknown) => void warnings.push(String(message));
  Object.assign(logger, { warn: note, error: note });
  return {
    clock,
    emitted,
    warnings,
    s3: s3.client,
    deps: {
      s3: s3.client,
      logs: client,
      table: registry.table,
      predictionsBucket: 'predictions',
      modelsBucket: 'models',
      logGroup: LOG_GROUP,
      logSettleMs: 0,
      rules: RULES,
      emit: (metric, dimensions, value) => {
        emitted.push(`${metric} ${(dimensions as { model: string }).model} ${value}`);
      },
      logger,
      now: () => clock.nowMs,
    },
    log: (timestampMs, ...messages) =>
      logs!.append(messages.map((message) => ({ group: LOG_GROUP, timestampMs, message }))),
    async keys() {
      const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: 'predictions' }));
      return Contents.map(({ Key }) => Key!).filter((key) => !key.startsWith('_'));
    },
    async close() {
      client.destroy();
      await Promise.all([s3.remove(), registry.close(), cloudWatch.stop()]);
    },
  };
}

let made = 0;

/** A record of a prediction that was made at that time. */
export function recordAt(timeMs: number, changes: Partial<PredictionRecord> = {}): PredictionRecord {
  const id = predictionId(timeMs, String(made++).padStart(20, '0'), true);
  return {
    prediction_log: 1,
    prediction_id: made % 2 === 0 ? id : instanceId(id, made % 10),
    time: new Date(timeMs).toISOString(),
    model: 'wine',
    version: 1,
    prediction: 'good',
    confidence: 0.9,
    ...changes,
  };
}
