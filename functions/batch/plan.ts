import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type BatchPlan, type BatchRefusal, batchPlan } from '../../lib/batch/batch-plan.ts';
import { type PlannedLots, planTable, type TableRules } from '../../lib/batch/plan-table.ts';
import type { Model } from '../../lib/classifier/model.ts';
import { refusalWords } from '../../lib/dataset/refusal-words.ts';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import { type DatasetContract, parseContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { CONTRACT_NAME, folderOf } from '../../lib/names.ts';
import type { BatchTask } from '../../lib/registry/batch-execution.ts';
import { type BatchEntry, getBatch, noteLots } from '../../lib/registry/batches.ts';
import { batchKeys } from '../../lib/storage/batch-keys.ts';
import { contractBytes } from '../../lib/storage/contract-bytes.ts';
import { type ObjectUpload, startUpload } from '../../lib/storage/object-upload.ts';
import { openObject, putObjectIfAbsent, readObject } from '../../lib/storage/objects.ts';
import type { ObjectLocation } from '../../lib/storage/sized-object.ts';
import { BatchFailure } from './batch-failure.ts';
import type { BatchDependencies } from './dependencies.ts';
import { modelOfBatch } from './model-of-batch.ts';
import { CSV_TYPE } from './result-types.ts';
import { endBatch, runningBatch } from './running-batch.ts';

/** What the state machine goes on with. */
export interface PlanOutcome {
  readonly outcome: 'planned' | 'refused' | 'done';
  /** The lots' numbers: what they are is in plan.json, since a state is small. */
  readonly lots: readonly number[];
  readonly concurrency: number;
}

/** A state takes 256 KB, and so many numbers are a part of that. */
const MAX_LOTS = 1000;
/** Ranges of a large file that are read at once. */
const READERS = 4;

/** Cuts the file of a batch into lots, once: later calls find the plan. */
export async function planBatch(task: BatchTask, deps: BatchDependencies): Promise<PlanOutcome> {
  const { concurrency } = deps;
  const known = await getBatch(deps.table, task.model, task.batch_id);
  // An execution that begins again from its start finds what it came to before.
  if (known?.attempt === task.attempt && known.state !== 'running')
    return { outcome: known.state === 'done' ? 'done' : 'refused', lots: [], concurrency };
  const entry = await runningBatch(task, deps);
  try {
    const plan = (await readPlan(entry, deps)) ?? (await makePlan(entry, deps));
    await noteLots(deps.table, entry, plan.lots.length);
    return { outcome: 'planned', lots: plan.lots.map((_, index) => index), concurrency };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    const reason = refusalWords(error);
    await endBatch(entry, { state: 'refused', reason }, `refused: ${reason}`, deps);
    return { outcome: 'refused', lots: [], concurrency };
  }
}

/** The plan of a batch, or undefined before there is one. */
export async function readPlan(
  { model, batch_id }: BatchTask | BatchEntry,
  { s3, resultsBucket }: Pick<BatchDependencies, 's3' | 'resultsBucket'>,
): Promise<BatchPlan | undefined> {
  const bytes = await readObject(s3, { bucket: resultsBucket, key: batchKeys(model, batch_id).plan });
  return bytes && z.parse(batchPlan, JSON.parse(Buffer.from(bytes).toString('utf8')));
}

async function makePlan(entry: BatchEntry, deps: BatchDependencies): Promise<BatchPlan> {
  const { s3, batchesBucket, resultsBucket, maxFileBytes } = deps;
  const keys = batchKeys(entry.model, entry.batch_id);
  if (entry.size_bytes > maxFileBytes)
    throw new RefusedFileError(
      'size',
      `the file has ${entry.size_bytes} bytes; at most ${maxFileBytes} are read`,
      { fix: 'split it' },
    );
  const [model, contract] = await Promise.all([modelOfBatch(entry, deps), contractOf(entry, deps)]);
  const input = { bucket: batchesBucket, key: entry.key, versionId: entry.version_id ?? undefined };
  const text = { bucket: resultsBucket, key: keys.text };
  const { planned, isWritten } = await cut(
    s3,
    fileOf(s3, input, entry.size_bytes),
    model,
    { contract, choices: entry },
    text,
    deps,
  );
  const plan = planOf(planned, isWritten ? text : input);
  await putObjectIfAbsent(s3, { bucket: resultsBucket, key: keys.plan }, JSON.stringify(plan), JSON_TYPE);
  // Another call may have been first; both found the same.
  return plan;
}

async function cut(
  s3: S3Client,
  file: FileSource,
  model: Model,
  read: TableRules,
  text: ObjectLocation,
  { lotRows }: BatchDependencies,
): Promise<{ planned: PlannedLots; isWritten: boolean }> {
  let written: ObjectUpload | undefined;
  const openText = () => {
    written = startUpload(s3, text, CSV_TYPE);
    return written;
  };
  try {
    const rules = { lotRows, maxLots: MAX_LOTS, readers: READERS };
    const planned = await planTable(file, model, read, openText, rules);
    await written?.finish();
    return { planned, isWritten: planned.isWritten };
  } catch (error) {
    await written?.abort();
    throw error;
  }
}

function planOf(
  { grammar, header, decimal, isMarked, lots, fault }: PlannedLots,
  { bucket, key, versionId }: ObjectLocation,
): BatchPlan {
  return {
    format: 1,
    table: { bucket, key, version_id: versionId ?? null },
    grammar,
    header: { ...header, names: [...header.names] },
    decimal,
    isMarked,
    lots: [...lots],
    fault: fault ? refusalOf(fault) : null,
  };
}

/** What is kept of a refusal. */
export const refusalOf = ({ code, message, line, fix }: RefusedFileError): BatchRefusal => ({
  code,
  message,
  line: line ?? null,
  fix: fix ?? null,
});

async function contractOf(
  { key, contract_version_id }: BatchEntry,
  { s3, batchesBucket }: BatchDependencies,
): Promise<DatasetContract | undefined> {
  if (contract_version_id === null) return undefined;
  const at = { bucket: batchesBucket, key: `${folderOf(key)}${CONTRACT_NAME}` };
  const bytes = await contractBytes(s3, { ...at, versionId: contract_version_id });
  if (!bytes) throw new BatchFailure(`the schema.json of the batch was deleted before it was read`);
  return parseContract(bytes);
}

function fileOf(s3: S3Client, at: ObjectLocation, sizeBytes: number): FileSource {
  return {
    name: at.key,
    sizeBytes,
    async *open(from = 0, to = sizeBytes) {
      yield* objectBytes(s3, at, { from, to });
    },
  };
}

/** The bytes of a range. @throws BatchFailure when the object was deleted */
export async function* objectBytes(
  s3: S3Client,
  at: ObjectLocation,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<Uint8Array> {
  const body = await openObject(s3, at, range);
  if (!body) throw new BatchFailure(`the file ${at.key} was deleted before it was read`);
  try {
    yield* body;
  } finally {
    body.destroy();
  }
}

const JSON_TYPE = 'application/json';
