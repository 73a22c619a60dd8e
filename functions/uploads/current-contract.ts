import { parseContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import type { ContractAnswer } from '../../lib/http/schemas/uploads-api.ts';
import { CONTRACT_NAME, rawKeyFor } from '../../lib/names.ts';
import { contractBytes } from '../../lib/storage/contract-bytes.ts';
import { headObject } from '../../lib/storage/objects.ts';
import type { UploadsDependencies } from './dependencies.ts';

const NONE = { version_id: null, updated_at: null, text: null, contract: null, fault: null };

/** The contract of a model, as it lies in the raw bucket, also of a model that does not exist yet. */
export async function currentContract(
  model: string,
  { s3, rawBucket: bucket }: Pick<UploadsDependencies, 's3' | 'rawBucket'>,
): Promise<ContractAnswer> {
  const key = rawKeyFor(model, CONTRACT_NAME);
  const facts = await headObject(s3, { bucket, key });
  const bytes = facts && (await contractBytes(s3, { bucket, key, versionId: facts.versionId }));
  if (!bytes) return { model, key, ...NONE };
  return {
    model,
    key,
    version_id: facts.versionId ?? null,
    updated_at: facts.lastModified,
    text: bytes.toString('utf8'),
    ...judged(bytes),
  };
}

function judged(bytes: Buffer): Pick<ContractAnswer, 'contract' | 'fault'> {
  try {
    return { contract: { ...parseContract(bytes) }, fault: null };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    const { code, message, line, fix } = error;
    return { contract: null, fault: { code, message, line: line ?? null, fix: fix ?? null } };
  }
}
