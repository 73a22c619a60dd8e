import type { StartDependencies } from '../../lib/registry/start-batch.ts';
import type { Presign } from '../../lib/storage/presigned.ts';

export interface BatchesDependencies extends StartDependencies {
  readonly resultsBucket: string;
  readonly presign: Presign;
}
