import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, type OpenHost, openHost } from '../../../helpers/lambda-fixtures/open-host.ts';

let open: OpenHost;

beforeAll(async () => {
  open = await openHost([
    fixture('scripted', { maxConcurrency: 1, timeoutSeconds: 3, environment: { TABLE: 't' } }),
    fixture('echo'),
  ]);
});
afterAll(() => open.close());

function call(path: string, init: { body?: string; headers?: Record<string, string>; method?: string } = {}) {
  return fetch(`${open.url}/2015-03-31/functions${path}`, { method: 'POST', ...init });
}

const get = async (path: string) => (await call(path, { method: 'GET' })).json();

describe('Invoke', () => {
  it.each([
    'echo',
    'echo:$LATEST',
    'function:echo',
    '123456789012:function:echo',
    'arn:aws:lambda:eu-central-1:123456789012:function:echo',
    'arn:aws:lambda:eu-central-1:123456789012:function:echo:$LATEST',
  ])('runs %s and answers with the function’s own JSON', async (name) => {
    const response = await call(`/${encodeURIComponent(name)}/invocations`, { body: '{"a": [1, "ü"]}' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-amz-executed-version')).toBe('$LATEST');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/u);
    expect(response.headers.has('x-amz-function-error')).toBe(false);
    expect(await response.text()).toBe('{"a":[1,"ü"]}');
  });

  it('treats an empty body as an empty object', async () => {
    expect(await (await call('/echo/invocations')).text()).toBe('{}');
  });

  it('marks a failure in a header and still answers 200', async () => {
    const response = await call('/scripted/invocations', { body: '{"act":"throw"}' });
    expect([response.status, response.headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
    expect(await response.json()).toMatchObject({ errorType: 'TypeError' });
  });

  it('returns the end of the log on request', async () => {
    const body = JSON.stringify({ act: 'print', stdout: `${'x'.repeat(5000)}\nlast\n`, stderr: '' });
    const response = await call('/scripted/invocations', { body, headers: { 'X-Amz-Log-Type': 'Tail' } });
    const log = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64');
    expect(log.length).toBeLessThanOrEqual(4096);
    expect(log.toString()).toMatch(/END RequestId: [0-9a-f-]{36}\n/u);
  });

  it('queues an event and answers 202 without a body', async () => {
    const response = await call('/scripted/invocations', {
      body: JSON.stringify({ act: 'print', stdout: 'from the queue\n', stderr: '' }),
      headers: { 'X-Amz-Invocation-Type': 'Event' },
    });
    expect([response.status, await response.text()]).toEqual([202, '']);
    await open.host.idle();
    await expect.poll(() => open.lines.map(({ line }) => line)).toContain('from the queue');
  });

  it('only checks the request on a dry run', async () => {
    const headers = { 'X-Amz-Invocation-Type': 'DryRun' };
    const response = await call('/scripted/invocations', { body: '{"act":"exit","status":1}', headers });
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it('answers 429 above the concurrency cap', async () => {
    const running = open.host.invoke('scripted', { act: 'sleep', ms: 300 });
    const response = await call('/scripted/invocations', { body: '{}' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      429,
      'TooManyRequestsException',
    ]);
    expect(await response.json()).toMatchObject({
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      message: 'Rate Exceeded.',
    });
    await running;
  });

  it.each([
    ['/nobody/invocations', '{}', {}, 404, 'ResourceNotFoundException', 'function:nobody'],
    ['/echo/invocations?Qualifier=prod', '{}', {}, 404, 'ResourceNotFoundException', 'function:echo:prod'],
    ['/%FF/invocations', '{}', {}, 400, 'InvalidParameterValueException', 'percent-encoding'],
    ['/echo/invocations', '{"a":', {}, 400, 'InvalidRequestContentException', 'Could not parse request body'],
    [
      '/echo/invocations',
      '{}',
      { 'X-Amz-Invocation-Type': 'Twice' },
      400,
      'InvalidParameterValueException',
      'Twice',
    ],
    ['/echo/invocations', 'x'.repeat(6_291_457), {}, 413, 'RequestTooLargeException', '6291456'],
    ['/echo', '{}', {}, 405, 'UnknownOperationException', 'POST'],
  ])('refuses %s %#', async (path, body, headers, status, type, part) => {
    const response = await call(path, { body, headers });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, type]);
    const { message } = (await response.json()) as { message: string };
    expect(message).toContain(part);
  });

  it('answers 404 to an unknown operation, and 403 to an unknown runtime', async () => {
    expect((await fetch(`${open.url}/`)).status).toBe(404);
    const runtime = `/${'0'.repeat(32)}/2018-06-01/runtime/invocation/next`;
    expect((await fetch(`${open.url}${runtime}`)).status).toBe(403);
    expect(open.errors).toEqual([]);
  });
});

describe('the list of functions', () => {
  it('names each with its configuration', async () => {
    const { Functions } = (await get('/')) as { Functions: { FunctionName: string }[] };
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(['scripted', 'echo']);
    const configuration = await get('/scripted/configuration');
    expect(configuration).toMatchObject({
      FunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:scripted',
      Timeout: 3,
      MemorySize: 256,
      Runtime: 'nodejs22.x',
      Environment: { Variables: { TABLE: 't' } },
    });
    expect(await get('/scripted')).toMatchObject({ Configuration: configuration });
    expect(Functions[0]).toEqual(configuration);
  });
});
