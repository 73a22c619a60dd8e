import type { S3Client } from '@aws-sdk/client-s3';
import type { Executions } from '../../lib/aws/executions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

/** What ingestion depends on. The handler builds it once per process. */
export interface IngestDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly processedBucket: string;
  /** Holds the schemas of champions. */
  readonly modelsBucket: string;
  /** Larger files are refused, both before and while they are read. */
  readonly maxFileBytes: number;
  /** Of the state machine that reads sets. */
  readonly executions: Executions;
  /** Sets of more parts, or of more bytes, are refused. */
  readonly maxSetParts: number;
  readonly maxSetBytes: number;
  /** How many parts of a set are read at once. */
  readonly setConcurrency: number;
  readonly codeVersion: string;
  /** Number of processors that one file may use. */
  readonly threads: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How often one object is begun to be read; MAX_ATTEMPTS when left out. */
  readonly maxAttempts?: number;
  readonly emit: EmitMetric;
  readonly logger: Logger;
}
