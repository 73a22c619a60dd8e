import type { S3Client } from '@aws-sdk/client-s3';
import type { BucketStage } from '../../lib/functions.ts';
import type { AwsCli } from './aws-cli.ts';
import type { FunctionHost } from './deployed-function.ts';
import type { Gateway } from './gateway.ts';
import type { RecordedCall } from './recorder.ts';

/** The applied system and its clients. */
export interface AppliedSystem {
  readonly aws: AwsCli;
  readonly s3: S3Client;
  readonly host: FunctionHost;
  readonly gateway: Gateway;
  readonly apiUrl: string;
  readonly buckets: Readonly<Record<BucketStage, string>>;
  readonly table: string;
  /** All recorded calls so far. */
  readonly calls: () => readonly RecordedCall[];
}
