import { StateMachine } from 'aws-local-stepfunctions';
import type { InvocationResult } from '../lambda/function-definition.ts';
import { TooManyRequestsError } from '../lambda/lambda-errors.ts';

/** A definition in the Amazon States Language: the members that are looked at here. */
export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly ItemProcessor?: StateMachineDefinition;
}

/**
 * Fills in the variables of a definition, as Terraform's `templatefile` does.
 *
 * @throws TypeError for a variable without a value
 */
export function filledIn<T extends object>(definition: T, values: Readonly<Record<string, string>>): T {
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`the definition has a variable ${name}, which has no value`);
    return value;
  });
  return JSON.parse(text) as T;
}

/** Runs a function once. */
export type InvokeFunction = (functionName: string, payload: unknown) => Promise<InvocationResult>;

/** One execution in progress. */
export interface Run {
  /** Resolves with the output. @throws Error whose name is that of the error that ended it */
  readonly result: Promise<unknown>;
  abort(): void;
}

/**
 * A state machine that runs in this process, by an interpreter of the same definition as on AWS. A
 * distributed map runs in the execution itself.
 */
export class LocalStateMachine {
  readonly #machine: StateMachine;
  readonly #handlers: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  readonly #retryMs: number | undefined;

  /** @param retryMs replaces the pauses before retries, for tests */
  constructor(definition: StateMachineDefinition, invoke: InvokeFunction, retryMs?: number) {
    this.#machine = new StateMachine(definition as never);
    this.#retryMs = retryMs;
    this.#handlers = Object.fromEntries(
      tasksOf(definition).map(([name, resource]) => {
        const functionName = functionOf(resource);
        return [name, async (input: unknown) => resultOf(await invoked(invoke, functionName, input))];
      }),
    );
  }

  run(input: unknown): Run {
    const names = Object.keys(this.#handlers);
    const retryMs = this.#retryMs;
    const { result, abort } = this.#machine.run(input as never, {
      overrides: {
        taskResourceLocalHandlers: this.#handlers as never,
        ...(retryMs === undefined
          ? {}
          : { retryIntervalOverrides: Object.fromEntries(names.map((name) => [name, retryMs])) }),
      },
    });
    return { result, abort };
  }
}

function tasksOf({ States }: StateMachineDefinition): [name: string, resource: string][] {
  return Object.entries(States).flatMap(([name, { Resource, ItemProcessor }]) => [
    ...(Resource === undefined ? [] : [[name, Resource] as [string, string]]),
    ...(ItemProcessor ? tasksOf(ItemProcessor) : []),
  ]);
}

function functionOf(resource: string): string {
  const name = /^arn:aws:lambda:[^:]+:\d+:function:([\w-]+)$/.exec(resource)?.[1];
  if (name !== undefined) return name;
  throw new Error(`the resource of a task: expected the ARN of a function, got "${resource}"`);
}

async function invoked(invoke: InvokeFunction, name: string, input: unknown): Promise<InvocationResult> {
  try {
    return await invoke(name, input);
  } catch (error) {
    if (error instanceof TooManyRequestsError) throw named('Lambda.TooManyRequestsException', error.message);
    throw error;
  }
}

/** A function's error has the name of its class, and the whole of what the runtime said as its cause. */
function resultOf({ payload, functionError }: InvocationResult): unknown {
  const value = JSON.parse(payload) as unknown;
  if (functionError === undefined) return value;
  const { errorType } = value as { errorType?: string };
  throw named(errorType ?? 'Lambda.Unknown', payload);
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
