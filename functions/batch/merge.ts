import * as z from 'zod/mini';
import type { BatchPlan, BatchRefusal } from '../../lib/batch/batch-plan.ts';
import { batchReport } from '../../lib/batch/batch-report.ts';
import { LotTally } from '../../lib/batch/lot-tally.ts';
import { parquetColumns } from '../../lib/batch/parquet-predictions.ts';
import { refusalWords } from '../../lib/dataset/refusal-words.ts';
import { baselineKey, driftBaseline } from '../../lib/drift/drift-baseline.ts';
import type { BatchTask } from '../../lib/registry/batch-execution.ts';
import type { BatchEntry } from '../../lib/registry/batches.ts';
import { batchKeys, finishedLot } from '../../lib/storage/batch-keys.ts';
import { type JoinedPiece, joinObjects } from '../../lib/storage/join-objects.ts';
import { listKeys } from '../../lib/storage/object-keys.ts';
import { headObject, putObject, readObject } from '../../lib/storage/objects.ts';
import { BatchFailure } from './batch-failure.ts';
import type { BatchDependencies } from './dependencies.ts';
import { type LotResult, lotResult } from './lot-result.ts';
import { modelOfBatch } from './model-of-batch.ts';
import { parquetPieces } from './parquet-pieces.ts';
import { readPlan } from './plan.ts';
import { CSV_TYPE, RESULT_TYPES } from './result-types.ts';
import { endBatch, runningBatch } from './running-batch.ts';

export interface MergeOutcome {
  readonly outcome: 'merged' | 'refused';
}

/**
 * Makes the results of the lots' parts, once all of them are there. What an interpreter of the state machine
 * made of a failed lot does not matter here: a part that is missing is found.
 */
export async function mergeBatch(task: BatchTask, deps: BatchDependencies): Promise<MergeOutcome> {
  const entry = await runningBatch(task, deps);
  const [plan, model] = await Promise.all([readPlan(task, deps), modelOfBatch(entry, deps)]);
  if (!plan) throw new BatchFailure('the batch has no plan');
  const keys = batchKeys(task.model, task.batch_id);
  const tally = new LotTally(model);
  const predictions: JoinedPiece[] = [];
  const rejects: JoinedPiece[] = [];
  for (const [index, key] of (await finishedKeys(plan, task, deps)).entries()) {
    const result = await readResult(key, deps);
    if (result.kind === 'refused') return await refuse(entry, result.refusal, deps);
    tally.addLot(result.counts);
    const lot = keys.lot(index);
    predictions.push({ key: lot.predictions(entry.format), sizeBytes: result.predictions_bytes });
    rejects.push({ key: lot.rejects, sizeBytes: result.rejects_bytes });
  }
  if (plan.fault) return await refuse(entry, plan.fault, deps);
  checkRows(plan, tally);
  const bucket = deps.resultsBucket;
  const report = batchReport(model, tally, await baselineOf(entry, deps), sourceOf(entry));
  const joined =
    entry.format === 'parquet'
      ? await parquetPieces(predictions, parquetColumns(model, plan.header.names, entry), keys.footer, deps)
      : predictions;
  await join(keys.predictions(entry.format), joined, RESULT_TYPES[entry.format], deps);
  await join(keys.rejects, rejects, CSV_TYPE, deps);
  await putObject(deps.s3, { bucket, key: keys.draftReport }, pretty(report), 'application/json');
  return { outcome: 'merged' };
}

/**
 * The results of all lots, in order.
 *
 * @throws BatchFailure when one is missing, or there twice
 */
async function finishedKeys(
  { lots }: BatchPlan,
  { model, batch_id }: BatchTask,
  { s3, resultsBucket }: BatchDependencies,
): Promise<string[]> {
  const found = new Map<number, string>();
  for await (const key of listKeys(s3, resultsBucket, batchKeys(model, batch_id).finished)) {
    const lot = finishedLot(key);
    if (lot === undefined) continue;
    if (found.has(lot.index))
      throw new BatchFailure(`lot ${lot.index + 1} was predicted twice, with different numbers of rows`);
    found.set(lot.index, key);
  }
  return lots.map(({ line }, index) => {
    const key = found.get(index);
    if (key !== undefined) return key;
    const place = `lot ${index + 1} of ${lots.length}, from line ${line}`;
    throw new BatchFailure(`${place}, has no part; ${found.size} lots have one`);
  });
}

async function readResult(key: string, { s3, resultsBucket }: BatchDependencies): Promise<LotResult> {
  const bytes = await readObject(s3, { bucket: resultsBucket, key });
  if (!bytes) throw new BatchFailure(`${key} was deleted before it was read`);
  return z.parse(lotResult, JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** Rows in are rows out: the pass over the file counted its records before any of them was read. */
function checkRows({ lots, header }: BatchPlan, tally: LotTally): void {
  const { rows, blanks } = tally.counts;
  const records = lots.reduce((sum, lot) => sum + lot.records, 0) - (header.isFirstRecord ? 1 : 0);
  if (records !== rows + blanks)
    throw new BatchFailure(`the file has ${records} records, but the parts have ${rows + blanks}`);
}

async function join(
  key: string,
  pieces: readonly JoinedPiece[],
  contentType: string,
  { s3, resultsBucket: bucket }: BatchDependencies,
): Promise<void> {
  await joinObjects(s3, { bucket, key }, pieces, contentType);
  const expected = pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const written = await headObject(s3, { bucket, key });
  if (written?.sizeBytes !== expected)
    throw new Error(`${key}: expected ${expected} bytes, got ${written?.sizeBytes ?? 'no object'}`);
}

async function refuse(
  entry: BatchEntry,
  refusal: BatchRefusal,
  deps: BatchDependencies,
): Promise<MergeOutcome> {
  const reason = refusalWords(refusal);
  await endBatch(entry, { state: 'refused', reason }, `refused: ${reason}`, deps);
  return { outcome: 'refused' };
}

async function baselineOf({ model, artifact_sha256 }: BatchEntry, { s3, modelsBucket }: BatchDependencies) {
  const key = baselineKey(model, artifact_sha256 ?? '');
  const bytes = await readObject(s3, { bucket: modelsBucket, key });
  return bytes && z.parse(driftBaseline, JSON.parse(Buffer.from(bytes).toString('utf8')));
}

const sourceOf = ({
  model,
  batch_id,
  key,
  version_id,
  size_bytes,
  version,
  artifact_sha256,
}: BatchEntry) => ({
  model,
  batch_id,
  input: { key, version_id, size_bytes },
  version,
  artifact_sha256,
});

/** JSON for people to read. Every merge writes the same bytes. */
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
