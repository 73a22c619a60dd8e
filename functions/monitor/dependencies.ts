import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { S3Client } from '@aws-sdk/client-s3';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

export interface MonitorDependencies {
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  readonly table: RegistryTable;
  readonly predictionsBucket: string;
  readonly modelsBucket: string;
  /** The log group of predict. */
  readonly logGroup: string;
  /** A line is in the log at last when it is this old. */
  readonly logSettleMs: number;
  readonly rules: MonitorRules;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface MonitorRules {
  /** The compared predictions are at most this much older than the champion's newest one. */
  readonly windowHours: number;
  /** With fewer predictions nothing is compared. */
  readonly minRecords: number;
  /** The allowed probability that a comparison finds drift where there is none, over all columns. */
  readonly familyWiseError: number;
  /** The live accuracy covers the labels of predictions of this many days. */
  readonly accuracyDays: number;
}
