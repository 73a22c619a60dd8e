import type { S3Client } from '@aws-sdk/client-s3';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { Presign } from '../../lib/storage/presigned.ts';

export interface UploadsDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly rawBucket: string;
  readonly processedBucket: string;
  readonly modelsBucket: string;
  readonly presign: Presign;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
