import type { Executions } from '../../lib/aws/executions.ts';
import { startTraining } from '../../lib/aws/training-executions.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Manifest } from '../../lib/dataset/manifest.ts';
import { TrainingError } from '../../lib/errors.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import { createdEvent } from '../../lib/storage/created-event.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { headObject } from '../../lib/storage/objects.ts';
import { planTraining, TRAINING_BOUNDS } from '../../lib/training/plan-training.ts';
import { sizeOfManifest } from '../../lib/training/table-size.ts';
import { UNBOUNDED } from '../../lib/training/training-limits.ts';
import type { ChampionDependencies } from './champion.ts';
import type { Planning } from './publish-version.ts';

/**
 * Whether the bounds are the reason that a data set is trained with less than the settings ask for, or not at
 * all.
 */
export function exceedsBounds(manifest: Manifest, { settings, bounds }: Planning): boolean {
  const size = sizeOfManifest(manifest);
  const thinned = (within = bounds) => canonicalJson(planTraining(size, settings, within).thinned);
  try {
    return thinned() !== thinned(UNBOUNDED);
  } catch (error) {
    if (error instanceof TrainingError) return true;
    throw error;
  }
}

/** A training needs so many times the bytes of its artifact, at least: see estimateMemory. */
const MEMORY_PER_FILE_BYTE = 2.4;

/**
 * Whether the champion is larger than any model that could be trained within the bounds. It is scored on the
 * new rows, which would take more memory than there is.
 */
export async function hasLargerChampion(
  model: string,
  { s3, table, modelsBucket: bucket, bounds = TRAINING_BOUNDS }: ChampionDependencies,
): Promise<boolean> {
  const { champion } = await findChampion(table, model);
  if (!champion) return false;
  const facts = await headObject(s3, { bucket, key: champion.artifact_key });
  return MEMORY_PER_FILE_BYTE * (facts?.sizeBytes ?? 0) > bounds.bytes;
}

/**
 * Starts the state machine that trains where the limits are wider. Its input is the event of the manifest,
 * the same whoever delivers it, so that a second start is the first.
 */
export async function handOver(
  { bucket, key }: CreatedObject,
  { upload_id, source }: Manifest,
  executions: Executions,
): Promise<void> {
  await startTraining(executions, upload_id, createdEvent({ bucket, key, createdAt: source.uploaded_at }));
}
