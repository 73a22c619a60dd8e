import { RefusedFileError } from '../../lib/errors.ts';
import { NO_MODEL, parseRawKey } from '../../lib/names.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { type ContractOutcome, takeContract } from './apply-contract.ts';
import { contractOf } from './contract-in-force.ts';
import type { IngestDependencies } from './dependencies.ts';
import { ingestUpload, type UploadOutcome } from './ingest-upload.ts';
import { nameUpload } from './upload.ts';

/** The result of one object of the raw bucket. */
export type IngestOutcome = UploadOutcome | ContractOutcome;

/**
 * Ingests one created object of the raw bucket. A table is validated; then its data set, its report and,
 * last, its manifest are written. A contract is checked and applied. A fault of the file is recorded and
 * acknowledged. Only infrastructure faults throw, so that they are retried. Repeating the call at any point,
 * any number of times, changes nothing.
 */
export async function ingestObject(object: CreatedObject, deps: IngestDependencies): Promise<IngestOutcome> {
  const target = classify(object.key);
  if (target.kind === 'invalid')
    return await ingestUpload(nameUpload(NO_MODEL, object, null), deps, target.error);
  const { kind, model } = target;
  if (kind === 'contract') return await takeContract(nameUpload(model, object, null), deps);
  return await ingestUpload(nameUpload(model, object, await contractOf(object, model, deps)), deps);
}

function classify(key: string) {
  try {
    return parseRawKey(key);
  } catch (error) {
    if (error instanceof RefusedFileError) return { kind: 'invalid', error } as const;
    throw error;
  }
}
