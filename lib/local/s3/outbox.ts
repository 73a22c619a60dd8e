import { setTimeout as delay } from 'node:timers/promises';
import type { S3Database } from './database.ts';
import type { Notification } from './event-record.ts';
import { NOTIFICATIONS, successor } from './index-keys.ts';

/**
 * Enough that slow functions do not delay the others, and few enough that a long backlog does not fill the
 * memory.
 */
const MAX_IN_FLIGHT = 100;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;
/** A notification that is not delivered by then is delivered at the next start. */
const CLOSE_GRACE_MS = 2_000;

export interface OutboxOptions {
  readonly database: S3Database;
  deliver(notification: Notification): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Delivers notifications at least once. An entry is written in the batch that commits its object, and deleted
 * when `deliver` has resolved. Entries that a crash left are delivered at the next start, with the same id.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting: string[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Delivers what an earlier run left. */
  async replay(): Promise<void> {
    const keys: string[] = [];
    const entries = this.#options.database.iterator({ gte: NOTIFICATIONS, lt: successor(NOTIFICATIONS) });
    for await (const [key] of entries) keys.push(key);
    this.enqueue(keys);
  }

  /** Delivers the committed entries at these keys, without making the caller wait. */
  enqueue(keys: readonly string[]): void {
    this.#waiting.push(...keys);
    this.#fill();
  }

  /** Starts no further delivery, and waits a short time for deliveries in progress. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.race([Promise.all(this.#inFlight), delay(CLOSE_GRACE_MS, undefined, { ref: false })]);
    this.#isClosed = true;
  }

  #fill(): void {
    while (this.#inFlight.size < MAX_IN_FLIGHT && !this.#closing.signal.aborted) {
      const key = this.#waiting.shift();
      if (key === undefined) return;
      const delivery = this.#deliverUntilDone(key).finally(() => {
        this.#inFlight.delete(delivery);
        this.#fill();
      });
      this.#inFlight.add(delivery);
    }
  }

  async #deliverUntilDone(key: string): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !this.#closing.signal.aborted; ) {
      try {
        return await this.#deliverOnce(key);
      } catch (error) {
        this.#options.onError(error);
      }
      // This wait fails only when closing ends it early.
      await delay(retryMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => undefined);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }

  async #deliverOnce(key: string): Promise<void> {
    const value = await this.#options.database.get(key);
    if (value === undefined) return;
    await this.#options.deliver(JSON.parse(value) as Notification);
    // The caller closes the database after close(). A delivery that ends later is repeated at the next start.
    if (!this.#isClosed) await this.#options.database.batch([{ type: 'del', key }]);
  }
}
