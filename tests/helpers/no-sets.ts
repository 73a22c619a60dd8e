import type { IngestDependencies } from '../../functions/ingest/dependencies.ts';

/** What ingestion depends on for sets, where none is read. */
export const NO_SETS: Pick<
  IngestDependencies,
  'executions' | 'maxSetParts' | 'maxSetBytes' | 'setConcurrency'
> = {
  executions: { start: async () => true, find: async () => undefined },
  maxSetParts: 1000,
  maxSetBytes: 1024 ** 3,
  setConcurrency: 2,
};
