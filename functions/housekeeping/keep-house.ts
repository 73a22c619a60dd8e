import type { Logger } from '../../lib/telemetry/logger.ts';
import type { ReconcileReport } from './reconcile.ts';
import type { RetentionReport } from './retention.ts';

export interface HousekeepingReport {
  readonly reconciled: ReconcileReport;
  readonly retained: RetentionReport;
}

/**
 * Runs both chores, one after the other. A failed chore does not stop the other one. The invocation fails at
 * the end, so that it is retried and raises the alarm.
 *
 * @throws what the failed chore threw, or an AggregateError when both failed
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
