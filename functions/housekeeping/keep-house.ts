import type { Logger } from '../../lib/telemetry/logger.ts';
import type { ReconcileReport } from './reconcile.ts';
import type { RetentionReport } from './retention.ts';

export interface HousekeepingReport {
  readonly reconciled: ReconcileReport;
  readonly retained: RetentionReport;
}

/**
 * Does one chore after the other. A chore that fails does not keep the other from being done, and fails the invocation at its
 * end, so that it is tried again and raises the alarm.
 *
 * @throws what the failed chore threw, or an AggregateError of both
 */
export async function keepHouse(
  reconcile: () => Promise<ReconcileReport>,
  retain: () => Promise<RetentionReport>,
  logger: Logger,
): Promise<HousekeepingReport> {
  const [reconciled] = await Promise.allSettled([reconcile()]);
  const [retained] = await Promise.allSettled([retain()]);
  if (reconciled.status === 'fulfilled' && retained.status === 'fulfilled')
    return { reconciled: reconciled.value, retained: retained.value };
  const faults = [reconciled, retained].flatMap((chore) =>
    chore.status === 'rejected' ? [chore.reason as Error] : [],
  );
  for (const error of faults) logger.error('a chore failed', { error });
  throw faults.length === 1 ? faults[0] : new AggregateError(faults, 'both chores failed');
}
