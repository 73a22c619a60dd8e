import { AsyncLocalStorage } from 'node:async_hooks';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Executions } from '../../lib/aws/executions.ts';
import { TooManyRequestsError } from '../../lib/local/lambda/lambda-errors.ts';
import { LocalExecutions } from '../../lib/local/step-functions/executions.ts';
import {
  LocalStateMachine,
  type StateMachineDefinition,
} from '../../lib/local/step-functions/state-machine.ts';

/** What may happen to a step: it is refused, dies at any call of S3, or its answer is lost. */
const STEP_FATES = ['throttled', 'killed', 'reply_lost'] as const;
export type StepFate = (typeof STEP_FATES)[number];

/** How many calls of S3 an invocation makes before its process is killed. */
const calls = new AsyncLocalStorage<{ callsLeft: number }>();

class Killed extends Error {}

/** Lets the steps of faulty machines die at calls of this client. */
export function killAtCallsOf(s3: S3Client): void {
  s3.middlewareStack.add(
    (next) => async (args) => {
      const call = calls.getStore();
      if (call && --call.callsLeft < 0) throw new Killed();
      return await next(args);
    },
    { step: 'initialize', name: 'kill' },
  );
}

/** The steps of a state machine, and what shall happen to them. */
export interface FaultySteps<Task> {
  /** As it is deployed, filled in. */
  readonly definition: StateMachineDefinition;
  readonly random: () => number;
  /** Share of the calls of each step that fail at the first two tries. */
  readonly share: number;
  run(task: Task): Promise<object>;
  /** Tells one step from another. */
  nameOf(task: Task): string;
  /** Kills whoever does it, always. */
  isPoison(task: Task): boolean;
  /** Is passed over when it fails, as some interpreters do with a child of a map. */
  isSwallowed(task: Task): boolean;
  /** Done before a step that is not throttled. */
  before?(task: Task): Promise<void>;
  /** A step that is killed makes fewer calls of S3 than this. */
  readonly maxCalls: number;
  onFate(fate: StepFate): void;
  now(): number;
}

/** A state machine in memory whose steps are throttled, killed and lost, and that can be restarted. */
export class FaultyMachine<Task> {
  readonly #steps: FaultySteps<Task>;
  readonly #stored = new Map<string, string>();
  readonly #tries = new Map<string, number>();
  /** Also those that nobody waits for since a restart. */
  readonly #working = new Set<Promise<unknown>>();
  #executions: LocalExecutions;

  constructor(steps: FaultySteps<Task>) {
    this.#steps = steps;
    this.#executions = this.#newExecutions();
  }

  /** Executions as the functions see them, without HTTP. */
  readonly client: Executions = {
    start: async (name, input) =>
      (await this.#executions.start(name, JSON.stringify(input))).kind !== 'taken',
    find: async (name) => {
      const found = await this.#executions.find(name);
      if (!found) return undefined;
      const isRunning = found.status === 'RUNNING';
      const status = isRunning ? 'running' : found.status === 'SUCCEEDED' ? 'succeeded' : 'ended';
      return { status, cause: found.cause };
    },
  };

  get isIdle(): boolean {
    return [...this.#stored.values()].every((text) => !text.includes('"status":"RUNNING"'));
  }

  async restart(): Promise<void> {
    await this.#executions.close();
    this.#executions = this.#newExecutions();
    await this.#executions.resume();
  }

  /** Waits for every step, also for those that nobody waits for. */
  async close(): Promise<void> {
    await this.#executions.close();
    await Promise.all(this.#working);
  }

  #newExecutions(): LocalExecutions {
    const stored = this.#stored;
    const { definition, now } = this.#steps;
    return new LocalExecutions({
      database: {
        get: async (key) => stored.get(key),
        put: async (key, value) => void stored.set(key, value),
        del: async (key) => void stored.delete(key),
        iterator: async function* () {
          yield* stored.entries();
        },
      },
      machine: new LocalStateMachine(definition, (_, payload) => this.#invoke(payload as Task), 0),
      now,
      onError: (error) => {
        throw error;
      },
    });
  }

  #invoke(task: Task) {
    const work = this.#work(task);
    const done = () => void this.#working.delete(working);
    const working: Promise<void> = work.then(done, done);
    this.#working.add(working);
    return work;
  }

  async #work(task: Task) {
    const { before, isSwallowed, maxCalls, random, run } = this.#steps;
    const fate = this.#fateOf(task);
    if (fate === 'throttled') throw new TooManyRequestsError();
    if (isSwallowed(task)) return { requestId: 'r', payload: '{}' };
    await before?.(task);
    const callsLeft = fate === 'killed' ? Math.floor(random() * maxCalls) : Number.POSITIVE_INFINITY;
    try {
      const result = await calls.run({ callsLeft }, () => run(task));
      if (fate === 'reply_lost' || fate === 'killed') return KILLED;
      return { requestId: 'r', payload: JSON.stringify(result) };
    } catch (error) {
      const { name, message } = error as Error;
      return error instanceof Killed ? KILLED : failure(name, message);
    }
  }

  #fateOf(task: Task): StepFate | undefined {
    const { isPoison, nameOf, onFate, random, share } = this.#steps;
    if (isPoison(task)) return 'killed';
    const name = nameOf(task);
    const tries = (this.#tries.get(name) ?? 0) + 1;
    this.#tries.set(name, tries);
    if (tries > 2 || random() >= share) return undefined;
    const fate = STEP_FATES[Math.floor(random() * STEP_FATES.length)]!;
    onFate(fate);
    return fate;
  }
}

const failure = (errorType: string, errorMessage: string) => ({
  requestId: 'r',
  payload: JSON.stringify({ errorType, errorMessage }),
  functionError: 'Unhandled' as const,
});
const KILLED = failure('Runtime.ExitError', 'it was killed');
