import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  eventually,
  fixture,
  type OpenHost,
  openHostOn,
  temporaryFolder,
} from '../../../helpers/lambda-fixtures/open-host.ts';

let folder: string;
let open: OpenHost | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await open?.close();
  open = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(
  ...[functions, options]: [Parameters<typeof openHostOn>[1], Parameters<typeof openHostOn>[2]?]
) {
  open = await openHostOn(folder, functions, options);
  return open;
}

const written = () => readFile(join(folder, 'out'), 'utf8').catch(() => '');
const append = (text: string, ms = 0) => ({ act: 'append', file: join(folder, 'out'), text, ms });

describe('an asynchronous event', () => {
  it('runs, and idle() waits for it', async () => {
    const { host, errors } = await start([fixture('scripted')]);
    await host.invokeAsync('scripted', append('a', 100));
    await host.idle();
    expect(await written()).toBe('a');
    expect(errors).toEqual([]);
  });

  it('waits in order at the concurrency cap, while synchronous invocations are refused', async () => {
    const { host } = await start([fixture('scripted', { maxConcurrency: 1 })]);
    // The first event takes long enough to overlap with the synchronous ones on any machine.
    const events = ['a', 'b', 'c', 'd'].map((text) => append(text, text === 'a' ? 3000 : 0));
    for (const event of events) await host.invokeAsync('scripted', event);
    const synchronous = () => host.invoke('scripted', { act: 'return' }).catch(({ code }) => code);
    await expect.poll(synchronous).toBe('lambda_throttled');
    await host.idle();
    expect(await written()).toBe('abcd');
  });

  it('with an id that is queued or runs is accepted and not added', async () => {
    const { host } = await start([fixture('scripted', { maxConcurrency: 1 })]);
    const twice = () => host.invokeAsync('scripted', append('a', 2000), 'upload-1');
    await twice();
    await host.invokeAsync('scripted', append('b'), 'upload-2');
    await twice();
    await host.idle();
    expect(await written()).toBe('ab');
    await twice();
    await host.idle();
    expect(await written()).toBe('aba');
  });

  it('that fails is tried again after each delay', async () => {
    const retryDelaysMs = [101, 303];
    // Its clock stands still, so that the queue asks for the delays as they are.
    const { host, deadLetters, lines } = await start([fixture('scripted')], { retryDelaysMs, now: () => 0 });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await host.invokeAsync('scripted', { act: 'failTimes', file: join(folder, 'out'), times: 2 });
    await host.idle();
    const delaysMs = timers.mock.calls.map(([, ms]) => ms ?? 0);
    timers.mockRestore();
    expect(delaysMs.filter((ms) => retryDelaysMs.includes(ms))).toEqual(retryDelaysMs);
    expect(await written()).toBe('xxx');
    expect(deadLetters).toEqual([]);
    const requestIds = lines.map(({ line }) => line.split('\t')[1]);
    expect(requestIds).toHaveLength(2);
    expect(requestIds[0]).toBe(requestIds[1]);
  });

  it('that fails for good becomes a dead letter in the form of Lambda’s on-failure record', async () => {
    const { host, deadLetters } = await start([fixture('scripted')]);
    const event = { act: 'failTimes', file: join(folder, 'out'), times: 9 };
    await host.invokeAsync('scripted', event);
    await host.idle();
    expect(await written()).toBe('xxx');
    const [name = '', ...others] = await readdir(join(folder, 'dead-letters'));
    expect(others).toEqual([]);
    const text = await readFile(join(folder, 'dead-letters', name), 'utf8');
    const record = JSON.parse(text);
    expect(text).toBe(`${JSON.stringify(record, null, 2)}\n`);
    const { requestId } = record.requestContext;
    expect(name).toBe(`scripted-${requestId}.json`);
    expect(record).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
      requestContext: {
        requestId,
        functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:scripted:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: {
        errorType: 'Error',
        errorMessage: 'attempt 3 fails',
        trace: expect.arrayContaining(['Error: attempt 3 fails']),
      },
    });
    expect(deadLetters).toEqual([
      { functionName: 'scripted', requestId, file: join(folder, 'dead-letters', name), record },
    ]);
  });

  it('stays stored when its dead letter cannot be written, and the fault is reported', async () => {
    await writeFile(join(folder, 'dead-letters'), 'a file where the folder should be');
    const { host, errors } = await start([fixture('scripted')], { retryDelaysMs: [] });
    await host.invokeAsync('scripted', { act: 'throw' });
    await host.idle();
    expect(errors).toEqual([expect.objectContaining({ code: 'lambda_event_stuck' })]);
    await open?.close();
    await rm(join(folder, 'dead-letters'));
    const again = await start([fixture('scripted')], { retryDelaysMs: [] });
    await again.host.idle();
    expect(again.deadLetters).toHaveLength(1);
  });
});

describe('after a restart', () => {
  it('a queued or interrupted event runs, with its remaining attempts', async () => {
    const functions = [fixture('scripted', { maxConcurrency: 1 })];
    const first = await start(functions, { retryDelaysMs: [60_000] });
    await first.host.invokeAsync('scripted', { act: 'failTimes', file: join(folder, 'attempts'), times: 9 });
    await eventually(async () => (await readFile(join(folder, 'attempts'), 'utf8').catch(() => '')) === 'x');
    await first.host.invokeAsync('scripted', append('a', 1500));
    await first.host.invokeAsync('scripted', append('b'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.close();
    expect(await written()).toBe('');

    const second = await start(functions, { retryDelaysMs: [60_000], now: () => Date.now() + 120_000 });
    await second.host.idle();
    expect(await written()).toBe('ab');
    expect(second.deadLetters).toHaveLength(1);
    expect(second.deadLetters[0]?.record.requestContext.approximateInvokeCount).toBe(2);
    expect(second.errors).toEqual([]);
  });

  it('an accepted event runs even if the supervisor was killed right after', async () => {
    const program = fileURLToPath(
      new URL('../../../helpers/lambda-fixtures/accepting-supervisor.ts', import.meta.url),
    );
    const supervisor = spawn(process.execPath, [program, folder, JSON.stringify(append('a'))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(supervisor.stdout, 'data');
    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');
    expect(await written()).toBe('');
    const { host } = await start([fixture('scripted')]);
    await host.idle();
    expect(await written()).toBe('a');
  });

  it('events that cannot run are reported, not dropped', async () => {
    const database = new Level<string, string>(join(folder, 'state'));
    await database.put('scripted/1', 'no JSON');
    const gone = {
      functionName: 'gone',
      requestId: 'r',
      payload: '{}',
      sequence: 1,
      attempts: 0,
      notBeforeMs: 1,
    };
    await database.put('gone/1', JSON.stringify(gone));
    await database.close();
    const { host, errors } = await start([fixture('scripted')]);
    await host.idle();
    expect(errors.map((error) => (error as Error).message)).toEqual([
      'queued event gone/1: there is no function gone any more; it is not run now and stays stored for the next start',
      expect.stringMatching(/^queued event scripted\/1: .*JSON.*stays stored for the next start$/u),
    ]);
  });
});
