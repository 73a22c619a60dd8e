import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { readBody } from '../cloudwatch/request-body.ts';
import type { Execution, LocalExecutions } from './executions.ts';

const TARGET = 'AWSStepFunctions.';
const CONTENT_TYPE = 'application/x-amz-json-1.0';

/** An error of Step Functions, as its clients know it. */
class StepFunctionsError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Longest name that Step Functions takes. */
const NAME = z.string().check(z.regex(/^[\w-]{1,80}$/));
const startInput = z.object({ stateMachineArn: z.string(), name: NAME, input: z._default(z.string(), '{}') });
const executionInput = z.object({ executionArn: z.string() });
const stopInput = z.object({
  executionArn: z.string(),
  error: z.optional(z.string()),
  cause: z.optional(z.string()),
});

/** The executions of each state machine, by its ARN. */
export type StateMachines = ReadonlyMap<string, LocalExecutions>;

/**
 * Serves the calls of Step Functions that this project makes, and StopExecution for people. Source: "AWS Step
 * Functions API Reference".
 */
export function stepFunctionsServer(machines: StateMachines, onError: (error: unknown) => void): Server {
  const api = new StepFunctionsApi(machines);
  return createServer((request, response) => {
    // A client that disconnects is no fault here. Without a listener its reset would end the supervisor.
    response.on('error', () => response.destroy());
    answer(api, request, response).catch(onError);
  });
}

async function answer(
  api: StepFunctionsApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = String(request.headers['x-amz-target'] ?? '');
    const input = parsed(await readBody(request));
    send(response, 200, await api.call(target.replace(TARGET, ''), input));
  } catch (error) {
    if (!(error instanceof StepFunctionsError)) {
      send(response, 500, { __type: 'InternalFailure', message: 'the local Step Functions failed' });
      throw error;
    }
    send(response, 400, { __type: error.type, message: error.message });
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new StepFunctionsError('SerializationException', 'the body is not JSON');
    throw error;
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPE });
  response.end(JSON.stringify(value));
}

class StepFunctionsApi {
  readonly #machines: StateMachines;

  constructor(machines: StateMachines) {
    this.#machines = machines;
  }

  async call(operation: string, input: unknown): Promise<object> {
    if (operation === 'StartExecution') return await this.#start(checked(startInput, input));
    if (operation === 'DescribeExecution') return await this.#describe(checked(executionInput, input));
    if (operation === 'StopExecution') return await this.#stop(checked(stopInput, input));
    const known = 'StartExecution, DescribeExecution and StopExecution';
    throw new StepFunctionsError(
      'UnknownOperationException',
      `The local Step Functions does not know ${operation}; it knows ${known}.`,
    );
  }

  async #start({ stateMachineArn, name, input }: z.infer<typeof startInput>): Promise<object> {
    const executions = this.#machines.get(stateMachineArn);
    if (!executions)
      throw new StepFunctionsError(
        'StateMachineDoesNotExist',
        `State Machine Does Not Exist: '${stateMachineArn}'`,
      );
    const started = await executions.start(name, input);
    if (started.kind === 'taken')
      throw new StepFunctionsError('ExecutionAlreadyExists', `Execution Already Exists: '${name}'`);
    return {
      executionArn: `${prefixOf(stateMachineArn)}${name}`,
      startDate: started.execution.startedMs / 1000,
    };
  }

  async #describe({ executionArn }: z.infer<typeof executionInput>): Promise<object> {
    const { stateMachineArn, execution } = await this.#find(executionArn);
    const { name, input, status, startedMs, endedMs, output, error, cause } = execution;
    return {
      executionArn,
      stateMachineArn,
      name,
      input,
      status,
      startDate: startedMs / 1000,
      ...(endedMs === undefined ? {} : { stopDate: endedMs / 1000 }),
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    };
  }

  async #stop({ executionArn, error, cause }: z.infer<typeof stopInput>): Promise<object> {
    const { executions, execution } = await this.#find(executionArn);
    await executions.stop(execution.name, error, cause);
    return { stopDate: Date.now() / 1000 };
  }

  async #find(executionArn: string): Promise<FoundExecution> {
    for (const [stateMachineArn, executions] of this.#machines) {
      const prefix = prefixOf(stateMachineArn);
      if (!executionArn.startsWith(prefix)) continue;
      const execution = await executions.find(executionArn.slice(prefix.length));
      if (execution) return { stateMachineArn, executions, execution };
    }
    throw new StepFunctionsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  }
}

interface FoundExecution {
  readonly stateMachineArn: string;
  readonly executions: LocalExecutions;
  readonly execution: Execution;
}

/** How the ARNs of a state machine's executions begin. */
const prefixOf = (stateMachineArn: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:`;

function checked<T extends z.core.$ZodType>(schema: T, input: unknown): z.infer<T> {
  const result = z.safeParse(schema, input);
  if (result.success) return result.data;
  throw new StepFunctionsError('ValidationException', z.prettifyError(result.error));
}
