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
  /** Where predict logs. */
  readonly logGroup: string;
  readonly rules: MonitorRules;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface MonitorRules {
  /** How far back from the newest prediction of the champion those are that are compared. */
  readonly windowHours: number;
  /** With fewer predictions nothing is compared. */
  readonly minRecords: number;
  /** How often a comparison may call drift where there is none, over all columns. */
  readonly familyWiseError: number;
  /** Days of predictions whose labels make the live accuracy. */
  readonly accuracyDays: number;
}
