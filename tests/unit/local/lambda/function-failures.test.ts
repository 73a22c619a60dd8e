import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, fixture, type OpenHost, openHost } from '../../../helpers/lambda-fixtures/open-host.ts';

let open: OpenHost;

beforeAll(async () => {
  open = await openHost(
    [
      fixture('scripted', { timeoutSeconds: 3 }),
      fixture('scripted', { name: 'small', memorySizeMb: 128 }),
      fixture('scripted', { name: 'quick', timeoutSeconds: 0.3 }),
      fixture('callback'),
      fixture('plain-value'),
      fixture('init-throws'),
      fixture('init-hangs'),
      fixture('init-exits'),
      fixture('no-handler'),
      fixture('missing-import'),
      fixture('there-is-no-such-bundle'),
    ],
    { initTimeoutMs: 1500 },
  );
});
afterAll(() => open.close());

async function failure(functionName: string, event: unknown = {}) {
  const result = await open.host.invoke(functionName, event);
  expect(result.functionError).toBe('Unhandled');
  return { requestId: result.requestId, ...JSON.parse(result.payload) };
}

describe('a handler that fails', () => {
  it('reports its error with type, message and trace', async () => {
    const { errorType, errorMessage, trace } = await failure('scripted', { act: 'throw' });
    expect([errorType, errorMessage]).toEqual(['TypeError', 'thrown on purpose']);
    expect(trace[0]).toBe('TypeError: thrown on purpose');
    expect(trace[1]).toContain('scripted.mjs');
  });

  it('stays warm after a thrown error', async () => {
    const before = await open.host.invoke('scripted', { act: 'sleep', ms: 0 });
    await failure('scripted', { act: 'throw' });
    const after = await open.host.invoke('scripted', { act: 'sleep', ms: 0 });
    expect(after.payload).toBe(before.payload);
  });

  it('reports a rejection that is not an Error', async () => {
    expect(await failure('scripted', { act: 'rejectWithText' })).toMatchObject({
      errorType: 'string',
      errorMessage: 'just a text',
      trace: [],
    });
  });

  it('reports an answer that cannot be serialised', async () => {
    const { errorMessage } = await failure('scripted', { act: 'cycle' });
    expect(errorMessage).toContain('Unable to stringify response body: Converting circular structure');
  });

  it('prints the error to its log', async () => {
    const { requestId } = await failure('scripted', { act: 'throw' });
    // Output and answer take different ways: the line may arrive after the result.
    await eventually(() => open.lines.some(({ line }) => line.includes(requestId)));
    const line = open.lines.find((heard) => heard.line.includes(requestId));
    expect(line).toMatchObject({ functionName: 'scripted', stream: 'stderr' });
    expect(line?.line).toContain('Invoke Error');
  });
});

describe('a process that ends', () => {
  it.each([
    [0, 'Runtime exited without providing a reason'],
    [3, 'Runtime exited with error: exit status 3'],
  ])('by process.exit(%i) is a crash', async (status, reason) => {
    const { requestId, ...error } = await failure('scripted', { act: 'exit', status });
    expect(error).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: ${reason}`,
    });
  });

  it('by a signal names the signal', async () => {
    const { errorType, errorMessage } = await failure('scripted', { act: 'abort' });
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toMatch(/Runtime exited with error: signal: aborted$/u);
  });

  it('is killed after an invalid message on its channel', async () => {
    const { errorType, errorMessage } = await failure('scripted', { act: 'writeToChannel' });
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toMatch(/signal: killed$/u);
  });

  it('by an uncaught exception reports the exception', async () => {
    expect(await failure('scripted', { act: 'uncaught' })).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'nobody catches this',
    });
  });

  it('by an unhandled rejection reports it as Lambda does', async () => {
    expect(await failure('scripted', { act: 'unhandled' })).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'RangeError: nobody awaits this',
    });
  });

  it('is replaced by a new one for the next event', async () => {
    await failure('scripted', { act: 'exit', status: 1 });
    const result = await open.host.invoke('scripted', { act: 'return', value: 42 });
    expect(result).toMatchObject({ payload: '42' });
    expect(result.functionError).toBeUndefined();
  });
});

describe('limits', () => {
  it.each(['sleep', 'spin'])('kill a handler that overruns its time by %s', async (act) => {
    // Longer than this test may take: it fails unless the handler is killed.
    const { requestId, ...error } = await failure('quick', { act, ms: 600_000 });
    expect(error).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.30 seconds`,
    });
    await eventually(() =>
      open.lines.some(({ line }) => line.endsWith(`${requestId} Task timed out after 0.30 seconds`)),
    );
  });

  it('kill a process that uses too much memory', async () => {
    const { errorType, errorMessage } = await failure('small', { act: 'grow' });
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toMatch(/Runtime exited with error: signal: killed$/u);
    await eventually(() =>
      open.lines.some(({ line }) => line.startsWith('Memory Size: 128 MB Max Memory Used:')),
    );
  });

  it('refuse an answer above 6 MB and keep the process', async () => {
    // JSON text is counted, so two quotes come on top.
    const largest = await open.host.invoke('scripted', { act: 'answerOf', length: 6_291_554 });
    expect(largest.functionError).toBeUndefined();
    expect(largest.payload).toHaveLength(6_291_556);
    expect(await failure('scripted', { act: 'answerOf', length: 6_291_555 })).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect(await open.host.invoke('scripted', { act: 'return', value: 1 })).toMatchObject({ payload: '1' });
  });

  it('refuse an event above 6 MB, 1 MB when asynchronous', async () => {
    const tooLarge = { code: 'lambda_event_too_large' };
    await expect(open.host.invoke('scripted', 'x'.repeat(6_291_455))).rejects.toMatchObject(tooLarge);
    await expect(open.host.invokeAsync('scripted', 'x'.repeat(1_048_575))).rejects.toMatchObject(tooLarge);
  });
});

describe('initialisation', () => {
  it('that throws is reported with its error', async () => {
    const { errorType, errorMessage, trace } = await failure('init-throws');
    expect([errorType, errorMessage]).toEqual(['RangeError', 'broken at the top']);
    expect(trace.join('\n')).toContain('init-throws.mjs');
  });

  it('that exits is a crash', async () => {
    const { errorType, errorMessage } = await failure('init-exits');
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toMatch(/exit status 7$/u);
  });

  it('that takes too long is killed', async () => {
    const { errorType, errorMessage } = await failure('init-hangs');
    expect(errorType).toBe('Sandbox.Timedout');
    expect(errorMessage).toMatch(/Task timed out after 1\.50 seconds$/u);
  });

  it.each([
    ['no-handler', 'Runtime.HandlerNotFound', 'no-handler.mjs.handler is undefined or not exported'],
    ['missing-import', 'Runtime.ImportModuleError', 'there-is-no-such-file.mjs'],
    ['there-is-no-such-bundle', 'Runtime.ImportModuleError', 'there-is-no-such-bundle.mjs'],
  ])('of %s reports what is missing', async (name, type, message) => {
    const { errorType, errorMessage } = await failure(name);
    expect(errorType).toBe(type);
    expect(errorMessage).toContain(message);
  });

  it('fails every request that waits for it, not only the first', async () => {
    const both = await Promise.all([failure('init-throws'), failure('init-throws')]);
    expect(both.map(({ errorType }) => errorType)).toEqual(['RangeError', 'RangeError']);
  });
});

describe('old-style handlers', () => {
  it('answer through their callback', async () => {
    expect(await open.host.invoke('callback', {})).toMatchObject({ payload: '"by callback"' });
    expect(await failure('callback', { fail: true })).toMatchObject({ errorMessage: 'by callback' });
  });

  it('answer null when they return a plain value, as on Lambda', async () => {
    expect(await open.host.invoke('plain-value', {})).toMatchObject({ payload: 'null' });
  });
});
