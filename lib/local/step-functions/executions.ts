import type { QueueDatabase } from '../lambda/event-queue.ts';
import type { LocalStateMachine, Run } from './state-machine.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** One execution, as it is stored. */
export interface Execution {
  readonly name: string;
  /** JSON text, as it was given. */
  readonly input: string;
  readonly status: ExecutionStatus;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** What was found at a start. */
export type Started =
  | { readonly kind: 'started' | 'running'; readonly execution: Execution }
  /** An execution of that name has another input, or has ended. */
  | { readonly kind: 'taken' };

export interface ExecutionsOptions {
  /** A LevelDB sublevel that holds only these executions. */
  readonly database: QueueDatabase;
  readonly machine: LocalStateMachine;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const MAX_CAUSE = 32_768;

/**
 * The executions of one state machine, by name. Those that were running when the process ended begin again
 * from their input: the steps find what was done.
 */
export class LocalExecutions {
  readonly #options: ExecutionsOptions;
  readonly #runs = new Map<string, { readonly run: Run; readonly ended: Promise<void> }>();
  /** Starts wait for each other, so that two of one name are one. */
  #starting: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
  }

  /** Begins the interrupted executions again. */
  async resume(): Promise<void> {
    for await (const [, text] of this.#options.database.iterator()) {
      const execution = JSON.parse(text) as Execution;
      if (execution.status === 'RUNNING') this.#run(execution);
    }
  }

  start(name: string, input: string): Promise<Started> {
    const started = this.#starting.then(() => this.#start(name, input));
    this.#starting = started.catch(() => undefined);
    return started;
  }

  async find(name: string): Promise<Execution | undefined> {
    const text = await this.#options.database.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as Execution);
  }

  /** Ends an execution for good. Does nothing when it is not running. */
  async stop(name: string, error: string | undefined, cause: string | undefined): Promise<void> {
    const execution = await this.find(name);
    if (execution?.status !== 'RUNNING') return;
    const running = this.#runs.get(name);
    this.#runs.delete(name);
    running?.run.abort();
    const told = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    await this.#store({ ...execution, status: 'ABORTED', endedMs: this.#options.now(), ...told });
  }

  /** Stops all runs; they begin again at the next start of this process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#starting;
    const runs = [...this.#runs.values()];
    for (const { run } of runs) run.abort();
    await Promise.all(runs.map(({ ended }) => ended));
  }

  async #start(name: string, input: string): Promise<Started> {
    const known = await this.find(name);
    if (known) {
      const isSame = known.status === 'RUNNING' && known.input === input;
      return isSame ? { kind: 'running', execution: known } : { kind: 'taken' };
    }
    const execution: Execution = { name, input, status: 'RUNNING', startedMs: this.#options.now() };
    await this.#store(execution);
    this.#run(execution);
    return { kind: 'started', execution };
  }

  #run(execution: Execution): void {
    if (this.#isClosed) return;
    const run = this.#options.machine.run(JSON.parse(execution.input));
    const ended = run.result.then(
      (output) => this.#end(execution, { status: 'SUCCEEDED', output: JSON.stringify(output) }),
      (error: Error) => this.#end(execution, { status: 'FAILED', ...failureOf(error) }),
    );
    this.#runs.set(execution.name, { run, ended: ended.catch(this.#options.onError) });
  }

  async #end(
    execution: Execution,
    end: Pick<Execution, 'status' | 'output' | 'error' | 'cause'>,
  ): Promise<void> {
    // What was stopped has its end already, or none when this process ends.
    if (this.#isClosed || !this.#runs.delete(execution.name)) return;
    await this.#store({ ...execution, ...end, endedMs: this.#options.now() });
  }

  async #store(execution: Execution): Promise<void> {
    await this.#options.database.put(execution.name, JSON.stringify(execution));
  }
}

/** The interpreter wraps the error of the state that failed. */
function failureOf(error: Error): Pick<Execution, 'error' | 'cause'> {
  const inner = error.cause instanceof Error ? error.cause : error;
  return { error: inner.name, cause: inner.message.slice(0, MAX_CAUSE) };
}
