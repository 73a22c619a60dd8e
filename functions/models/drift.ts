import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type DriftAnswer, driftReport } from '../../lib/http/schemas/drift.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { requireModel } from './path.ts';

interface DriftDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly predictionsBucket: string;
}

/**
 * The newest comparison of a model's predictions with its training data.
 *
 * @throws HttpError 404 for an unknown model
 */
export async function newestDrift(
  model: string,
  { s3, table, predictionsBucket: bucket }: DriftDependencies,
): Promise<DriftAnswer> {
  await requireModel(table, model);
  const bytes = await readObject(s3, { bucket, key: `${model}/drift/latest.json` });
  if (!bytes) return { model, report: null };
  return { model, report: z.parse(driftReport, JSON.parse(Buffer.from(bytes).toString('utf8'))) };
}
