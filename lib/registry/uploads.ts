import * as z from 'zod/mini';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/**
 * How far an upload has come. It only ever moves forward: a higher rank replaces a lower one, an equal or lower one
 * changes nothing, so a redelivered or late event leaves no trace.
 */
const RANKS = {
  received: 1,
  // Below the verdicts: one delivery may find the object deleted while another, which had opened it before, commits.
  gone: 2,
  refused: 3,
  accepted: 3,
  training_failed: 4,
  registered: 4,
  // Above: a delivery that was refused, as its features differed from the then champion's, may report after one that was not.
  promoted: 5,
} as const;

export type UploadStatus = keyof typeof RANKS;

/** What beside the file decides what is made of it. */
const uploadBasis = z.object({
  /** The version of schema.json that holds; null when there was none. */
  contract_version_id: z.nullable(z.string()),
  /** The champion's, which array requests rely on; null when there was none. */
  feature_order: z.nullable(z.readonly(z.array(z.string()))),
});

export type UploadBasis = z.infer<typeof uploadBasis>;

/** One entry of the upload ledger: `sk=UPLOAD#<upload id>` of its model. */
export const uploadEntry = z.object({
  model: z.string(),
  upload_id: z.string(),
  status: z.enum(Object.keys(RANKS) as [UploadStatus, ...UploadStatus[]]),
  key: z.string(),
  version_id: z.nullable(z.string()),
  /** Orders uploads of the same key. Only S3's own notification knows it, so that who drives an upload again asks here. */
  sequencer: z.optional(z.string()),
  /** ISO 8601, UTC: the time of the upload, not of its processing, so that every delivery writes the same bytes. */
  uploaded_at: z.string(),
  /** One sentence for people: what became of it. */
  detail: z.optional(z.string()),
  version: z.optional(z.int()),
  /** Set on receipt and never changed, so that every delivery makes the same of the file. */
  basis: z.optional(uploadBasis),
});

export type UploadEntry = z.infer<typeof uploadEntry>;

/** Records how far an upload has come; does nothing when it is that far already. */
export async function recordUpload(table: RegistryTable, entry: UploadEntry): Promise<boolean> {
  return table.advance(modelPartition(entry.model), `UPLOAD#${entry.upload_id}`, RANKS[entry.status], {
    ...entry,
    // What an earlier step said does not explain this one.
    detail: entry.detail,
    time_pk: `UPLOADS#${entry.model}`,
    time_sk: `${entry.uploaded_at}#${entry.upload_id}`,
  });
}

/**
 * Freezes what decides an upload that the ledger knows already, unless an earlier delivery did.
 *
 * @returns what holds
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

/** What became of an upload, or undefined when the ledger does not know it. */
export async function getUpload(
  table: RegistryTable,
  model: string,
  uploadId: string,
): Promise<UploadEntry | undefined> {
  const item = await table.get(modelPartition(model), `UPLOAD#${uploadId}`);
  return item && z.parse(uploadEntry, item);
}
