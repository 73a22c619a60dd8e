import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { uploadId } from '../dataset/manifest.ts';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/**
 * How often one piece of work is begun at most. Lambda begins an event three times; S3 may deliver it twice,
 * and housekeeping starts again what was lost.
 */
export const MAX_ATTEMPTS = 3;

/** How long an attempt can last: Lambda ends an invocation after 900 s. A minute is left for clocks. */
const LONGEST_ATTEMPT_MS = 960_000;

/** What is counted: the reading of one version of a raw object, or the training on one committed upload. */
export interface Task {
  readonly model: string;
  readonly stage: 'ingest' | 'train';
  /** Of the object without a contract when it is read; of the upload when it is trained. */
  readonly id: string;
}

/** The reading of a version of a raw object, under whatever contract. */
export const readingTask = (model: string, key: string, versionId: string | null): Task => ({
  model,
  stage: 'ingest',
  id: uploadId(key, versionId, null),
});

/** The training on an upload. */
export const trainingTask = (model: string, upload: string): Task => ({ model, stage: 'train', id: upload });

const texts = z._default(z.set(z.string()), new Set());

const attemptsItem = z.object({
  /** `<ISO 8601 time> <random id>` of each attempt. */
  begun: texts,
  /** Those of them that failed and said so. An attempt that was killed says nothing. */
  failed: texts,
  /** One for each time that housekeeping started the work again. */
  driven: texts,
  /** Why the last one failed that said so. */
  reason: z.optional(z.string()),
});

/**
 * The attempts at a task: `sk=ATTEMPTS#<stage>#<id>`. An attempt is counted before its work begins, since an
 * invocation that runs out of memory or time cannot count itself afterwards. They are sets, not numbers: a
 * write whose reply was lost is sent again and changes nothing.
 */
export type Attempts = z.infer<typeof attemptsItem>;

const keyOf = ({ model, stage, id }: Task) => ({ pk: modelPartition(model), sk: `ATTEMPTS#${stage}#${id}` });

/** The attempts at a task so far. */
export async function attemptsAt(table: RegistryTable, task: Task): Promise<Attempts> {
  const { pk, sk } = keyOf(task);
  return z.parse(attemptsItem, (await table.get(pk, sk)) ?? {});
}

/**
 * Counts an attempt. Call it before the work begins.
 *
 * @returns the attempt, or undefined when the task was begun `max` times: then it must not be begun
 */
export async function beginAttempt(
  table: RegistryTable,
  task: Task,
  nowMs: number,
  max: number,
): Promise<string | undefined> {
  const attempt = `${new Date(nowMs).toISOString()} ${randomUUID()}`;
  const { pk, sk } = keyOf(task);
  return (await table.addMember(pk, sk, { set: 'begun', member: attempt, max })) ? attempt : undefined;
}

/** Records that an attempt failed, and why. @returns all attempts after it */
export async function failAttempt(
  table: RegistryTable,
  task: Task,
  attempt: string,
  reason: string,
): Promise<Attempts> {
  const { pk, sk } = keyOf(task);
  const change = { set: 'failed', member: attempt, attributes: { reason } };
  return z.parse(attemptsItem, await table.addMember(pk, sk, change));
}

/**
 * Counts that housekeeping starts a task again. Call it before it does. The function may fail before it can
 * count its own attempt.
 */
export async function countDrive(table: RegistryTable, task: Task): Promise<void> {
  const { pk, sk } = keyOf(task);
  await table.addMember(pk, sk, { set: 'driven', member: randomUUID() });
}

/** Whether an attempt may still be in progress. One that was killed counts as such while it could last. */
export function isInProgress({ begun, failed }: Attempts, nowMs: number): boolean {
  const oldestMs = nowMs - LONGEST_ATTEMPT_MS;
  const startedMs = (attempt: string) => Date.parse(attempt.slice(0, attempt.indexOf(' ')));
  return [...begun].some((attempt) => !failed.has(attempt) && startedMs(attempt) >= oldestMs);
}

/** Whether it was begun or started again so often that housekeeping may not start it again. */
export const isUsedUp = ({ begun, driven }: Attempts, maxAttempts = MAX_ATTEMPTS) =>
  Math.max(begun.size, driven.size) >= maxAttempts;

const STAGES = { ingest: 'Reading it', train: 'Training on it' } as const;
const REMEDY = 'Mend the cause, then upload the file again.';

/** Why a task failed, as a sentence for people. */
export function failureWords({ stage }: Pick<Task, 'stage'>, { begun, reason }: Attempts): string {
  const what = STAGES[stage];
  if (begun.size === 0)
    return `${what} was started ${MAX_ATTEMPTS} times and never began: the logs of ${stage} say why. ${REMEDY}`;
  const times = `${what} failed ${begun.size} times`;
  if (reason === undefined)
    return `${times} without a word: it ran out of time or memory, or was killed. ${REMEDY}`;
  return `${times}, the last time with: ${reason.replace(/\.$/, '')}. ${REMEDY}`;
}
