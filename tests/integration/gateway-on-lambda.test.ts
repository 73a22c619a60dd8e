import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApi } from '../../lib/local/http-api/http-api.ts';
import { fixture, type OpenHost, openHost } from '../helpers/lambda-fixtures/open-host.ts';

let open: OpenHost;
let api: Server;
let url: string;

beforeAll(async () => {
  open = await openHost([
    fixture('http-echo'),
    fixture('scripted', { maxConcurrency: 1 }),
    fixture('init-throws'),
  ]);
  api = createHttpApi({
    routes: [
      { routeKey: 'POST /echo', functionName: 'http-echo' },
      { routeKey: 'GET /scripted', functionName: 'scripted' },
      { routeKey: 'GET /broken', functionName: 'init-throws' },
      { routeKey: 'GET /missing', functionName: 'nobody' },
    ],
    invoke: open.host.invoke,
    accountId: '123456789012',
    apiId: 'local',
    onError: (error) => open.errors.push(error),
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterAll(async () => {
  api.close();
  api.closeAllConnections();
  await open.close();
});

const post = (body: string, type = 'text/plain') =>
  fetch(`${url}/echo`, { method: 'POST', body, headers: { 'content-type': type } });

describe('a request through the gateway and a real process', () => {
  it('reaches the handler unchanged', async () => {
    const response = await post('{"features":[5.1,"ü"]}', 'application/json');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ body: '{"features":[5.1,"ü"]}', rawPath: '/echo' });
  });

  it("fails with the gateway's own message", async () => {
    const broken = await fetch(`${url}/broken`);
    expect([broken.status, await broken.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(open.errors).toEqual([]);
    const missing = await fetch(`${url}/missing`);
    expect([missing.status, await missing.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(open.errors.splice(0)).toEqual([expect.objectContaining({ code: 'lambda_function_not_found' })]);
  });

  it('answers 503 above the concurrency cap', async () => {
    const running = open.host.invoke('scripted', { act: 'sleep', ms: 300 });
    const response = await fetch(`${url}/scripted`);
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    await running;
  });

  it('answers 413 when the body fits, but the event that encodes it does not', async () => {
    const statusOf = async (body: string, type: string) => (await post(body, type)).status;
    // Five MB of letters stay five MB as text and become 6.7 MB as base64. Escaped quotes take twice the
    // space.
    const letters = 'x'.repeat(5_000_000);
    expect(await statusOf(letters, 'application/octet-stream')).toBe(413);
    expect(await statusOf('"'.repeat(5_000_000), 'text/plain')).toBe(413);
    // The answer may be too large for Lambda. Status 500 also shows that the function ran and the event
    // fitted.
    expect([200, 500]).toContain(await statusOf(letters, 'text/plain'));
  });
});
