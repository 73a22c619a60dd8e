import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../lib/freshness.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import { yearOf } from '../../lib/telemetry/yearly-totals.ts';
import { Sighting } from './sighting.ts';
import type { Snapshot } from './snapshot.ts';
import { firstClaimOf, type SnapshotStore, type StoredSnapshot } from './snapshot-store.ts';

export interface CurrentSnapshotDependencies {
  readonly store: SnapshotStore;
  /** Reads CloudWatch and the registry. */
  readonly take: (before: Snapshot | undefined, nowMs: number) => Promise<Snapshot>;
  readonly refreshSeconds: number;
  /** How long the very first scrape may wait for another instance that is taking the first snapshot. */
  readonly firstWaitMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

const RETRY_SECONDS = 15;
const LOOK_AGAIN_MS = 200;

/**
 * The snapshot that all instances serve. It is refreshed first when that is due and no other instance does
 * it. While it cannot be refreshed, the last one is served: its age shows that.
 *
 * It is due when its age says so, when it was taken in a time to come, or when this instance has seen no
 * other for long enough. A claim is over when it has not changed for as long. So no wall clock, of this
 * instance or of another one, keeps an old snapshot in use.
 */
export class CurrentSnapshot {
  readonly #deps: CurrentSnapshotDependencies;
  readonly #revision = new Sighting();
  readonly #claimed = new Sighting();

  constructor(deps: CurrentSnapshotDependencies) {
    this.#deps = deps;
  }

  /**
   * @throws HttpError 503 `no_snapshot` when there is none, or when its table is out of reach: a total that
   *   one instance remembers may be lower than one that another instance served, and Prometheus would take
   *   that for a reset
   */
  async get(): Promise<Snapshot> {
    try {
      const found = await this.#current();
      if (found) return found;
    } catch (error) {
      throw unavailable('The snapshot of all metrics cannot be read at the moment.', error);
    }
    throw unavailable('There is no snapshot of the metrics yet: CloudWatch could not be read.');
  }

  async #current(): Promise<Snapshot | undefined> {
    const stored = await this.#deps.store.read();
    if (stored && !this.#isDue(stored)) return stored.snapshot;
    if (await this.#claim(stored?.revision ?? 0)) await this.#refresh(stored);
    else if (stored) return stored.snapshot;
    return await this.#storedSoon();
  }

  #isDue({ revision, snapshot: { takenMs, year } }: StoredSnapshot): boolean {
    const now = this.#deps.clock();
    const isUnchanged = this.#revision.isUnchanged(revision, now, this.#intervalMs);
    const current = yearOf(now.wallMs);
    // A snapshot of a past year is due at once. A clock that is behind must not bring the old year back.
    if (current !== year) return current > year;
    // The clocks of two instances differ a little, so a snapshot may be from the next moment.
    const ageMs = now.wallMs - takenMs;
    return isUnchanged || ageMs >= this.#intervalMs || ageMs <= -this.#intervalMs;
  }

  async #claim(revision: number): Promise<boolean> {
    const { store, clock } = this.#deps;
    const last = await store.lastClaim();
    if (last < firstClaimOf(revision)) return await store.claim(firstClaimOf(revision));
    return this.#claimed.isUnchanged(last, clock(), this.#intervalMs) && (await store.claim(last + 1));
  }

  get #intervalMs(): number {
    return this.#deps.refreshSeconds * 1000;
  }

  async #refresh(stored: StoredSnapshot | undefined): Promise<void> {
    const { store, take, logger, clock } = this.#deps;
    try {
      // When another snapshot was stored meanwhile, that one is served.
      await store.replace(stored, await take(stored?.snapshot, clock().wallMs));
    } catch (error) {
      logger.error('the metrics could not be refreshed', error as Error);
    }
  }

  async #storedSoon(): Promise<Snapshot | undefined> {
    const { store, firstWaitMs } = this.#deps;
    const startedMs = performance.now();
    for (;;) {
      const stored = await store.read();
      if (stored) return stored.snapshot;
      if (performance.now() - startedMs >= firstWaitMs) return undefined;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

function unavailable(message: string, cause?: unknown): HttpError {
  return new HttpError(503, 'no_snapshot', `${message} Scrape again.`, {
    headers: { 'retry-after': String(RETRY_SECONDS) },
    ...(cause === undefined ? {} : { cause }),
  });
}
