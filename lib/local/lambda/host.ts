import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ClassifierError } from '../../errors.ts';
import { type DeadLetter, fileDeadLetter } from './dead-letters.ts';
import { EventQueue, type QueueDatabase, type QueuedEvent } from './event-queue.ts';
import type { EnvironmentSettings, ExecutionEnvironment } from './execution-environment.ts';
import {
  type AccountLocation,
  checkDefinitions,
  type FunctionDefinition,
  functionArn,
  type InvocationResult,
} from './function-definition.ts';
import { FunctionMetrics, type MetricSink } from './function-metrics.ts';
import { type BusyWait, FunctionPool, type PoolOwner } from './function-pool.ts';
import type { LogTail } from './invocation.ts';
import { type InvokeTarget, MAX_ASYNC_EVENT_BYTES, MAX_EVENT_BYTES, serveInvokeApi } from './invoke-api.ts';
import { EventTooLargeError, FunctionNotFoundError, LambdaHostClosedError } from './lambda-errors.ts';
import { OrphanGuard } from './orphan-guard.ts';
import { type QueueTarget, serveQueueApi } from './queue-api.ts';
import { residentBytes } from './resident-memory.ts';
import { serveRuntimeApi } from './runtime-api.ts';

export type { FunctionDefinition, InvocationResult } from './function-definition.ts';

const MEMORY_CHECK_MS = 250;

export interface LambdaHostOptions extends AccountLocation {
  /** A LevelDB database or sublevel that holds only the queue of asynchronous events. */
  readonly database: QueueDatabase;
  readonly deadLetterDirectory: string;
  readonly functions: readonly FunctionDefinition[];
  /**
   * Delays before the retries of an asynchronous event. Lambda waits 60 and 120 s; the default is 1 and 2 s.
   */
  readonly retryDelaysMs?: readonly number[];
  /**
   * How long a synchronous invocation above a function's cap may wait for its turn. Default 0: it is refused,
   * as Lambda does.
   */
  readonly maxQueueMs?: number;
  /**
   * When an invocation waits for a busy environment before it takes another one or starts one. Default never,
   * as on Lambda.
   */
  readonly busyWait?: BusyWait;
  /** How long an environment may be idle before it is ended. Default 5 minutes. */
  readonly idleTimeoutMs?: number;
  /** How long initialisation may take. Default 10 s, as on Lambda. */
  readonly initTimeoutMs?: number;
  /** How long close() waits between SIGTERM and SIGKILL. Default 1.5 s. */
  readonly shutdownGraceMs?: number;
  onLogLine(functionName: string, line: string, stream: 'stdout' | 'stderr'): void;
  /** Receives observations of AWS/Lambda in batches. */
  readonly onMetric?: MetricSink;
  onDeadLetter(deadLetter: DeadLetter): void;
  onError(error: unknown): void;
  readonly now?: () => number;
}

export interface LambdaHost {
  /**
   * Serves the Runtime API, the Invoke API and the dead-letter queues. The caller listens on it, then calls
   * start().
   */
  readonly server: Server;
  /** Starts to run functions and queued events. */
  start(): Promise<void>;
  /**
   * Runs a function and resolves with its result, failed or not.
   *
   * @throws FunctionNotFoundError, EventTooLargeError, TooManyRequestsError, LambdaHostClosedError
   */
  invoke(functionName: string, payload: unknown): Promise<InvocationResult>;
  /**
   * Queues an event for a function and resolves once it is durable. While an event of the same function and
   * id waits or runs, nothing is added.
   *
   * @throws FunctionNotFoundError, EventTooLargeError, LambdaHostClosedError
   */
  invokeAsync(functionName: string, payload: unknown, id?: string): Promise<void>;
  /**
   * Process ids of the environments that run an invocation of a function now.
   *
   * @throws FunctionNotFoundError
   */
  busyProcesses(functionName: string): number[];
  /** Resolves when nothing waits or runs. An event that waits for its retry counts as waiting. */
  idle(): Promise<void>;
  /**
   * Ends every process. When the caller closes the server, this starts too. Queued events stay in the
   * database, which the caller may close afterwards.
   */
  close(): Promise<void>;
}

/**
 * Creates a local Lambda from function definitions and a database, and reads the queue of an earlier process.
 *
 * @throws ConfigurationError naming every fault of the definitions
 */
export async function openLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  checkDefinitions(options.functions);
  const host = new Host(options);
  await host.open();
  // These methods do not use `this`: callers pass `host.invoke` on.
  return {
    server: host.server,
    start: () => host.start(),
    invoke: (functionName, payload) => host.invoke(functionName, payload),
    invokeAsync: (functionName, payload, id) => host.invokeAsync(functionName, payload, id),
    busyProcesses: (functionName) => host.busyProcesses(functionName),
    idle: () => host.idle(),
    close: () => host.close(),
  };
}

class Host implements InvokeTarget, QueueTarget, PoolOwner {
  readonly server: Server;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly region: string;
  readonly accountId: string;
  readonly onError: (error: unknown) => void;
  readonly deadLetterDirectory: string;
  readonly metrics: FunctionMetrics;
  readonly busyWait: BusyWait;
  readonly #options: LambdaHostOptions;
  readonly #environments = new Map<string, ExecutionEnvironment>();
  readonly #pools = new Map<string, FunctionPool>();
  readonly #idleListeners: (() => void)[] = [];
  #queue: EventQueue | undefined;
  #settings: EnvironmentSettings | undefined;
  #timers: NodeJS.Timeout[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: LambdaHostOptions) {
    this.#options = options;
    this.region = options.region;
    this.accountId = options.accountId;
    this.onError = options.onError;
    this.deadLetterDirectory = options.deadLetterDirectory;
    this.busyWait = options.busyWait ?? { minWorking: Number.POSITIVE_INFINITY, maxWaitMs: 0 };
    this.metrics = new FunctionMetrics(options.onMetric, options.now ?? Date.now);
    this.functions = new Map(options.functions.map((definition) => [definition.name, definition]));
    this.server = createServer((request, response) => this.#serve(request, response));
    // A function's connection is idle while the function works, which may take minutes. Node would end it
    // after 5 s.
    this.server.keepAliveTimeout = 0;
    // Functions lose their connection with the server. Without closing the host, their ends would count as
    // crashes.
    this.server.once('close', () => void this.close().catch(options.onError));
  }

  get settings(): EnvironmentSettings {
    if (this.#settings === undefined) throw new LambdaHostClosedError('invocation');
    return this.#settings;
  }

  async open(): Promise<void> {
    const { database, functions, retryDelaysMs = [1000, 2000], onError, now = Date.now } = this.#options;
    this.#queue = await EventQueue.open({
      database,
      retryDelaysMs,
      concurrency: new Map(functions.map(({ name, maxConcurrency }) => [name, maxConcurrency])),
      now,
      onError,
      run: (event) =>
        this.#pool(event.functionName).invoke({ ...event, maxQueueMs: Number.POSITIVE_INFINITY }),
      deadLetter: (event, result) => this.#deadLetter(event, result),
      onLeft: () => this.settled(),
    });
  }

  async start(): Promise<void> {
    if (this.#settings !== undefined) throw new LambdaHostClosedError('second start()');
    const { initTimeoutMs = 10_000, idleTimeoutMs = 300_000, now = Date.now, onError } = this.#options;
    this.#settings = {
      region: this.region,
      accountId: this.accountId,
      runtimeApi: `127.0.0.1:${listeningPort(this.server)}`,
      initTimeoutMs,
      guard: new OrphanGuard(onError),
      now,
      onLogLine: this.#options.onLogLine,
    };
    for (const definition of this.functions.values()) {
      this.#pools.set(definition.name, new FunctionPool(definition, this));
    }
    this.#every(MEMORY_CHECK_MS, () => this.#checkMemory());
    this.#every(Math.min(idleTimeoutMs / 4, 60_000), () => this.#endIdle(idleTimeoutMs));
    this.#queue?.start();
  }

  invoke(functionName: string, payload: unknown): Promise<InvocationResult> {
    return this.invokeText(functionName, jsonText(payload));
  }

  async invokeText(functionName: string, payload: string, logTail?: LogTail): Promise<InvocationResult> {
    const pool = this.#pool(functionName);
    checkSize(payload, MAX_EVENT_BYTES);
    const { maxQueueMs = 0 } = this.#options;
    return await pool.invoke({
      requestId: randomUUID(),
      payload,
      maxQueueMs,
      ...(logTail ? { logTail } : {}),
    });
  }

  invokeAsync(functionName: string, payload: unknown, id?: string): Promise<void> {
    return this.invokeTextAsync(functionName, jsonText(payload), id);
  }

  async invokeTextAsync(functionName: string, payload: string, id?: string): Promise<void> {
    this.#definition(functionName);
    checkSize(payload, MAX_ASYNC_EVENT_BYTES);
    if (this.#queue === undefined) throw new LambdaHostClosedError('asynchronous invocation');
    await this.#queue.add(functionName, payload, id);
  }

  busyProcesses(functionName: string): number[] {
    return this.#pool(functionName)
      .busy()
      .flatMap(({ state, pid }) => (state === 'busy' && pid !== undefined ? [pid] : []));
  }

  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  environmentAdded(environment: ExecutionEnvironment): void {
    this.#environments.set(environment.id, environment);
  }

  environmentRemoved(environment: ExecutionEnvironment): void {
    this.#environments.delete(environment.id);
  }

  settled(): void {
    if (this.#idleListeners.length === 0 || !this.#isIdle()) return;
    for (const listener of this.#idleListeners.splice(0)) listener();
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const { shutdownGraceMs = 1500 } = this.#options;
    const stopped = this.#queue?.stop();
    await Promise.all([...this.#pools.values()].map((pool) => pool.close(shutdownGraceMs)));
    await stopped;
    await this.#settings?.guard.close();
    this.metrics.flush();
    this.server.closeAllConnections();
    for (const listener of this.#idleListeners.splice(0)) listener();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // A client that disconnects is no fault here. Without a listener its reset would end the supervisor.
    response.on('error', () => response.destroy());
    if (serveRuntimeApi(request, response, this.#environments)) return;
    if (serveInvokeApi(request, response, this)) return;
    if (serveQueueApi(request, response, this)) return;
    const message = `${request.method} ${request.url}: no such operation of the Lambda API`;
    response.writeHead(404, {
      'Content-Type': 'application/json',
      'x-amzn-ErrorType': 'UnknownOperationException',
    });
    response.end(JSON.stringify({ Type: 'User', message }));
  }

  #definition(functionName: string): FunctionDefinition {
    const definition = this.functions.get(functionName);
    if (definition !== undefined) return definition;
    throw new FunctionNotFoundError(functionArn(this, functionName), [...this.functions.keys()]);
  }

  #pool(functionName: string): FunctionPool {
    this.#definition(functionName);
    const pool = this.#pools.get(functionName);
    if (pool === undefined) throw new LambdaHostClosedError(`function ${functionName}`);
    return pool;
  }

  async #deadLetter(event: QueuedEvent, result: InvocationResult): Promise<void> {
    const { functionName, payload, attempts } = event;
    const timestampMs = this.settings.now();
    const letter = { functionName, payload, attempts, result, timestampMs };
    this.#options.onDeadLetter(await fileDeadLetter(this.deadLetterDirectory, this, letter));
  }

  #isIdle(): boolean {
    return this.#queue?.size === 0 && [...this.#pools.values()].every(({ pending }) => pending === 0);
  }

  #every(periodMs: number, work: () => Promise<unknown>): void {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      work()
        .catch(this.onError)
        .finally(() => {
          running = false;
        });
    }, periodMs);
    timer.unref();
    this.#timers.push(timer);
  }

  async #checkMemory(): Promise<void> {
    const busy = [...this.#pools.values()].flatMap((pool) => pool.busy());
    if (busy.length === 0) return;
    const bytes = await residentBytes(busy.flatMap(({ pid }) => pid ?? []));
    for (const environment of busy) environment.checkMemory(bytes.get(environment.pid ?? -1) ?? 0);
  }

  async #endIdle(idleTimeoutMs: number): Promise<void> {
    const { shutdownGraceMs = 1500 } = this.#options;
    const idleBeforeMs = performance.now() - idleTimeoutMs;
    await Promise.all([...this.#pools.values()].map((pool) => pool.endIdle(idleBeforeMs, shutdownGraceMs)));
  }
}

function jsonText(payload: unknown): string {
  return JSON.stringify(payload) ?? 'null';
}

function checkSize(payload: string, limitBytes: number): void {
  const sizeBytes = Buffer.byteLength(payload);
  if (sizeBytes > limitBytes) throw new EventTooLargeError(sizeBytes, limitBytes);
}

function listeningPort(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new ClassifierError(
    'lambda_host_not_listening',
    'start(): expected `server` to listen on a TCP port of 127.0.0.1, got no such port; call server.listen first',
  );
}
