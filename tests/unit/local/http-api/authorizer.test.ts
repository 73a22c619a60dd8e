import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthorizerCache } from '../../../../lib/local/http-api/authorizer-cache.ts';
import {
  type AuthorizerDefinition,
  createHttpApi,
  type HttpApiOptions,
} from '../../../../lib/local/http-api/http-api.ts';
import { TooManyRequestsError } from '../../../../lib/local/lambda/lambda-errors.ts';

const TTL_MS = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: a test looks into an event at any depth.
type Event = any;

let servers: Server[];
let url: string;
let errors: unknown[];
let nowMs: number;
/** How far the wall clock was set forward, or back. */
let stepMs: number;
/** How often the gateway read its clock: once for each event. */
let clockReads: number;
/** Events that the authorizer received, and events that the functions behind it received. */
let asked: Event[];
let served: Event[];
/** The authorizer's next answer. */
let decide: (event: Event) => unknown;

beforeEach(async () => {
  servers = [];
  errors = [];
  clockReads = 0;
  asked = [];
  served = [];
  nowMs = Date.UTC(2026, 2, 1, 9, 5, 7);
  stepMs = 0;
  decide = ({ headers }) => ({ isAuthorized: true, context: { name: headers.authorization } });
  url = await open();
});
afterEach(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const invoke: HttpApiOptions['invoke'] = async (functionName, event) => {
  if (functionName !== 'authorize') {
    served.push(event);
    return { requestId: 'r', payload: '{"statusCode":200,"body":"served"}' };
  }
  asked.push(event);
  const answer = await decide(event);
  if (answer === FAILED) return { requestId: 'r', payload: '{}', functionError: 'Unhandled' };
  return {
    requestId: 'r',
    payload: typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? 'null'),
  };
};
const FAILED = Symbol('the function failed');

async function open(definition: Partial<AuthorizerDefinition> = {}): Promise<string> {
  const server = createHttpApi({
    routes: [
      { routeKey: 'POST /predict', functionName: 'predict', isAuthorized: true },
      { routeKey: 'GET /models/{model}', functionName: 'models', isAuthorized: true },
      { routeKey: 'GET /health', functionName: 'predict', isAuthorized: false },
      { routeKey: '$default', functionName: 'predict' },
    ],
    authorizer: {
      functionName: 'authorize',
      identitySources: ['$request.header.Authorization', '$context.routeKey'],
      ttlSeconds: TTL_MS / 1000,
      timeoutMs: 200,
      ...definition,
    },
    invoke,
    region: 'eu-west-1',
    accountId: '123456789012',
    apiId: 'api',
    clock: () => {
      clockReads++;
      return { wallMs: nowMs + stepMs, steadyMs: nowMs };
    },
    onError: (error) => errors.push(error),
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function send(method: string, path: string, authorization?: string, at = url) {
  const answer = await fetch(`${at}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(method === 'POST' ? { body: '{"a":1}' } : {}),
  });
  return [answer.status, await answer.text()];
}

const UNAUTHORIZED = [401, '{"message":"Unauthorized"}'];
const FORBIDDEN = [403, '{"message":"Forbidden"}'];
const FAILURE = [500, '{"message":"Internal Server Error"}'];
const SERVED = [200, 'served'];

describe('a route with an authorizer', () => {
  it('answers 401 without the header, or with an empty one, and does not call the authorizer', async () => {
    expect(await send('POST', '/predict')).toEqual(UNAUTHORIZED);
    expect(await send('POST', '/predict', '')).toEqual(UNAUTHORIZED);
    expect([asked, served, errors]).toEqual([[], [], []]);
  });

  it('sends the event of payload format 2.0, which has no body', async () => {
    expect(await send('GET', '/models/a%20b?x=1&x=2', 'Bearer t')).toEqual(SERVED);
    expect(JSON.parse(JSON.stringify(asked[0]))).toEqual({
      version: '2.0',
      type: 'REQUEST',
      routeArn: 'arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET/models/a b',
      identitySource: ['Bearer t', 'GET /models/{model}'],
      routeKey: 'GET /models/{model}',
      rawPath: '/models/a b',
      rawQueryString: 'x=1&x=2',
      headers: expect.objectContaining({ authorization: 'Bearer t', host: expect.any(String) }),
      queryStringParameters: { x: '1,2' },
      requestContext: expect.objectContaining({
        accountId: '123456789012',
        apiId: 'api',
        http: expect.objectContaining({ method: 'GET', path: '/models/a b' }),
        requestId: expect.any(String),
        routeKey: 'GET /models/{model}',
        stage: '$default',
      }),
      pathParameters: { model: 'a b' },
    });
    await send('POST', '/predict', 'Bearer t');
    expect(asked[1]).not.toHaveProperty('body');
    expect(asked[1]).not.toHaveProperty('isBase64Encoded');
  });

  it("passes on the authorizer's context and the unchanged request", async () => {
    decide = () => ({ isAuthorized: true, context: { name: 'ci', scopes: 'read' } });
    await send('POST', '/predict', 'Bearer t');
    expect(served[0].requestContext.authorizer).toEqual({ lambda: { name: 'ci', scopes: 'read' } });
    expect(served[0]).toMatchObject({ body: '{"a":1}', headers: { authorization: 'Bearer t' } });
    decide = () => ({ isAuthorized: true });
    await send('POST', '/predict', 'Bearer u');
    expect(served[1].requestContext.authorizer).toEqual({ lambda: null });
  });

  it('answers 403 when the authorizer denies the request', async () => {
    decide = () => ({ isAuthorized: false, context: { name: 'ci' } });
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FORBIDDEN);
    expect(served).toEqual([]);
  });

  it.each([
    ['it fails', () => FAILED, 'authorizer authorize failed: its log says why'],
    ['it takes too long', () => new Promise(() => {}), 'did not answer within 200 ms'],
    ['it says nothing', () => undefined, 'gave no valid answer: expected {"isAuthorized"'],
    ['it says yes by a word', () => ({ isAuthorized: 'true' }), 'gave no valid answer'],
    ['it says yes by a number', () => ({ isAuthorized: 1 }), 'gave no valid answer'],
    ['it answers with a list', () => [true], 'got an array'],
    [
      'its context is no object',
      () => ({ isAuthorized: true, context: 'ci' }),
      'context: expected an object',
    ],
    ['it answers with no JSON', () => 'yes', 'gave no valid answer'],
  ])('is 500 when %s; the developer is told why, and the next request asks again', async (_, act, why) => {
    decide = act;
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FAILURE);
    expect(errors).toEqual([expect.objectContaining({ code: 'http_api_authorizer_failed' })]);
    expect((errors[0] as Error).message).toContain(why);
    expect((errors[0] as Error).message).not.toContain('Bearer t');
    decide = () => ({ isAuthorized: true });
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(SERVED);
    expect(served).toHaveLength(1);
  });

  it('answers 500 when the authorizer is throttled', async () => {
    decide = () => Promise.reject(new TooManyRequestsError());
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FAILURE);
    expect(served).toEqual([]);
  });
});

describe('a route without an authorizer', () => {
  it.each([
    ['GET', '/health'],
    ['GET', '/nowhere'],
    ['OPTIONS', '/predict'],
  ])('does not call the authorizer for %s %s, and gets no context', async (method, path) => {
    expect(await send(method, path, 'Bearer t')).toEqual(SERVED);
    expect(asked).toEqual([]);
    expect(served[0].requestContext).not.toHaveProperty('authorizer');
  });
});

describe("the authorizer's answer", () => {
  it('is cached for exactly its time, to the millisecond', async () => {
    await send('POST', '/predict', 'Bearer t');
    nowMs += TTL_MS - 1;
    decide = () => ({ isAuthorized: false });
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(SERVED);
    expect(asked).toHaveLength(1);
    nowMs += 1;
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FORBIDDEN);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['back', -3_600_000],
    ['back by less than its time', -TTL_MS / 2],
    ['forward', 3_600_000],
  ])('of a token that was revoked is not kept longer when the wall clock is set %s', async (_, step) => {
    await send('POST', '/predict', 'Bearer t');
    decide = () => ({ isAuthorized: false });
    nowMs += TTL_MS / 2;
    stepMs = step;
    await send('POST', '/predict', 'Bearer t');
    nowMs += TTL_MS / 2;
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FORBIDDEN);
  });

  it('counts from when the authorizer was asked, not from when it answered', async () => {
    decide = () => {
      nowMs += TTL_MS - 1;
      return { isAuthorized: true };
    };
    await send('POST', '/predict', 'Bearer t');
    nowMs += 1;
    decide = () => ({ isAuthorized: false });
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FORBIDDEN);
  });

  it('is not kept longer because it is used', async () => {
    await send('POST', '/predict', 'Bearer t');
    for (let i = 0; i < 4; i++) {
      nowMs += TTL_MS / 4;
      await send('POST', '/predict', 'Bearer t');
    }
    expect(asked).toHaveLength(2);
  });

  it('applies to one token at one route, whatever the path', async () => {
    await send('GET', '/models/a', 'Bearer t');
    await send('GET', '/models/b', 'Bearer t');
    expect(asked).toHaveLength(1);
    await send('GET', '/models/a', 'Bearer u');
    await send('POST', '/predict', 'Bearer t');
    expect(asked).toHaveLength(3);
    expect(served.map(({ requestContext }) => requestContext.authorizer.lambda.name)).toEqual([
      'Bearer t',
      'Bearer t',
      'Bearer u',
      'Bearer t',
    ]);
  });

  it('is cached also when it is a denial', async () => {
    decide = () => ({ isAuthorized: false });
    await send('POST', '/predict', 'Bearer t');
    decide = () => ({ isAuthorized: true });
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(FORBIDDEN);
  });

  it('is shared by concurrent requests, and asked for again after a failure', async () => {
    let release = (_: unknown) => {};
    decide = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const together = Array.from({ length: 5 }, () => send('POST', '/predict', 'Bearer t'));
    // One for each request, and one for when the authorizer is asked.
    await expect.poll(() => clockReads).toBe(6);
    expect(asked).toHaveLength(1);
    release(FAILED);
    expect(await Promise.all(together)).toEqual(together.map(() => FAILURE));
    decide = () => ({ isAuthorized: true });
    expect(await send('POST', '/predict', 'Bearer t')).toEqual(SERVED);
    expect(asked).toHaveLength(2);
  });

  it('is not cached with a time of 0', async () => {
    const uncached = await open({ ttlSeconds: 0 });
    for (let i = 0; i < 3; i++) await send('POST', '/predict', 'Bearer t', uncached);
    expect(asked).toHaveLength(3);
  });

  it('is cached for the last thousand callers, so that strangers cannot fill the memory', () => {
    const at = { wallMs: nowMs, steadyMs: 0 };
    const cache = new AuthorizerCache(60, () => at);
    for (let i = 0; i <= 1000; i++) cache.set(String(i), { isAuthorized: false }, at);
    expect([cache.get('0'), cache.get('1'), cache.get('1000')]).toEqual([
      undefined,
      { isAuthorized: false },
      { isAuthorized: false },
    ]);
  });
});

describe('the definition', () => {
  it('is checked, and all faults are reported together', async () => {
    const attempt = open({ identitySources: ['$request.body'], ttlSeconds: 3601 });
    await expect(attempt).rejects.toThrow(
      /got \$request\.body\n.*ttlSeconds: expected a whole number from 0 to 3600, got 3601/,
    );
    await expect(open({ identitySources: [] })).rejects.toThrow('expected one or more, got none');
  });

  it('must exist when a route requires it', () => {
    const attempt = () =>
      createHttpApi({
        routes: [{ routeKey: 'POST /predict', functionName: 'predict', isAuthorized: true }],
        invoke,
        accountId: '1',
        apiId: 'a',
        onError: () => {},
      });
    expect(attempt).toThrow('authorizer: expected one');
  });
});
