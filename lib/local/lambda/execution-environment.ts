import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { heapOption } from '../heap-option.ts';
import { CHANNEL_FD } from './frames.mjs';
import {
  type AccountLocation,
  type FunctionDefinition,
  functionArn,
  type InvocationResult,
} from './function-definition.ts';
import {
  exited,
  exitReason,
  type ProcessEnd,
  reportedFailure,
  responseTooLarge,
  timedOut,
  timeoutLogLine,
} from './function-failures.ts';
import type { EventReceiver, Invocation } from './invocation.ts';
import { LambdaHostClosedError } from './lambda-errors.ts';
import { LineSplitter } from './line-splitter.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import { processVariables } from './process-variables.ts';
import { type RuntimeListener, serveRuntimeChannel } from './runtime-channel.ts';

const RUNTIME_CLIENT = fileURLToPath(new URL('./runtime-client.mjs', import.meta.url));

/** Settings that all environments of a host share. */
export interface EnvironmentSettings extends AccountLocation {
  /** host:port of the Runtime API. */
  readonly runtimeApi: string;
  readonly initTimeoutMs: number;
  readonly guard: OrphanGuard;
  readonly now: () => number;
  onLogLine(functionName: string, line: string, stream: 'stdout' | 'stderr'): void;
}

/** The pool's callbacks of an environment. */
export interface EnvironmentOwner {
  /** The environment waits for an event. */
  ready(environment: ExecutionEnvironment): void;
  /** The environment has finished an invocation. Soon it is ready or gone. */
  settled(): void;
  /** The environment can run nothing any more. `failure` gives the reason when it never became ready. */
  gone(environment: ExecutionEnvironment, failure: FailureOf | undefined): void;
}

/** Makes the result of a failure for one request. */
export type FailureOf = (requestId: string) => InvocationResult;

/**
 * starting: the process initialises. idle: the runtime waits for an event. busy: it runs an invocation.
 * finishing: it has answered and will ask for the next event. gone: it was killed or has ended.
 */
export type EnvironmentState = 'starting' | 'idle' | 'busy' | 'finishing' | 'gone';

/** One execution environment: a child process that runs one invocation at a time, and its state. */
export class ExecutionEnvironment implements RuntimeListener {
  /** Random, because a process that knows it can speak as this environment. */
  readonly id = randomBytes(16).toString('hex');
  readonly definition: FunctionDefinition;
  state: EnvironmentState = 'starting';
  /** Start of the idle time, in milliseconds of the monotonic clock. */
  idleSinceMs = 0;
  readonly #settings: EnvironmentSettings;
  readonly #owner: EnvironmentOwner;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #initTimer: NodeJS.Timeout;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #invocation: Invocation | undefined;
  #next: EventReceiver | undefined;

  constructor(definition: FunctionDefinition, settings: EnvironmentSettings, owner: EnvironmentOwner) {
    this.definition = definition;
    this.#settings = settings;
    this.#owner = owner;
    this.#process = this.#spawn();
    this.#exited = new Promise((resolve) => this.#onExit(resolve));
    this.#readLogs();
    const channel = this.#channel;
    if (channel !== undefined) serveRuntimeChannel(channel, this);
    this.#initTimer = setTimeout(() => this.#initTimedOut(), settings.initTimeoutMs);
  }

  /** The process, or undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Passes an event to the waiting runtime. The environment must be idle. */
  run(invocation: Invocation): void {
    const { timeoutSeconds } = this.definition;
    const next = this.#next;
    if (next === undefined || this.state !== 'idle')
      throw new Error(`environment ${this.id} is ${this.state}`);
    this.#next = undefined;
    this.state = 'busy';
    this.#invocation = invocation;
    invocation.startedMs = performance.now();
    invocation.logTail?.add(`START RequestId: ${invocation.requestId} Version: $LATEST`);
    this.#deadlineTimer = setTimeout(() => this.#invocationTimedOut(), timeoutSeconds * 1000);
    const { requestId, traceId, payload } = invocation;
    next.deliver({
      requestId,
      traceId,
      payload,
      deadlineMs: Math.floor(Date.now() + timeoutSeconds * 1000),
      functionArn: functionArn(this.#settings, this.definition.name),
    });
  }

  next(receiver: EventReceiver): void {
    // A runtime that pipelines asks while its last answer is still being read; #settle looks here.
    this.#next = receiver;
    if (this.state === 'starting') clearTimeout(this.#initTimer);
    if (this.state === 'starting' || this.state === 'finishing') this.#becomeIdle();
  }

  runs(requestId: string): boolean {
    return this.#invocation?.requestId === requestId;
  }

  printed(lines: string): void {
    for (const line of lines.trimEnd().split('\n')) this.#log(line, 'stdout');
  }

  respond(requestId: string, payload: string | undefined): void {
    this.#settle(payload === undefined ? responseTooLarge(requestId) : { requestId, payload });
  }

  reportError(requestId: string, errorDocument: string): void {
    this.#settle(reportedFailure(requestId, errorDocument));
  }

  reportInitError(errorDocument: string): void {
    this.#leave((requestId) => reportedFailure(requestId, errorDocument));
  }

  faulty(error: unknown): void {
    this.#log(`its runtime's channel: ${error instanceof Error ? error.message : String(error)}`);
    this.#kill('SIGKILL');
  }

  /** Kills a process that uses more memory than the function may. */
  checkMemory(residentBytes: number): void {
    const { memorySizeMb } = this.definition;
    if (residentBytes <= memorySizeMb * 1024 * 1024) return;
    const usedMb = Math.ceil(residentBytes / 1024 / 1024);
    this.#log(`Memory Size: ${memorySizeMb} MB Max Memory Used: ${usedMb} MB, killed; raise memorySizeMb`);
    this.#kill('SIGKILL');
    this.#leave((requestId) => exited(requestId, { status: null, signal: 'SIGKILL' }));
  }

  /** Ends the process: SIGTERM, and SIGKILL when it still runs after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#leave(undefined);
    this.#channel?.destroy();
    this.#kill('SIGTERM');
    const timer = setTimeout(() => this.#kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Absent when the process could not be started. */
  get #channel(): Duplex | undefined {
    const channel = this.#process.stdio[CHANNEL_FD];
    return channel instanceof Duplex ? channel : undefined;
  }

  #spawn(): ChildProcess {
    const { definition, id } = this;
    const today = new Date(this.#settings.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const env = processVariables(definition, this.#settings, {
      runtimeApi: `${this.#settings.runtimeApi}/${id}`,
      logStreamName: `${today}/[$LATEST]${id}`,
    });
    return spawn(process.execPath, [heapOption(definition.memorySizeMb), RUNTIME_CLIENT, definition.bundle], {
      env,
      cwd: dirname(definition.bundle),
      // The last entry is the channel. It is a socket, so that the process needs no port.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // Its own process group: the supervisor handles Ctrl-C, and processes that a function spawns end with
      // it.
      detached: true,
    });
  }

  #onExit(resolve: () => void): void {
    const { pid } = this.#process;
    if (pid !== undefined) this.#settings.guard.watch(pid);
    this.#process.once('exit', (status, signal) => {
      if (pid !== undefined) this.#settings.guard.release(pid);
      this.#ended({ status, signal });
      resolve();
    });
    this.#process.once('error', (error) => {
      this.#log(`cannot run ${process.execPath}: ${error.message}`);
      if (pid === undefined) this.#ended({ status: 1, signal: null });
      if (pid === undefined) resolve();
    });
  }

  #ended(end: ProcessEnd): void {
    if (this.state === 'gone') return;
    this.#log(`${this.#invocation?.requestId ?? this.id} ${exitReason(end)}`);
    this.#leave((requestId) => exited(requestId, end));
  }

  #readLogs(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = new LineSplitter((line) => this.#log(line, stream));
      this.#process[stream]?.on('data', (chunk: Buffer) => lines.write(chunk));
      this.#process[stream]?.on('end', () => lines.end());
    }
  }

  #log(line: string, stream: 'stdout' | 'stderr' = 'stderr'): void {
    this.#invocation?.logTail?.add(line);
    this.#settings.onLogLine(this.definition.name, line, stream);
  }

  #initTimedOut(): void {
    const { initTimeoutMs, now } = this.#settings;
    this.#log(timeoutLogLine(this.id, initTimeoutMs, now()));
    this.#kill('SIGKILL');
    this.#leave((requestId) => timedOut(requestId, initTimeoutMs));
  }

  #invocationTimedOut(): void {
    const requestId = this.#invocation?.requestId ?? '';
    const limitMs = this.definition.timeoutSeconds * 1000;
    this.#log(timeoutLogLine(requestId, limitMs, this.#settings.now()));
    this.#kill('SIGKILL');
    this.#leave(() => timedOut(requestId, limitMs));
  }

  #becomeIdle(): void {
    this.state = 'idle';
    this.idleSinceMs = performance.now();
    this.#owner.ready(this);
  }

  #settle(result: InvocationResult): void {
    const invocation = this.#invocation;
    if (invocation === undefined) return;
    clearTimeout(this.#deadlineTimer);
    this.#invocation = undefined;
    if (this.state === 'busy') this.state = 'finishing';
    invocation.logTail?.add(`END RequestId: ${invocation.requestId}`);
    invocation.settle(result);
    this.#owner.settled();
    if (this.state === 'finishing' && this.#next !== undefined) this.#becomeIdle();
  }

  /** Takes the environment out of service. Invocations that wait for it fail with `failure`. */
  #leave(failure: FailureOf | undefined): void {
    if (this.state === 'gone') return;
    const neverReady = this.state === 'starting';
    this.state = 'gone';
    clearTimeout(this.#initTimer);
    this.#next?.drop();
    this.#next = undefined;
    this.#failInvocation(failure);
    this.#owner.gone(this, neverReady ? failure : undefined);
  }

  #failInvocation(failure: FailureOf | undefined): void {
    const invocation = this.#invocation;
    if (invocation === undefined) return;
    if (failure !== undefined) {
      this.#settle(failure(invocation.requestId));
      return;
    }
    clearTimeout(this.#deadlineTimer);
    this.#invocation = undefined;
    invocation.abandon(new LambdaHostClosedError(`invocation ${invocation.requestId}`));
    this.#owner.settled();
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // The process has just ended and its exit is not reported yet. Then Linux gives ESRCH, macOS EPERM.
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  }
}
