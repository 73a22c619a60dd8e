import type { Executions } from '../aws/executions.ts';
import { type BatchEntry, getBatch, recordBatch } from './batches.ts';
import type { RegistryTable } from './table.ts';

/** The input of an execution of the state machine. It is the same at every start of the same attempt. */
export interface BatchTask {
  readonly model: string;
  readonly batch_id: string;
  readonly attempt: number;
}

export interface ExecutionDependencies {
  readonly table: RegistryTable;
  readonly executions: Executions;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The name of the execution that runs an attempt: the batch id, so that a second start is the first. */
const executionName = ({ batch_id, attempt }: BatchEntry) =>
  attempt === 1 ? batch_id : `${batch_id}-${attempt}`;

/** Starts the execution of a running batch, or finds that it was started. */
export async function startExecution(
  entry: BatchEntry,
  { executions }: ExecutionDependencies,
): Promise<void> {
  const { model, batch_id, attempt } = entry;
  await executions.start(executionName(entry), { model, batch_id, attempt } satisfies BatchTask);
}

/** Between the entry and its execution there is one call. */
const START_GRACE_MS = 120_000;

/**
 * How a batch stands: an execution that ended without telling so, since somebody stopped it or its last step
 * failed, has failed.
 *
 * @returns the entry as it stands now
 */
export async function settledBatch(entry: BatchEntry, deps: ExecutionDependencies): Promise<BatchEntry> {
  if (entry.state !== 'running') return entry;
  const found = await deps.executions.find(executionName(entry));
  const reason = lostReason(found, deps.now() - Date.parse(entry.started_at));
  if (reason === undefined) return entry;
  const failed: BatchEntry = {
    ...entry,
    state: 'failed',
    reason,
    ended_at: new Date(deps.now()).toISOString(),
  };
  if (await recordBatch(deps.table, failed)) return failed;
  // It ended as it should since it was read.
  return (await getBatch(deps.table, entry.model, entry.batch_id)) ?? failed;
}

function lostReason(found: Awaited<ReturnType<Executions['find']>>, ageMs: number): string | undefined {
  if (!found) return ageMs < START_GRACE_MS ? undefined : 'its execution was never started; send it again';
  if (found.status === 'running') return undefined;
  return `its execution ended: ${found.cause ?? 'it told no result'}`;
}
