import { championEntry, findChampion } from '../../lib/registry/champion.ts';
import { freezeBasis, type UploadBasis } from '../../lib/registry/uploads.ts';
import { featureOrderOf as orderOfVersion } from '../../lib/registry/version-schema.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { metadataText } from '../../lib/storage/metadata-text.ts';
import type { IngestDependencies } from './dependencies.ts';
import { sameSecond } from './same-second.ts';
import { record, type Upload } from './upload.ts';

/** What decides an upload beside its file, with the feature order that the ledger only refers to. */
export type ReceivedBasis = UploadBasis & { readonly featureOrder: readonly string[] | undefined };

/**
 * Records the receipt and everything beside the file that decides the outcome. The champion may change
 * between two deliveries. Without this record, the slower one could put different data under the manifest of
 * the faster one.
 *
 * @throws ClassifierError when the champion's schema is gone or damaged
 */
export async function receive(upload: Upload, deps: IngestDependencies): Promise<ReceivedBasis> {
  const { model } = upload;
  const { champion } = await findChampion(deps.table, model);
  const basis = await frozenBasis(upload, champion?.version ?? null, deps);
  return { ...basis, featureOrder: await featureOrderOf(model, basis, champion, deps) };
}

async function frozenBasis(
  upload: Upload,
  champion: number | null,
  deps: IngestDependencies,
): Promise<UploadBasis> {
  const label = upload.facts.metadata.label;
  const basis: UploadBasis = {
    contract_version_id: upload.contract?.version_id ?? null,
    champion,
    ...(await sameSecond(upload, deps)),
    ...(label ? { label: metadataText(label) } : {}),
    ...(upload.appliedAt === undefined ? {} : { applied_at: upload.appliedAt }),
  };
  if (await record(deps, upload, upload.source.uploaded_at, { status: 'received', basis })) return basis;
  // The upload is further along already. But when another delivery found the object deleted, it recorded
  // no basis.
  return await freezeBasis(deps.table, { model: upload.model, upload_id: upload.id }, basis);
}

/**
 * The order of features of the champion that the basis names; undefined without one. Later uploads keep the
 * order, so that requests with arrays keep their meaning.
 *
 * @param known the champion now, which the basis of an earlier delivery need not name
 */
async function featureOrderOf(
  model: string,
  { champion, feature_order: held }: UploadBasis,
  known: VersionEntry | undefined,
  { s3, table, modelsBucket }: IngestDependencies,
): Promise<readonly string[] | undefined> {
  if (held) return held;
  if (champion == null) return undefined;
  const entry = known?.version === champion ? known : await championEntry(table, model, champion);
  return await orderOfVersion(s3, modelsBucket, entry);
}
