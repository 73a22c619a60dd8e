import { randomUUID } from 'node:crypto';
import { ClassifierError } from '../../errors.ts';
import type { InvocationResult } from './function-definition.ts';
import { LambdaHostClosedError } from './lambda-errors.ts';

/** The LevelDB database or sublevel of text that holds the queue. */
export interface QueueDatabase {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  del(key: string): Promise<void>;
  iterator(): AsyncIterable<[string, string]>;
}

/** A stored event. */
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
  /** The next attempt is not made before this wall-clock time. */
  readonly notBeforeMs: number;
}

/** The handlers and limits of the queue. */
export interface QueueOptions {
  readonly database: QueueDatabase;
  /** The delay before each retry. The length of the list is the number of retries. */
  readonly retryDelaysMs: readonly number[];
  /** The maximum number of concurrent events of each function. */
  readonly concurrency: ReadonlyMap<string, number>;
  readonly now: () => number;
  run(event: QueuedEvent): Promise<InvocationResult>;
  /** Takes an event without attempts left. The event leaves the queue when this resolves. */
  deadLetter(event: QueuedEvent, result: InvocationResult): Promise<void>;
  onError(error: unknown): void;
  /** Called whenever an event has left the queue. */
  onLeft(): void;
}

/** The part of an event that is kept in memory. Payloads stay in the database until they run. */
interface Entry {
  readonly key: string;
  readonly functionName: string;
  readonly sequence: number;
  notBeforeMs: number;
  stored: Promise<void>;
}

interface FunctionQueue {
  readonly concurrency: number;
  readonly ready: Entry[];
  running: number;
}

/**
 * The durable queue of asynchronous invocations. An event is in the database before it is accepted, and
 * leaves it after it has succeeded or became a dead letter. Delivery is at least once, as in Lambda: an event
 * that ran when the supervisor was killed runs again. LevelDB passes its log to the kernel on every put, so a
 * kill of this process does not lose it.
 */
export class EventQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #queues: ReadonlyMap<string, FunctionQueue>;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #nextSequence = 1;
  #started = false;
  #stopped = false;

  private constructor(options: QueueOptions) {
    this.#options = options;
    const queues = [...options.concurrency].map(([name, concurrency]): [string, FunctionQueue] => [
      name,
      { concurrency, ready: [], running: 0 },
    ]);
    this.#queues = new Map(queues);
  }

  /**
   * Opens the queue with the events of an earlier process, in the order of arrival. Nothing runs before
   * start().
   */
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

  /** Starts to run events. */
  start(): void {
    this.#started = true;
    for (const [functionName, queue] of this.#queues) this.#dispatch(functionName, queue);
  }

  /**
   * Resolves once the event is stored. While an event of the same function and id waits or runs, nothing is
   * added.
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

  /**
   * Stops running events and waits until events in progress no longer use the database. Events stay queued.
   */
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
      if (!this.#queues.has(functionName)) throw new Error(`there is no function ${functionName} any more`);
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
    const queue = this.#queues.get(entry.functionName);
    if (queue === undefined) return;
    queue.ready.push(entry);
    this.#dispatch(entry.functionName, queue);
  }

  #dispatch(functionName: string, queue: FunctionQueue): void {
    while (this.#started && !this.#stopped && queue.running < queue.concurrency) {
      const entry = queue.ready.shift();
      if (entry === undefined) return;
      queue.running++;
      const attempt = this.#attempt(entry)
        .catch((error) => this.#failed(entry, error))
        .finally(() => {
          this.#running.delete(attempt);
          queue.running--;
          this.#dispatch(functionName, queue);
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
    else await this.#retryOrDeadLetter(entry, { ...event, attempts: event.attempts + 1 }, result);
  }

  async #retryOrDeadLetter(entry: Entry, event: QueuedEvent, result: InvocationResult): Promise<void> {
    const { retryDelaysMs, database, now, deadLetter } = this.#options;
    const delayMs = retryDelaysMs[event.attempts - 1];
    if (delayMs === undefined) {
      await deadLetter(event, result);
      return await this.#leave(entry);
    }
    entry.notBeforeMs = now() + delayMs;
    await database.put(entry.key, JSON.stringify({ ...event, notBeforeMs: entry.notBeforeMs }));
    if (!this.#stopped) this.#schedule(entry);
  }

  /**
   * Gives the event up in this process; its record stays in the database for the next start. While the queue
   * stops, this is no fault.
   */
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
