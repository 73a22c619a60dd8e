import type { StartDependencies } from '../../lib/registry/start-batch.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { ModelCache } from './model-of-batch.ts';

/** What batches depend on. The handler builds it once per process. */
export interface BatchDependencies extends StartDependencies {
  readonly resultsBucket: string;
  readonly modelsBucket: string;
  readonly models: ModelCache;
  readonly lotRows: number;
  readonly concurrency: number;
  readonly maxFileBytes: number;
  readonly logger: Logger;
}
