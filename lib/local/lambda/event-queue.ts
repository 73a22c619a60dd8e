import { randomUUID } from 'node:crypto';
import { ClassifierError } from '../../errors.ts';
import type { InvocationResult } from './function-definition.ts';
import { LambdaHostClosedError } from './lambda-errors.ts';

/** What the queue needs of LevelDB: a database, or a sublevel, of text. */
export interface QueueDatabase {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  del(key: string): Promise<void>;
  iterator(): AsyncIterable<[string, string]>;
}

/** An event as stored. */
export interface QueuedEvent {
  readonly functionName: string;
  /** The same for all attempts, as on Lambda. */
  readonly requestId: string;
  /** JSON text of the event. */
  readonly payload: string;
  /** Order of arrival. */
  readonly sequence: number;
  /** Attempts made. */
  readonly attempts: number;
  /** Wall clock before which the next attempt is not made. */
  readonly notBeforeMs: number;
}

/** What the queue does with events. */
export interface QueueOptions {
  readonly database: QueueDatabase;
  /** How long to wait before each further attempt; its length is the number of retries. */
  readonly retryDelaysMs: readonly number[];
  /** The most events of each function that are run at once. */
  readonly concurrency: ReadonlyMap<string, number>;
  readonly now: () => number;
  run(event: QueuedEvent): Promise<InvocationResult>;
  /** Takes an event whose attempts are used up; it leaves the queue when this resolves. */
  bury(event: QueuedEvent, result: InvocationResult): Promise<void>;
  onError(error: unknown): void;
  /** Called whenever an event has left the queue. */
  onLeft(): void;
}

/** What is kept in memory of each event: the payloads stay in the database until they are run. */
interface Entry {
  readonly key: string;
  readonly functionName: string;
  readonly sequence: number;
  notBeforeMs: number;
  stored: Promise<void>;
}

interface Lane {
  readonly concurrency: number;
  readonly ready: Entry[];
  running: number;
}

/**
 * The durable queue of asynchronous invocations: an event is in the database before it counts as accepted, and leaves
 * it after it has succeeded or has been buried. At least once, as Lambda: what ran when the supervisor was killed runs
 * again. LevelDB's log is handed to the kernel on every put, which a kill of this process does not undo.
 */
export class EventQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #nextSequence = 1;
  #started = false;
  #stopped = false;

  private constructor(options: QueueOptions) {
    this.#options = options;
    const lanes = [...options.concurrency].map(([name, concurrency]): [string, Lane] => [
      name,
      { concurrency, ready: [], running: 0 },
    ]);
    this.#lanes = new Map(lanes);
  }

  /** Opens the queue with what a former process has left in it, in the order of arrival; nothing runs before start(). */
  static async open(options: QueueOptions): Promise<EventQueue> {
    const queue = new EventQueue(options);
    const found: Entry[] = [];
    for await (const [key, value] of options.database.iterator()) {
      const entry = queue.#restored(key, value);
      if (entry !== undefined) found.push(entry);
    }
    found.sort((a, b) => a.sequence - b.sequence);
    queue.#nextSequence = (found.at(-1)?.sequence ?? 0) + 1;
    for (const entry of found) queue.#schedule(entry);
    return queue;
  }

  /** Events that wait or run. */
  get size(): number {
    return this.#entries.size;
  }

  /** Begins to run events. */
  start(): void {
    this.#started = true;
    for (const [functionName, lane] of this.#lanes) this.#dispatch(functionName, lane);
  }

  /**
   * Resolves once the event is stored. While an event of the same function and id is queued or runs, it stands for
   * this one too, and nothing is added.
   */
  async add(functionName: string, payload: string, id: string | undefined): Promise<void> {
    if (this.#stopped) throw new LambdaHostClosedError(`asynchronous event for ${functionName}`);
    const requestId = randomUUID();
    const key = `${functionName}/${id ?? requestId}`;
    const queued = this.#entries.get(key);
    if (queued !== undefined) return await queued.stored;
    const notBeforeMs = this.#options.now();
    const sequence = this.#nextSequence++;
    const event = { functionName, requestId, payload, sequence, attempts: 0, notBeforeMs };
    await this.#insert(key, event);
  }

  /** Stops running events and waits for what is under way to let go of the database. Events stay queued. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    const puts = [...this.#entries.values()].map(({ stored }) => stored);
    await Promise.allSettled([...this.#running, ...puts]);
  }

  async #insert(key: string, event: QueuedEvent): Promise<void> {
    const { functionName, sequence, notBeforeMs } = event;
    const stored = this.#options.database.put(key, JSON.stringify(event));
    const entry = { key, functionName, sequence, notBeforeMs, stored };
    this.#entries.set(key, entry);
    try {
      await stored;
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
    this.#schedule(entry);
  }

  #restored(key: string, value: string): Entry | undefined {
    try {
      const { functionName, sequence, notBeforeMs } = parseEvent(value);
      if (!this.#lanes.has(functionName)) throw new Error(`there is no function ${functionName} any more`);
      const entry = { key, functionName, sequence, notBeforeMs, stored: Promise.resolve() };
      this.#entries.set(key, entry);
      return entry;
    } catch (cause) {
      this.#options.onError(unusable(key, cause));
      return undefined;
    }
  }

  #schedule(entry: Entry): void {
    const delayMs = entry.notBeforeMs - this.#options.now();
    if (delayMs <= 0 || this.#stopped) {
      this.#becomeReady(entry);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#becomeReady(entry);
    }, delayMs);
    this.#timers.add(timer);
  }

  #becomeReady(entry: Entry): void {
    const lane = this.#lanes.get(entry.functionName);
    if (lane === undefined) return;
    lane.ready.push(entry);
    this.#dispatch(entry.functionName, lane);
  }

  #dispatch(functionName: string, lane: Lane): void {
    while (this.#started && !this.#stopped && lane.running < lane.concurrency) {
      const entry = lane.ready.shift();
      if (entry === undefined) return;
      lane.running++;
      const attempt = this.#attempt(entry)
        .catch((error) => this.#failed(entry, error))
        .finally(() => {
          this.#running.delete(attempt);
          lane.running--;
          this.#dispatch(functionName, lane);
        });
      this.#running.add(attempt);
    }
  }

  async #attempt(entry: Entry): Promise<void> {
    const { database, run } = this.#options;
    const value = await database.get(entry.key);
    if (value === undefined) throw new Error('its record is gone');
    const event = parseEvent(value);
    const result = await run(event);
    if (result.functionError === undefined) await this.#leave(entry);
    else await this.#retryOrBury(entry, { ...event, attempts: event.attempts + 1 }, result);
  }

  async #retryOrBury(entry: Entry, event: QueuedEvent, result: InvocationResult): Promise<void> {
    const { retryDelaysMs, database, now, bury } = this.#options;
    const delayMs = retryDelaysMs[event.attempts - 1];
    if (delayMs === undefined) {
      await bury(event, result);
      return await this.#leave(entry);
    }
    entry.notBeforeMs = now() + delayMs;
    await database.put(entry.key, JSON.stringify({ ...event, notBeforeMs: entry.notBeforeMs }));
    if (!this.#stopped) this.#schedule(entry);
  }

  /** The record stays for the next start, where closing is no fault at all; here and now the event is given up. */
  #failed(entry: Entry, error: unknown): void {
    if (this.#stopped) return;
    this.#options.onError(unusable(entry.key, error));
    this.#forget(entry);
  }

  async #leave(entry: Entry): Promise<void> {
    await this.#options.database.del(entry.key);
    this.#forget(entry);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#options.onLeft();
  }
}

function parseEvent(value: string): QueuedEvent {
  const event: Partial<QueuedEvent> = JSON.parse(value);
  const { functionName, requestId, payload, sequence, attempts, notBeforeMs } = event;
  const texts = [functionName, requestId, payload].every((field) => typeof field === 'string');
  const numbers = [sequence, attempts, notBeforeMs].every(Number.isFinite);
  if (!texts || !numbers) throw new Error('expected a queued event, got another JSON document');
  return event as QueuedEvent;
}

function unusable(key: string, cause: unknown): ClassifierError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ClassifierError(
    'lambda_event_stuck',
    `queued event ${key}: ${reason}; it is not run now and stays stored for the next start`,
    { cause },
  );
}
