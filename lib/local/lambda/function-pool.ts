import {
  type EnvironmentOwner,
  type EnvironmentSettings,
  ExecutionEnvironment,
  type FailureOf,
} from './execution-environment.ts';
import type { FunctionDefinition, InvocationResult } from './function-definition.ts';
import type { FunctionMetrics } from './function-metrics.ts';
import { type Invocation, type LogTail, traceHeader } from './invocation.ts';
import { LambdaHostClosedError, TooManyRequestsError } from './lambda-errors.ts';

/** A pool's callbacks of its host. */
export interface PoolOwner {
  readonly settings: EnvironmentSettings;
  readonly busyWait: BusyWait;
  readonly metrics: FunctionMetrics;
  environmentAdded(environment: ExecutionEnvironment): void;
  environmentRemoved(environment: ExecutionEnvironment): void;
  /** An invocation has ended. */
  settled(): void;
}

/**
 * When an invocation should wait for a busy environment and not take another one. Each additional process
 * finds the processor's caches full of the other processes' data.
 */
export interface BusyWait {
  /** The number of environments that work or start, from which on invocations wait. */
  readonly minWorking: number;
  /** The longest wait. */
  readonly maxWaitMs: number;
}

/** A client holds a connection and a body for each; more are refused at once. */
const MAX_QUEUED = 10_000;

export interface InvocationRequest {
  readonly requestId: string;
  readonly payload: string;
  /** How long it may wait for its turn at the concurrency cap: 0 refuses it there, as Lambda does. */
  readonly maxQueueMs: number;
  readonly logTail?: LogTail;
}

/**
 * The execution environments of one function: at most maxConcurrency of them, started on demand. The most
 * recently used one is used first, so that environments that are no longer needed become idle and end.
 */
export class FunctionPool implements EnvironmentOwner {
  readonly definition: FunctionDefinition;
  readonly #owner: PoolOwner;
  readonly #environments = new Set<ExecutionEnvironment>();
  /** A stack. Its top was used last. */
  readonly #idle: ExecutionEnvironment[] = [];
  /**
   * Admitted invocations that wait for an environment that starts or finishes. Never more than these can
   * serve.
   */
  readonly #waiting: Invocation[] = [];
  /** Admitted invocations that wait for a busy environment, with the timer that ends the wait. */
  readonly #waitingForBusy = new Map<Invocation, NodeJS.Timeout>();
  /** Invocations that wait for a place below the cap, first come first served, with the timer of each. */
  readonly #queued = new Map<Invocation, NodeJS.Timeout | undefined>();
  #active = 0;
  #closed = false;

  constructor(definition: FunctionDefinition, owner: PoolOwner) {
    this.definition = definition;
    this.#owner = owner;
  }

  /** Invocations that run or wait. */
  get pending(): number {
    return this.#active + this.#queued.size;
  }

  /** Environments that run an invocation now. */
  busy(): ExecutionEnvironment[] {
    return [...this.#environments].filter(({ state }) => state !== 'idle');
  }

  /**
   * Runs the function once and resolves with its result, failed or not.
   *
   * @throws TooManyRequestsError at the cap, once it has waited as long as it may
   * @throws LambdaHostClosedError when the pool closes in the meantime
   */
  invoke(request: InvocationRequest): Promise<InvocationResult> {
    if (this.#closed) return Promise.reject(new LambdaHostClosedError(`function ${this.definition.name}`));
    const atCap = this.#active >= this.definition.maxConcurrency;
    const { maxQueueMs } = request;
    if (atCap && maxQueueMs === 0) return Promise.reject(this.#throttled());
    if (atCap && this.#queued.size >= MAX_QUEUED)
      return Promise.reject(this.#throttled(`${MAX_QUEUED} more wait`));
    return new Promise((resolve, reject) => {
      const invocation = this.#invocation(request, resolve, reject);
      if (atCap) this.#queue(invocation, maxQueueMs);
      else this.#admit(invocation);
    });
  }

  ready(environment: ExecutionEnvironment): void {
    const invocation = this.#waiting.shift() ?? this.#takeLongestWaiting();
    if (invocation === undefined) this.#idle.push(environment);
    else environment.run(invocation);
  }

  settled(): void {
    this.#active--;
    const invocation = this.#closed ? undefined : this.#takeQueued();
    if (invocation !== undefined) this.#admit(invocation);
    this.#owner.settled();
  }

  gone(environment: ExecutionEnvironment, failure: FailureOf | undefined): void {
    this.#environments.delete(environment);
    this.#owner.environmentRemoved(environment);
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
    if (failure !== undefined) this.#failOne(failure);
    this.#startMissing();
  }

  /** Ends environments that have been idle since before `idleBeforeMs` of the monotonic clock. */
  endIdle(idleBeforeMs: number, graceMs: number): Promise<unknown> {
    const old = this.#idle.filter(({ idleSinceMs }) => idleSinceMs < idleBeforeMs);
    return Promise.all(old.map((environment) => environment.stop(graceMs)));
  }

  /** Refuses waiting invocations, stops running ones, and ends every process. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const closed = new LambdaHostClosedError(`function ${this.definition.name}`);
    for (let queued = this.#takeQueued(); queued !== undefined; queued = this.#takeQueued())
      queued.abandon(closed);
    const delayed = [...this.#waitingForBusy.keys()];
    for (const invocation of delayed) this.#stopWaiting(invocation);
    for (const invocation of [...this.#waiting.splice(0), ...delayed]) {
      this.#active--;
      invocation.abandon(closed);
    }
    await Promise.all([...this.#environments].map((environment) => environment.stop(graceMs)));
  }

  #queue(invocation: Invocation, maxQueueMs: number): void {
    const giveUp = () => {
      this.#queued.delete(invocation);
      invocation.abandon(this.#throttled(`this one waited ${maxQueueMs / 1000} s for its turn`));
      this.#owner.settled();
    };
    const timer = Number.isFinite(maxQueueMs) ? setTimeout(giveUp, maxQueueMs) : undefined;
    this.#queued.set(invocation, timer);
  }

  /** Takes the invocation that has waited longest for a place below the cap out of the queue. */
  #takeQueued(): Invocation | undefined {
    for (const [invocation, timer] of this.#queued) {
      clearTimeout(timer);
      this.#queued.delete(invocation);
      return invocation;
    }
    return undefined;
  }

  #admit(invocation: Invocation): void {
    this.#active++;
    const { minWorking, maxWaitMs } = this.#owner.busyWait;
    const working = this.#environments.size - this.#idle.length;
    if (working < minWorking) this.#place(invocation);
    else {
      const timer = setTimeout(() => {
        this.#stopWaiting(invocation);
        this.#place(invocation);
      }, maxWaitMs);
      this.#waitingForBusy.set(invocation, timer);
    }
  }

  #place(invocation: Invocation): void {
    const environment = this.#idle.pop();
    if (environment === undefined) {
      this.#waiting.push(invocation);
      this.#startMissing();
    } else environment.run(invocation);
  }

  /** Takes the invocation that has waited longest for a busy environment out of the waiting list. */
  #takeLongestWaiting(): Invocation | undefined {
    for (const invocation of this.#waitingForBusy.keys()) {
      this.#stopWaiting(invocation);
      return invocation;
    }
    return undefined;
  }

  #stopWaiting(invocation: Invocation): void {
    clearTimeout(this.#waitingForBusy.get(invocation));
    this.#waitingForBusy.delete(invocation);
  }

  /**
   * Starts one environment for each waiting invocation. There is always room: waiting + busy = active <= the
   * cap. So when the number of environments reaches the cap, enough of them are starting or finishing to
   * serve every waiting invocation.
   */
  #startMissing(): void {
    if (this.#closed) return;
    const coming = [...this.#environments].filter(
      ({ state }) => state === 'starting' || state === 'finishing',
    );
    const room = this.definition.maxConcurrency - this.#environments.size;
    const count = Math.min(this.#waiting.length - coming.length, room);
    for (let started = 0; started < count; started++) this.#start();
  }

  #start(): void {
    const environment = new ExecutionEnvironment(this.definition, this.#owner.settings, this);
    this.#environments.add(environment);
    this.#owner.environmentAdded(environment);
  }

  /** A failed start fails the request that has waited longest, because the environment was started for it. */
  #failOne(failure: FailureOf): void {
    const invocation = this.#waiting.shift();
    if (invocation === undefined) return;
    invocation.settle(failure(invocation.requestId));
    this.settled();
  }

  /** @param queue what became of the queue, when there is one */
  #throttled(queue?: string): TooManyRequestsError {
    const { name, maxConcurrency } = this.definition;
    this.#owner.metrics.throttle(name);
    if (queue === undefined) return new TooManyRequestsError();
    return new TooManyRequestsError(
      `${maxConcurrency} calls of ${name} run at once, and ${queue}: send fewer at once, or raise --concurrency`,
    );
  }

  #invocation(
    { requestId, payload, logTail }: InvocationRequest,
    resolve: (result: InvocationResult) => void,
    reject: (error: Error) => void,
  ): Invocation {
    const invocation: Invocation = {
      requestId,
      payload,
      traceId: traceHeader(this.#owner.settings.now()),
      ...(logTail ? { logTail } : {}),
      settle: (result) => {
        this.#observe(invocation, result);
        resolve(result);
      },
      abandon: reject,
    };
    return invocation;
  }

  #observe({ startedMs }: Invocation, { functionError }: InvocationResult): void {
    const durationMs = startedMs === undefined ? 0 : performance.now() - startedMs;
    this.#owner.metrics.invocation(this.definition.name, functionError !== undefined, durationMs);
  }
}
