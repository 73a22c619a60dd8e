import type { Model } from '../../lib/classifier/model.ts';
import type { StartDependencies } from '../../lib/registry/start-batch.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';

/** The model that this process used last: a worker usually gets lots of one batch. */
export interface ModelCache {
  last: { readonly sha256: string; readonly model: Model } | undefined;
}

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
