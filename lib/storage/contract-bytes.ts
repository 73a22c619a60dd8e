import type { S3Client } from '@aws-sdk/client-s3';
import { MAX_CONTRACT_BYTES } from '../dataset/understand/contract.ts';
import { headObject, openObject } from './objects.ts';
import type { ObjectLocation } from './sized-object.ts';

/**
 * Returns the bytes that identify a contract: all of them, or enough to see that it is too large. Undefined
 * when the contract is gone.
 */
export async function contractBytes(s3: S3Client, at: ObjectLocation): Promise<Buffer | undefined> {
  const facts = await headObject(s3, at);
  if (!facts) return undefined;
  const to = Math.min(facts.sizeBytes, MAX_CONTRACT_BYTES + 1);
  const body = await openObject(s3, at, { from: 0, to });
  return body && Buffer.concat(await body.toArray());
}
