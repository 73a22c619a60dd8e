import * as z from 'zod/mini';
import { parsedPart, partRefusal, type SetPlan, setPlan } from '../../../lib/dataset/set/set-plan.ts';
import type { FileSource } from '../../../lib/dataset/source/file-source.ts';
import type { DatasetContract } from '../../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../../lib/errors.ts';
import { setKeys } from '../../../lib/storage/set-keys.ts';
import { shown } from '../../../lib/text-safety.ts';
import { type ReceivedBasis, receive } from '../basis.ts';
import { CONTRACT_DELETED, readContract } from '../contract-in-force.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { ObjectGone, objectSource } from '../object-source.ts';
import { refuse } from '../refusal.ts';
import { readJson, recordGone, type Upload } from '../upload.ts';
import { type PinnedPart, type PinnedSet, readPinnedSet } from './pin-set.ts';
import { SetFailure } from './set-failure.ts';
import type { SetTask } from './set-task.ts';

/** What became of a step: the execution goes on, or the set has its verdict. */
export type StepOutcome<Next extends string> = Next | 'ended';

/** What became of a part. */
export const partResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('parsed'), parsed: parsedPart }),
  z.object({ kind: z.literal('refused'), refusal: partRefusal }),
  z.object({ kind: z.literal('gone') }),
]);

export type PartResult = z.infer<typeof partResult>;

/** A set in progress. */
export interface RunningSet {
  readonly upload: Upload;
  readonly parts: PinnedSet['parts'];
}

/** @throws SetFailure when it was never pinned */
export async function runningSet(
  { model, upload_id }: SetTask,
  deps: IngestDependencies,
): Promise<RunningSet> {
  const set = await readPinnedSet(model, upload_id, deps);
  if (!set) throw new SetFailure(`there is no set ${upload_id} of the model ${shown(model)}`);
  const { object, contract, applied_at, metadata, source, parts } = set;
  const { versionId, sequencer, ...named } = object;
  const facts = {
    sizeBytes: source.size_bytes,
    lastModified: source.uploaded_at,
    contentEncoding: undefined,
    versionId,
    etag: undefined,
    metadata,
  };
  const upload = {
    model,
    id: upload_id,
    object: { ...named, versionId, sequencer },
    contract,
    appliedAt: applied_at ?? undefined,
    facts,
    source,
  };
  return { upload, parts };
}

/** What decides a set beside its parts. */
export interface SetBasis {
  readonly basis: ReceivedBasis;
  readonly contract: DatasetContract | undefined;
}

/** @throws ObjectGone when the contract was deleted */
export async function basisOf({ upload }: RunningSet, deps: IngestDependencies): Promise<SetBasis> {
  const basis = await receive(upload, deps);
  const versionId = basis.contract_version_id;
  if (versionId === null) return { basis, contract: undefined };
  const contract = await readContract(upload.object, versionId, deps);
  if (!contract) throw new ObjectGone(CONTRACT_DELETED(versionId));
  return { basis, contract };
}

/** @throws SetFailure before there is a plan */
export async function planOf({ model, upload_id }: SetTask, deps: IngestDependencies): Promise<SetPlan> {
  const found = await readJson<unknown>(setKeys(model, upload_id).plan, deps);
  if (found === undefined) throw new SetFailure('the set has no plan');
  return z.parse(setPlan, found);
}

/** A part as a file, by its name in the set. */
export const fileOf = (
  { upload }: RunningSet,
  { name, key, version_id, size_bytes }: PinnedPart,
  { s3 }: IngestDependencies,
): FileSource => {
  const at = { bucket: upload.object.bucket, key, versionId: version_id ?? undefined };
  return objectSource(s3, at, size_bytes, name);
};

/** Does a step. What refuses the set, or is gone, is its verdict. */
export async function judged<Next extends string>(
  { upload }: RunningSet,
  deps: IngestDependencies,
  step: () => Promise<Next>,
): Promise<StepOutcome<Next>> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RefusedFileError) await refuse(upload, error, deps);
    else if (error instanceof ObjectGone)
      await recordGone(upload, upload.source.uploaded_at, sentence(error.message), deps);
    else throw error;
    return 'ended';
  }
}

const sentence = (text: string) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1).replace(/\.$/, '')}.`;
