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

/** What a pool needs of its host. */
export interface PoolOwner {
  readonly settings: EnvironmentSettings;
  readonly crowd: Crowd;
  readonly metrics: FunctionMetrics;
  environmentAdded(environment: ExecutionEnvironment): void;
  environmentRemoved(environment: ExecutionEnvironment): void;
  /** An invocation has ended. */
  settled(): void;
}

/**
 * When an invocation shall rather wait for an environment that works than go to another one: every process that takes part finds the
 * processor's caches full of what the others left.
 */
export interface Crowd {
  /** When so many work or start. */
  readonly size: number;
  /** How long it waits at most. */
  readonly patienceMs: number;
}

/** What one invocation is given. `whenBusy` says what happens at the concurrency cap: be refused, or wait. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly payload: string;
  readonly whenBusy: 'reject' | 'wait';
  readonly logTail?: LogTail;
}

/**
 * The execution environments of one function: at most maxConcurrency of them, started on demand, used again most
 * recently used first, so that those not needed any more become idle and end.
 */
export class FunctionPool implements EnvironmentOwner {
  readonly definition: FunctionDefinition;
  readonly #owner: PoolOwner;
  readonly #environments = new Set<ExecutionEnvironment>();
  /** A stack: the top was used last. */
  readonly #idle: ExecutionEnvironment[] = [];
  /** Admitted, waiting for an environment that starts or finishes. Never more than can be served at once. */
  readonly #waiting: Invocation[] = [];
  /** Admitted, and giving those that work a chance to finish, with what ends its patience. */
  readonly #patient = new Map<Invocation, NodeJS.Timeout>();
  /** Not yet admitted: waiting for a place below the cap. */
  readonly #deferred: Invocation[] = [];
  #active = 0;
  #closed = false;

  constructor(definition: FunctionDefinition, owner: PoolOwner) {
    this.definition = definition;
    this.#owner = owner;
  }

  /** Invocations that run or wait. */
  get pending(): number {
    return this.#active + this.#deferred.length;
  }

  /** Environments that run an invocation now. */
  busy(): ExecutionEnvironment[] {
    return [...this.#environments].filter(({ state }) => state !== 'idle');
  }

  /**
   * Runs the function once and resolves with its result, failed or not.
   *
   * @throws TooManyRequestsError at the cap, when told to reject. @throws LambdaHostClosedError when closed meanwhile.
   */
  invoke(request: InvocationRequest): Promise<InvocationResult> {
    if (this.#closed) return Promise.reject(new LambdaHostClosedError(`function ${this.definition.name}`));
    const atCap = this.#active >= this.definition.maxConcurrency;
    if (atCap && request.whenBusy === 'reject') return Promise.reject(this.#throttle());
    return new Promise((resolve, reject) => {
      const invocation = this.#invocation(request, resolve, reject);
      if (atCap) this.#deferred.push(invocation);
      else this.#admit(invocation);
    });
  }

  ready(environment: ExecutionEnvironment): void {
    const invocation = this.#waiting.shift() ?? this.#mostPatient();
    if (invocation === undefined) this.#idle.push(environment);
    else environment.run(invocation);
  }

  settled(): void {
    this.#active--;
    const invocation = this.#closed ? undefined : this.#deferred.shift();
    if (invocation !== undefined) this.#admit(invocation);
    this.#owner.settled();
  }

  gone(environment: ExecutionEnvironment, failure: FailureOf | undefined): void {
    this.#environments.delete(environment);
    this.#owner.environmentRemoved(environment);
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
    if (failure !== undefined) this.#failOne(failure);
    this.#startWhatIsNeeded();
  }

  /** Ends environments that have been idle since before `idleBeforeMs` of the monotonic clock. */
  endIdle(idleBeforeMs: number, graceMs: number): Promise<unknown> {
    const old = this.#idle.filter(({ idleSinceMs }) => idleSinceMs < idleBeforeMs);
    return Promise.all(old.map((environment) => environment.stop(graceMs)));
  }

  /** Refuses what waits, breaks off what runs, and ends every process. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const closed = new LambdaHostClosedError(`function ${this.definition.name}`);
    for (const invocation of this.#deferred.splice(0)) invocation.abandon(closed);
    const patient = [...this.#patient.keys()];
    for (const invocation of patient) this.#losePatience(invocation);
    for (const invocation of [...this.#waiting.splice(0), ...patient]) {
      this.#active--;
      invocation.abandon(closed);
    }
    await Promise.all([...this.#environments].map((environment) => environment.stop(graceMs)));
  }

  #admit(invocation: Invocation): void {
    this.#active++;
    const { size, patienceMs } = this.#owner.crowd;
    const working = this.#environments.size - this.#idle.length;
    if (working < size) this.#place(invocation);
    else {
      const timer = setTimeout(() => {
        this.#losePatience(invocation);
        this.#place(invocation);
      }, patienceMs);
      this.#patient.set(invocation, timer);
    }
  }

  #place(invocation: Invocation): void {
    const environment = this.#idle.pop();
    if (environment === undefined) {
      this.#waiting.push(invocation);
      this.#startWhatIsNeeded();
    } else environment.run(invocation);
  }

  /** The one that has waited longest for an environment that works; it waits no longer. */
  #mostPatient(): Invocation | undefined {
    for (const invocation of this.#patient.keys()) {
      this.#losePatience(invocation);
      return invocation;
    }
    return undefined;
  }

  #losePatience(invocation: Invocation): void {
    clearTimeout(this.#patient.get(invocation));
    this.#patient.delete(invocation);
  }

  /**
   * One environment on its way for each that waits. There is always room: waiting + busy = active <= the cap, so
   * when the cap of environments is reached, enough of them are starting or finishing to serve everybody.
   */
  #startWhatIsNeeded(): void {
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

  /** A failed start fails the request that has waited longest: it is the one that the environment was started for. */
  #failOne(failure: FailureOf): void {
    const invocation = this.#waiting.shift();
    if (invocation === undefined) return;
    invocation.settle(failure(invocation.requestId));
    this.settled();
  }

  #throttle(): TooManyRequestsError {
    this.#owner.metrics.throttle(this.definition.name);
    return new TooManyRequestsError();
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
