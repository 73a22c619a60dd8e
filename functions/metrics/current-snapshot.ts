import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from '../../lib/http/problem.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import { yearOf } from '../../lib/telemetry/yearly-totals.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';

export interface CurrentSnapshotDependencies {
  readonly store: SnapshotStore;
  /** Reads CloudWatch and the registry. */
  readonly take: (before: Snapshot | undefined, nowMs: number) => Promise<Snapshot>;
  readonly refreshSeconds: number;
  /** How long the very first scrape may wait for another instance that is taking the first snapshot. */
  readonly firstWaitMs: number;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const RETRY_SECONDS = 15;
const LOOK_AGAIN_MS = 200;

/**
 * The snapshot that all instances serve. It is refreshed first when that is due and no other instance does
 * it. While it cannot be refreshed, the last one is served: its age shows that.
 *
 * @throws HttpError 503 `no_snapshot` when there is none, or when its table is out of reach: a total that one
 *   instance remembers may be lower than one that another instance served, and Prometheus would take that for
 *   a reset
 */
export async function currentSnapshot(deps: CurrentSnapshotDependencies): Promise<Snapshot> {
  const { store, now, refreshSeconds } = deps;
  try {
    const stored = await store.read();
    if (stored && !isDue(stored.snapshot, now(), refreshSeconds)) return stored.snapshot;
    if (await store.claim(now(), refreshSeconds)) await refresh(stored, deps);
    else if (stored) return stored.snapshot;
    const found = await storedSoon(deps);
    if (found) return found;
  } catch (error) {
    throw unavailable('The snapshot of all metrics cannot be read at the moment.', error);
  }
  throw unavailable('There is no snapshot of the metrics yet: CloudWatch could not be read.');
}

/** A snapshot of a past year is due at once. A clock that is behind must not bring the old year back. */
function isDue({ takenMs, year }: Snapshot, nowMs: number, refreshSeconds: number): boolean {
  const current = yearOf(nowMs);
  return current > year || (current === year && nowMs - takenMs >= refreshSeconds * 1000);
}

async function refresh(
  stored: StoredSnapshot | undefined,
  { store, take, logger, now }: CurrentSnapshotDependencies,
): Promise<void> {
  try {
    // When another snapshot was stored meanwhile, that one is served.
    await store.replace(stored, await take(stored?.snapshot, now()));
  } catch (error) {
    logger.error('the metrics could not be refreshed', error as Error);
  }
}

async function storedSoon({
  store,
  firstWaitMs,
}: CurrentSnapshotDependencies): Promise<Snapshot | undefined> {
  const startedMs = performance.now();
  for (;;) {
    const stored = await store.read();
    if (stored) return stored.snapshot;
    if (performance.now() - startedMs >= firstWaitMs) return undefined;
    await sleep(LOOK_AGAIN_MS);
  }
}

function unavailable(message: string, cause?: unknown): HttpError {
  return new HttpError(503, 'no_snapshot', `${message} Scrape again.`, {
    headers: { 'retry-after': String(RETRY_SECONDS) },
    ...(cause === undefined ? {} : { cause }),
  });
}
