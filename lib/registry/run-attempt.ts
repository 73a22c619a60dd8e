import { ClassifierError } from '../errors.ts';
import { oneLine } from '../text-safety.ts';
import {
  attemptsAt,
  beginAttempt,
  failAttempt,
  failureWords,
  isInProgress,
  MAX_ATTEMPTS,
  type Task,
} from './attempts.ts';
import type { RegistryTable } from './table.ts';

export interface AttemptDependencies {
  readonly table: RegistryTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How often one piece of work is begun; MAX_ATTEMPTS when left out. */
  readonly maxAttempts?: number | undefined;
}

/** What became of work that is not begun again. */
export interface NotBegun {
  /** It failed for good; it was done before; or the last attempt at it may still be in progress. */
  readonly kind: 'failed' | 'done_before' | 'in_progress';
}

/** Work that can be repeated. */
export interface RepeatableWork<Outcome> {
  readonly work: () => Promise<Outcome>;
  /** Whether an attempt did the work already, though it may not have been able to say so. */
  readonly isDone: () => Promise<boolean>;
  /** Records that it failed for good, with the reason. */
  readonly recordFailed: (detail: string) => Promise<void>;
}

/**
 * Runs work as one of a bounded number of attempts. When the last of them has failed, the work has failed for
 * good and is never begun again.
 *
 * @throws what the work throws, after it was recorded
 */
export async function runAttempt<Outcome>(
  task: Task,
  repeatable: RepeatableWork<Outcome>,
  deps: AttemptDependencies,
): Promise<Outcome | NotBegun> {
  const { table, now, maxAttempts = MAX_ATTEMPTS } = deps;
  const attempt = await beginAttempt(table, task, now(), maxAttempts);
  if (attempt === undefined) return await settle(task, repeatable, deps);
  try {
    return await repeatable.work();
  } catch (error) {
    await noteFailure({ task, attempt, error }, repeatable, deps);
    throw error;
  }
}

async function noteFailure(
  { task, attempt, error }: { readonly task: Task; readonly attempt: string; readonly error: unknown },
  { isDone, recordFailed }: Omit<RepeatableWork<unknown>, 'work'>,
  { table, now, maxAttempts = MAX_ATTEMPTS }: AttemptDependencies,
): Promise<void> {
  try {
    const attempts = await failAttempt(table, task, attempt, reasonOf(error));
    const isLast = attempts.begun.size >= maxAttempts && !isInProgress(attempts, now());
    if (isLast && !(await isDone())) await recordFailed(failureWords(task, attempts));
  } catch (ledgerError) {
    throw new AggregateError([error, ledgerError], 'an attempt failed, and the ledger could not be told');
  }
}

/** The attempts are used up. Housekeeping looks again when the last of them can no longer be in progress. */
async function settle(
  task: Task,
  { isDone, recordFailed }: Omit<RepeatableWork<unknown>, 'work'>,
  { table, now }: AttemptDependencies,
): Promise<NotBegun> {
  if (await isDone()) return { kind: 'done_before' };
  const attempts = await attemptsAt(table, task);
  if (isInProgress(attempts, now())) return { kind: 'in_progress' };
  await recordFailed(failureWords(task, attempts));
  return { kind: 'failed' };
}

const MAX_REASON_LENGTH = 400;

/**
 * What failed, for people who may read the state of a model, but not the logs. The texts of AWS hold accounts
 * and roles, so that only the names of its errors are shown.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return oneLine(String(error), MAX_REASON_LENGTH);
  if (!(error instanceof ClassifierError) && '$metadata' in error) return `AWS answered ${error.name}`;
  return oneLine(error.message || error.name, MAX_REASON_LENGTH);
}
