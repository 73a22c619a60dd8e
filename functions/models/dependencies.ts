import type { S3Client } from '@aws-sdk/client-s3';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';

export interface ModelsDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
