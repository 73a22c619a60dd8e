import type { AddressInfo } from 'node:net';
import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executionsOf } from '../../../../lib/aws/executions.ts';
import { stepFunctionsServer } from '../../../../lib/local/step-functions/api.ts';
import { LocalExecutions } from '../../../../lib/local/step-functions/executions.ts';
import type { LocalStateMachine } from '../../../../lib/local/step-functions/state-machine.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:test';
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:test:${name}`;

/** Ends each run when it is told to. */
class HeldMachine {
  readonly runs: { input: unknown; end: (output: unknown) => void; fail: (error: Error) => void }[] = [];

  run(input: unknown) {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.runs.push({ input, end: resolve, fail: reject });
    return { result: promise, abort: () => reject(new Error('aborted')) };
  }
}

const stored = new Map<string, string>();
const database = {
  get: async (key: string) => stored.get(key),
  put: async (key: string, value: string) => void stored.set(key, value),
  del: async (key: string) => void stored.delete(key),
  iterator: async function* () {
    yield* stored.entries();
  },
};
const errors: unknown[] = [];
const open = (machine: HeldMachine) =>
  new LocalExecutions({
    database,
    machine: machine as unknown as LocalStateMachine,
    now: () => 1_700_000_000_500,
    onError: (error) => errors.push(error),
  });

const machine = new HeldMachine();
const executions = open(machine);
const server = stepFunctionsServer(new Map([[ARN, executions]]), (error) => errors.push(error));
let sfn: SFNClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  sfn = new SFNClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterAll(async () => {
  await executions.close();
  server.close();
  expect(errors).toEqual([]);
});

const describeExecution = (name: string) =>
  sfn.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
const start = (name: string, input: object) =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: ARN, name, input: JSON.stringify(input) }));

describe("the laptop's Step Functions, to the AWS SDK", () => {
  it('starts an execution once, however often it is asked, until it has ended', async () => {
    const before = machine.runs.length;
    const [first, second] = await Promise.all([start('one', { a: 1 }), start('one', { a: 1 })]);
    expect(second).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    expect(machine.runs.slice(before).map(({ input }) => input)).toEqual([{ a: 1 }]);
    await expect(start('one', { a: 2 })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(await describeExecution('one')).toMatchObject({ status: 'RUNNING', input: '{"a":1}' });
    machine.runs.at(-1)!.end({ b: 2 });
    await expect
      .poll(() => describeExecution('one'))
      .toMatchObject({ status: 'SUCCEEDED', output: '{"b":2}', stopDate: new Date(1_700_000_000_500) });
    await expect(start('one', { a: 1 })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it('tells what ended an execution that failed, or was stopped', async () => {
    await start('failing', {});
    machine.runs.at(-1)!.fail(Object.assign(new Error('because'), { name: 'BatchFailed' }));
    await expect
      .poll(() => describeExecution('failing'))
      .toMatchObject({ status: 'FAILED', error: 'BatchFailed', cause: 'because' });
    await start('stopped', {});
    await sfn.send(new StopExecutionCommand({ executionArn: arnOf('stopped'), cause: 'by hand' }));
    expect(await describeExecution('stopped')).toMatchObject({ status: 'ABORTED', cause: 'by hand' });
  });

  it('refuses what it does not know', async () => {
    await expect(describeExecution('never')).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    const other = new StartExecutionCommand({ stateMachineArn: `${ARN}2`, name: 'x', input: '{}' });
    await expect(sfn.send(other)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(start('a name', {})).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(sfn.send(new ListStateMachinesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });

  it('begins again what ran when it ended, and nothing else', async () => {
    await start('interrupted', { c: 3 });
    await executions.close();
    const again = new HeldMachine();
    const resumed = open(again);
    await resumed.resume();
    expect(again.runs.map(({ input }) => input)).toEqual([{ c: 3 }]);
    again.runs[0]!.end({});
    await expect.poll(async () => (await resumed.find('interrupted'))?.status).toBe('SUCCEEDED');
    await resumed.close();
  });
});

describe('the executions of a state machine', () => {
  it('are as the calls say', async () => {
    const found = executionsOf(sfn, ARN);
    expect(await found.find('failing')).toEqual({ status: 'ended', cause: 'because' });
    expect(await found.find('one')).toEqual({ status: 'succeeded', cause: 'SUCCEEDED' });
    expect(await found.find('never')).toBeUndefined();
    expect(await found.start('one', { a: 1 })).toBe(false);
  });
});
