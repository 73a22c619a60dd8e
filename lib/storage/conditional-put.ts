import { setTimeout as sleep } from 'node:timers/promises';
import {
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

/**
 * Pauses before further attempts, in milliseconds. S3 answers 409 while another write of the same key, or its
 * deletion, is in progress: that is over within a moment.
 */
const PAUSES_MS = [50, 100, 200, 400, 800];

/**
 * Sends a write with a condition, again while S3 cannot say yet whether the condition holds. The SDK itself
 * takes a 409 for final. Source: "Conditional writes", Amazon S3 User Guide.
 *
 * @throws S3's error, the last one after several conflicts
 */
export async function putOnCondition(
  s3: S3Client,
  input: PutObjectCommandInput & ({ readonly IfNoneMatch: string } | { readonly IfMatch: string }),
): Promise<void> {
  for (const pauseMs of PAUSES_MS) {
    try {
      await s3.send(new PutObjectCommand(input));
      return;
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
    }
    await sleep(pauseMs);
  }
  await s3.send(new PutObjectCommand(input));
}

/** The status of S3's answer; undefined for any other error. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
