import { championEntry, findChampion } from '../../lib/registry/champion.ts';
import { freezeBasis, type UploadBasis } from '../../lib/registry/uploads.ts';
import { featureOrderOf as orderOfVersion } from '../../lib/registry/version-schema.ts';
import { metadataText } from '../../lib/storage/metadata-text.ts';
import type { IngestDependencies } from './dependencies.ts';
import { record, type Upload } from './upload.ts';

/**
 * Records the receipt and everything beside the file that decides the outcome. The champion may change
 * between two deliveries. Without this record, the slower one could put different data under the manifest of
 * the faster one.
 */
export async function receive(upload: Upload, deps: IngestDependencies): Promise<UploadBasis> {
  const label = upload.facts.metadata.label;
  const basis: UploadBasis = {
    contract_version_id: upload.contract?.version_id ?? null,
    champion: (await findChampion(deps.table, upload.model)).champion?.version ?? null,
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
 * @throws ClassifierError when the champion's schema is gone or damaged
 */
export async function featureOrderOf(
  model: string,
  { champion, feature_order: held }: UploadBasis,
  { s3, table, modelsBucket }: IngestDependencies,
): Promise<readonly string[] | undefined> {
  if (held) return held;
  if (champion == null) return undefined;
  return await orderOfVersion(s3, modelsBucket, await championEntry(table, model, champion));
}
