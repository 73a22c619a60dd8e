import type { S3Client } from '@aws-sdk/client-s3';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

/** What ingestion works with: the handler builds it once per process. */
export interface IngestDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly processedBucket: string;
  /** Larger files are refused, before they are read and again while they are. */
  readonly maxFileBytes: number;
  readonly codeVersion: string;
  /** Processors that one file may keep busy. */
  readonly threads: number;
  readonly emit: EmitMetric;
  readonly logger: Logger;
}
