import * as z from 'zod/mini';
import { cutToBytes } from '../text-safety.ts';
import type { UploadPhase } from '../upload-progress.ts';
import { isTold, putNotice } from './notices.ts';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/**
 * The progress of an upload. It only moves forward: a higher rank replaces a lower one, and an equal or lower
 * rank changes nothing. So a redelivered or late event has no effect.
 */
const RANKS = {
  received: 1,
  // Below the verdicts: one delivery may find the object deleted while another, which opened it before,
  // commits.
  gone: 2,
  // All attempts failed. Below the verdicts, too: a write of a killed attempt may still arrive.
  failed: 2.5,
  refused: 3,
  accepted: 3,
  // A contract that is in force: schema.json is recorded as the files are.
  applied: 3,
  training_failed: 4,
  registered: 4,
  // The highest rank: a delivery that was refused, because its features differed from the champion's, may
  // report after one that was promoted.
  promoted: 5,
} as const;

export type UploadStatus = keyof typeof RANKS;

/** Rank of an accepted upload that ends without a verdict of training: it failed, or its object is gone. */
const ENDED_RANK = 3.5;

/** What may follow: nothing of it is in progress, and nothing will be started again. */
const UNFINISHED: ReadonlySet<UploadStatus> = new Set(['received', 'accepted']);

/** Whether an upload has its final state. */
export const isFinished = ({ status }: Pick<UploadEntry, 'status'>) => !UNFINISHED.has(status);

/** The inputs, beside the file, that decide the result of an upload. */
const uploadBasis = z.object({
  /** The version of schema.json that applies; null when there was none. */
  contract_version_id: z.nullable(z.string()),
  /** The version whose feature order array requests rely on; null when there was no champion. */
  champion: z.optional(z.nullable(z.int())),
  /** That order itself, in entries of releases that kept it here. They name no champion. */
  feature_order: z.optional(z.nullable(z.readonly(z.array(z.string())))),
  /** Other files of the same model that came in the same second; absent where there are none. */
  same_second: z.optional(z.array(z.string())),
  /** What the object's metadata name as the label; absent where they name none. */
  label: z.optional(z.string()),
  /**
   * When the contract came under which the file is read again: ISO 8601, UTC; absent at the first reading.
   */
  applied_at: z.optional(z.string()),
});

export type UploadBasis = z.infer<typeof uploadBasis>;

/** What a contract that arrived did, beside holding for all files that follow. */
const contractEffect = z.object({
  kind: z.enum(['superseded', 'no_file', 'held_already', 'read_again']),
  /** The model's newest file when the contract was taken in. */
  file: z.nullable(z.object({ key: z.string(), version_id: z.nullable(z.string()), upload_id: z.string() })),
});

export type ContractEffect = z.infer<typeof contractEffect>;

/** One entry of the upload ledger: `sk=UPLOAD#<upload id>` of its model. */
export const uploadEntry = z.object({
  model: z.string(),
  upload_id: z.string(),
  status: z.enum(Object.keys(RANKS) as [UploadStatus, ...UploadStatus[]]),
  key: z.string(),
  version_id: z.nullable(z.string()),
  /**
   * Orders uploads of the same key. Only S3's notification knows it, so that a later retry of an upload reads
   * it here.
   */
  sequencer: z.optional(z.string()),
  /**
   * ISO 8601, UTC. The time of the upload, not of its processing, so that every delivery writes the same
   * bytes.
   */
  uploaded_at: z.string(),
  /** One sentence for people: the result of the upload. */
  detail: z.optional(z.string()),
  version: z.optional(z.int()),
  /** The phase of its training that began last. Only for people to see: nothing depends on it. */
  phase: z.optional(z.string()),
  /** Set on receipt and never changed, so that every delivery gives the same result. */
  basis: z.optional(uploadBasis),
  /** Of a contract: frozen before it is done, so that every delivery does the same. */
  effect: z.optional(contractEffect),
});

export type UploadEntry = z.infer<typeof uploadEntry>;

/** The most bytes of a detail. What is longer stands in full in the report of the upload. */
const MAX_DETAIL_BYTES = 1024;

/** Records the progress of an upload. Does nothing when the ledger has this rank or a higher one. */
export async function recordUpload(table: RegistryTable, entry: UploadEntry): Promise<boolean> {
  return await advanceUpload(table, entry, RANKS[entry.status]);
}

/** Records that an accepted upload ends without a verdict of training. @returns false when it has one */
export async function endAcceptedUpload(
  table: RegistryTable,
  entry: UploadEntry & { readonly status: 'failed' | 'gone' },
): Promise<boolean> {
  return await advanceUpload(table, entry, ENDED_RANK);
}

async function advanceUpload(table: RegistryTable, entry: UploadEntry, rank: number): Promise<boolean> {
  const { model, upload_id, status, detail } = entry;
  // Before the step itself: a crash between the two leaves a notice of what did not happen, which is dropped.
  if (isTold(status)) {
    const sk = `${model}#upload#${upload_id}#${status}#${rank}`;
    await putNotice(table, sk, { kind: 'upload', model, upload_id, status, upload_rank: rank });
  }
  return table.advance(modelPartition(entry.model), `UPLOAD#${entry.upload_id}`, rank, {
    ...entry,
    // The explanation of an earlier step does not apply to this one.
    detail: detail === undefined ? undefined : cutToBytes(detail, MAX_DETAIL_BYTES),
    time_pk: `UPLOADS#${entry.model}`,
    time_sk: `${entry.uploaded_at}#${entry.upload_id}`,
  });
}

/** Notes which phase of its training an upload is in. It is no step: a late note changes no status. */
export async function notePhase(
  table: RegistryTable,
  { model, upload_id }: Pick<UploadEntry, 'model' | 'upload_id'>,
  phase: UploadPhase,
): Promise<void> {
  await table.setIfPresent(modelPartition(model), `UPLOAD#${upload_id}`, 'phase', phase);
}

/**
 * Stores the basis of an upload that the ledger already knows, unless an earlier delivery did.
 *
 * @returns the stored basis
 */
export async function freezeBasis(
  table: RegistryTable,
  { model, upload_id }: Pick<UploadEntry, 'model' | 'upload_id'>,
  basis: UploadBasis,
): Promise<UploadBasis> {
  return z.parse(
    uploadBasis,
    await table.setOnce(modelPartition(model), `UPLOAD#${upload_id}`, 'basis', basis),
  );
}

/** Freezes what a contract does, unless an earlier delivery did. @returns what holds */
export async function freezeEffect(
  table: RegistryTable,
  { model, upload_id }: Pick<UploadEntry, 'model' | 'upload_id'>,
  effect: ContractEffect,
): Promise<ContractEffect> {
  return z.parse(
    contractEffect,
    await table.setOnce(modelPartition(model), `UPLOAD#${upload_id}`, 'effect', effect),
  );
}

/** The ledger's entry of an upload, or undefined when there is none. */
export async function getUpload(
  table: RegistryTable,
  model: string,
  uploadId: string,
): Promise<UploadEntry | undefined> {
  return (await getRankedUpload(table, model, uploadId))?.entry;
}

/** The ledger's entry of an upload with its rank, or undefined when there is none. */
export async function getRankedUpload(
  table: RegistryTable,
  model: string,
  uploadId: string,
): Promise<{ readonly entry: UploadEntry; readonly rank: number } | undefined> {
  const item = await table.get(modelPartition(model), `UPLOAD#${uploadId}`);
  return item && { entry: z.parse(uploadEntry, item), rank: Number(item.rank) };
}
