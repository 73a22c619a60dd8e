import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../lib/errors.ts';
import { openLambdaHost } from '../../../../lib/local/lambda/host.ts';
import {
  eventually,
  fixture,
  type OpenHost,
  openHost,
  runs,
  temporaryFolder,
} from '../../../helpers/lambda-fixtures/open-host.ts';

const opened: OpenHost[] = [];
afterEach(async () => {
  for (const open of opened.splice(0)) await open.close();
});

async function start(...parameters: Parameters<typeof openHost>): Promise<OpenHost> {
  const open = await openHost(...parameters);
  opened.push(open);
  return open;
}

async function pidOf(
  { host }: OpenHost,
  event: object = { act: 'sleep', ms: 0 },
  name = 'scripted',
): Promise<number> {
  const { payload, functionError } = await host.invoke(name, event);
  expect(functionError).toBeUndefined();
  return JSON.parse(payload);
}

describe('an execution environment', () => {
  it("has Lambda's variables, the function’s own, and only PATH from the supervisor", async () => {
    process.env.A_SECRET_OF_THE_DEVELOPER = 'x';
    const open = await start([
      fixture('scripted', {
        environment: { TABLE: 't', AWS_ENDPOINT_URL_S3: 'http://s3' },
        timeoutSeconds: 900,
      }),
    ]);
    const { payload, requestId } = await open.host.invoke('scripted', { act: 'facts' });
    const { environment, context, workingDirectory } = JSON.parse(payload);
    const { PATH, AWS_LAMBDA_RUNTIME_API, AWS_LAMBDA_LOG_STREAM_NAME, _X_AMZN_TRACE_ID, ...rest } =
      environment;
    const fixtures = fileURLToPath(new URL('../../../helpers/lambda-fixtures', import.meta.url));
    expect(rest).toEqual({
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SESSION_TOKEN: 'local',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_NAME: 'scripted',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/scripted',
      LAMBDA_TASK_ROOT: fixtures,
      _HANDLER: 'scripted.handler',
      AWS_ENDPOINT_URL_LAMBDA: open.url,
      AWS_ENDPOINT_URL_SQS: open.url,
      TABLE: 't',
      AWS_ENDPOINT_URL_S3: 'http://s3',
    });
    expect(PATH).toBe(process.env.PATH);
    expect(_X_AMZN_TRACE_ID).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/u);
    expect(workingDirectory).toBe(fixtures);
    expect(context).toMatchObject({
      functionName: 'scripted',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:scripted',
      memoryLimitInMB: '256',
      awsRequestId: requestId,
      logGroupName: '/aws/lambda/scripted',
      logStreamName: AWS_LAMBDA_LOG_STREAM_NAME,
    });
    expect(context.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/u);
    expect(context.remainingMs).toBeGreaterThan(450_000);
    expect(context.remainingMs).toBeLessThanOrEqual(900_000);
  });

  it('is reused, the most recently used first', async () => {
    const open = await start([fixture('scripted')]);
    const [first, second] = await Promise.all([
      pidOf(open, { act: 'sleep', ms: 600 }),
      pidOf(open, { act: 'sleep', ms: 900 }),
    ]);
    expect(first).not.toBe(second);
    for (let count = 0; count < 5; count++) expect(await pidOf(open)).toBe(second);
  });

  it('ends after it has been idle for long enough', async () => {
    const open = await start([fixture('scripted')], { idleTimeoutMs: 200 });
    const pid = await pidOf(open);
    await eventually(async () => !(await runs(pid)));
    expect(await pidOf(open)).not.toBe(pid);
    expect(open.errors).toEqual([]);
  });

  it('passes on its output line by line, with whole characters and long lines', async () => {
    const open = await start([fixture('scripted')]);
    const long = 'ü'.repeat(300 * 1024);
    await open.host.invoke('scripted', {
      act: 'print',
      stdout: `one\r\n\ntwo\n${long}\n`,
      stderr: 'three\n',
    });
    await open.host.invoke('scripted', { act: 'printCutCharacter' });
    await eventually(() => open.lines.some(({ line }) => line === 'grüße'));
    const stdout = open.lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => line);
    expect(stdout.slice(0, 3)).toEqual(['one', '', 'two']);
    expect(stdout[3]).toHaveLength(256 * 1024);
    expect(`${stdout[3]}${stdout[4]}`).toBe(long);
    expect(open.lines).toContainEqual({ functionName: 'scripted', line: 'three', stream: 'stderr' });
  });
});

describe('concurrency', () => {
  it('of twenty runs twenty processes at the same time', async () => {
    const functions = [fixture('scripted', { maxConcurrency: 20, timeoutSeconds: 50 })];
    const open = await start(functions, { initTimeoutMs: 50_000 });
    const meeting = { act: 'meet', file: join(open.folder, 'meeting'), count: 20 };
    const pids = await Promise.all(Array.from({ length: 20 }, () => pidOf(open, meeting)));
    expect(new Set(pids).size).toBe(20);
    await open.host.close();
    expect(await Promise.all(pids.map(runs))).not.toContain(true);
  });

  it('waits for a busy environment when enough of them work', async () => {
    const busyWait = { minWorking: 2, maxWaitMs: 8000 };
    const open = await start([fixture('scripted', { maxConcurrency: 8 })], { busyWait });
    const pids = await Promise.all(Array.from({ length: 8 }, () => pidOf(open, { act: 'sleep', ms: 20 })));
    // One may have answered all before the other had started.
    expect(new Set(pids).size).toBeLessThanOrEqual(2);
  });

  it('takes another environment after the longest wait', async () => {
    const busyWait = { minWorking: 2, maxWaitMs: 50 };
    const open = await start([fixture('scripted', { maxConcurrency: 3 })], { busyWait });
    const meeting = { act: 'meet', file: join(open.folder, 'meeting'), count: 3 };
    const pids = await Promise.all(Array.from({ length: 3 }, () => pidOf(open, meeting)));
    expect(new Set(pids).size).toBe(3);
  });

  it('is refused while it waits when the host closes', async () => {
    const busyWait = { minWorking: 1, maxWaitMs: 9000 };
    const open = await start([fixture('scripted', { maxConcurrency: 2 })], { busyWait });
    const invocations = [1, 2].map(() => open.host.invoke('scripted', { act: 'sleep', ms: 9000 }));
    const closed = expect.objectContaining({ code: 'lambda_host_closed' });
    const ends = Promise.all(invocations.map((invocation) => expect(invocation).rejects.toEqual(closed)));
    await open.host.close();
    await ends;
  });

  it('above the cap is throttled and counted', async () => {
    const open = await start([fixture('scripted', { maxConcurrency: 1 })]);
    const first = pidOf(open, { act: 'sleep', ms: 100 });
    await expect(open.host.invoke('scripted', { act: 'sleep', ms: 0 })).rejects.toMatchObject({
      code: 'lambda_throttled',
      statusCode: 429,
      awsType: 'TooManyRequestsException',
    });
    expect(await pidOf(open, { act: 'sleep', ms: 0 }).catch((error) => error.code)).toBe('lambda_throttled');
    await first;
    expect(await pidOf(open)).toBe(await first);
    await open.host.close();
    const observed = (name: string) =>
      open.metrics.flatMap((metric) =>
        metric.name === name ? Array.from({ length: metric.count }, () => metric.value) : [],
      );
    expect(observed('Throttles')).toEqual([1, 1]);
    expect(observed('Invocations')).toEqual([1, 1]);
    expect(open.metrics[0]).toMatchObject({
      namespace: 'AWS/Lambda',
      dimensions: { FunctionName: 'scripted' },
    });
  });

  it('above the cap waits for its turn, first come first served', async () => {
    const open = await start([fixture('scripted', { maxConcurrency: 1 })], { maxQueueMs: 60_000 });
    const order: number[] = [];
    const calls = [0, 1, 2, 3, 4].map(async (place) => {
      const pid = await pidOf(open, { act: 'sleep', ms: 20 });
      order.push(place);
      return pid;
    });
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    await open.host.close();
    expect(open.metrics.filter(({ name }) => name === 'Throttles')).toEqual([]);
  });

  it('is refused with what to do when its turn does not come in time, and counted', async () => {
    const open = await start([fixture('scripted', { maxConcurrency: 1 })], { maxQueueMs: 50 });
    const first = pidOf(open, { act: 'sleep', ms: 2000 });
    await expect(open.host.invoke('scripted', { act: 'sleep', ms: 0 })).rejects.toMatchObject({
      code: 'lambda_throttled',
      statusCode: 429,
      message:
        'Rate Exceeded: 1 calls of scripted run at once, and this one waited 0.05 s for its turn: send fewer at once, or raise --concurrency',
    });
    expect(await pidOf(open, { act: 'sleep', ms: 0 }).catch((error) => error.code)).toBe('lambda_throttled');
    expect(await first).toBeGreaterThan(0);
    await open.host.idle();
    await open.host.close();
    expect(open.metrics.filter(({ name }) => name === 'Throttles')).toMatchObject([{ count: 2 }]);
  });

  it('ends its wait when the host closes', async () => {
    const open = await start([fixture('scripted', { maxConcurrency: 1 })], { maxQueueMs: 600_000 });
    const closed = { code: 'lambda_host_closed' };
    const calls = [1, 2].map(() => open.host.invoke('scripted', { act: 'sleep', ms: 600_000 }));
    const ends = Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(closed)));
    await open.host.close();
    await ends;
  });

  it('counts successes, failures and durations', async () => {
    const open = await start([fixture('scripted')]);
    const { payload: workedMs } = await open.host.invoke('scripted', { act: 'measuredSleep', ms: 100 });
    await open.host.invoke('scripted', { act: 'throw' });
    await open.host.close();
    const values = (name: string) =>
      open.metrics
        .filter((metric) => metric.name === name)
        .flatMap(({ value, count }) => Array.from({ length: count }, () => value));
    expect(values('Invocations')).toEqual([1, 1]);
    expect(values('Errors')).toEqual([0, 1]);
    expect(values('Duration')[0]).toBeGreaterThanOrEqual(Number(workedMs));
  });
});

describe('closing', () => {
  it('ends processes that ignore SIGTERM, stops running invocations, and refuses new ones', async () => {
    const open = await start([fixture('scripted')], { shutdownGraceMs: 300 });
    const stubborn = await pidOf(open, { act: 'ignoreTermination' });
    // Longer than this test may take: it fails unless the work is broken off.
    const running = open.host.invoke('scripted', { act: 'sleep', ms: 600_000 });
    const outcome = expect(running).rejects.toMatchObject({ code: 'lambda_host_closed' });
    await open.host.close();
    await outcome;
    expect(await runs(stubborn)).toBe(false);
    await expect(open.host.invoke('scripted', {})).rejects.toMatchObject({ code: 'lambda_host_closed' });
    await expect(open.host.invokeAsync('scripted', {})).rejects.toMatchObject({ code: 'lambda_host_closed' });
  });

  it('ends the processes that a function has spawned', async () => {
    const open = await start([fixture('scripted')]);
    const grandchild = await pidOf(open, { act: 'spawnChild' });
    expect(await runs(grandchild)).toBe(true);
    await open.host.close();
    await eventually(async () => !(await runs(grandchild)));
  });

  it('begins when the server closes', async () => {
    const open = await start([fixture('scripted')]);
    const pid = await pidOf(open);
    const running = expect(open.host.invoke('scripted', { act: 'sleep', ms: 60_000 })).rejects.toMatchObject({
      code: 'lambda_host_closed',
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    open.host.server.close();
    open.host.server.closeAllConnections();
    await running;
    await eventually(async () => !(await runs(pid)));
  });
});

describe('a supervisor that is killed', () => {
  it.each(['sleep', 'spin'])('leaves no process, even in the middle of %s', async (act) => {
    const folder = await temporaryFolder();
    const program = fileURLToPath(new URL('../../../helpers/lambda-fixtures/supervisor.ts', import.meta.url));
    const supervisor = spawn(process.execPath, [program, folder, act], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = await once(supervisor.stdout, 'data');
    const pids: number[] = JSON.parse(String(chunk));
    expect(pids).toHaveLength(2);
    expect(await Promise.all(pids.map(runs))).toEqual([true, true]);
    supervisor.kill('SIGKILL');
    await eventually(async () => !(await Promise.all(pids.map(runs))).includes(true), 5000);
    await rm(folder, { recursive: true, force: true });
  });
});

describe('definitions', () => {
  it('are checked, all faults together', async () => {
    const functions = [
      fixture('echo', { name: 'a b', memorySizeMb: 1 }),
      fixture('echo', { bundle: 'relative.mjs', timeoutSeconds: 0, maxConcurrency: 1.5 }),
      fixture('echo'),
    ];
    const options = {
      functions,
      database: undefined as never,
      deadLetterDirectory: '',
      region: '',
      accountId: '',
    };
    const noise = { onLogLine: () => {}, onDeadLetter: () => {}, onError: () => {} };
    const error = await openLambdaHost({ ...options, ...noise }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).faults).toEqual([
      'function "a b": name: expected 1 to 64 letters, digits, - and _, got "a b"',
      'function "a b": memorySizeMb: expected 128 to 10240, got 1',
      'function "echo": bundle: expected an absolute path, got "relative.mjs"',
      'function "echo": timeoutSeconds: expected more than 0, at most 900, got 0',
      'function "echo": maxConcurrency: expected 1 to 1000, got 1.5',
      'function "echo": defined twice; names must differ',
    ]);
  });

  it('must include the requested function', async () => {
    const open = await start([fixture('echo')]);
    const notFound = {
      code: 'lambda_function_not_found',
      message:
        'Function not found: arn:aws:lambda:eu-central-1:123456789012:function:nobody (functions here: echo)',
    };
    await expect(open.host.invoke('nobody', {})).rejects.toMatchObject(notFound);
    await expect(open.host.invokeAsync('nobody', {})).rejects.toMatchObject(notFound);
  });
});
