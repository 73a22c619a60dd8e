import { Agent, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpApi, type HttpApiOptions } from '../../../../lib/local/http-api/http-api.ts';
import type { InvocationResult } from '../../../../lib/local/lambda/host.ts';
import { EventTooLargeError, TooManyRequestsError } from '../../../../lib/local/lambda/lambda-errors.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: string[];
  readonly body: Buffer;
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into an event at any depth.
type Event = any;

let api: Server;
let errors: unknown[];
let events: { functionName: string; event: Event }[];
/** The next answer of the function behind the routes. */
let answer: (event: Event) => unknown;

const agent = new Agent({ keepAlive: true });

const invoke: HttpApiOptions['invoke'] = async (functionName, event) => {
  events.push({ functionName, event });
  const value = await answer(event);
  if (isResult(value)) return value;
  return { requestId: 'r', payload: JSON.stringify(value) ?? 'null' };
};

function isResult(value: unknown): value is InvocationResult {
  return typeof value === 'object' && value !== null && 'payload' in value && 'requestId' in value;
}

beforeAll(async () => {
  api = createHttpApi({
    routes: [
      { routeKey: 'POST /predict', functionName: 'predict' },
      { routeKey: 'GET /models/{model}', functionName: 'models' },
      { routeKey: 'GET /models/champions', functionName: 'champions' },
      { routeKey: 'ANY /models/{model}', functionName: 'any-model' },
      { routeKey: 'GET /models/{model}/versions/{n}', functionName: 'versions' },
      { routeKey: 'GET /files/{proxy+}', functionName: 'files' },
      { routeKey: 'GET /files/a/{proxy+}', functionName: 'files-a' },
      { routeKey: 'ANY /any', functionName: 'any' },
    ],
    invoke,
    accountId: '123456789012',
    apiId: 'local',
    integrationTimeoutMs: 200,
    clock: () => ({ wallMs: Date.UTC(2026, 2, 1, 9, 5, 7, 250), steadyMs: 0 }),
    onError: (error) => errors.push(error),
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  agent.destroy();
  api.close();
  api.closeAllConnections();
});
beforeEach(() => {
  errors = [];
  events = [];
  answer = () => ({ statusCode: 200 });
});

const port = () => (api.address() as AddressInfo).port;

function send(
  method: string,
  path: string,
  headers: Record<string, string | string[]> = {},
  body: string | Buffer = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port: port(), host: '127.0.0.1', method, path, headers, agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status, headers, rawHeaders } = response;
          resolve({ status, headers, rawHeaders, body: Buffer.concat(chunks) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function eventOf(...parameters: Parameters<typeof send>): Promise<Event> {
  expect((await send(...parameters)).status).toBe(200);
  return events.at(-1)?.event;
}

/** Writes bytes unchanged and reads until the server closes the connection. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port(), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

describe('the event of payload format 2.0', () => {
  it('has every field except empty ones', async () => {
    const event = await eventOf('GET', '/any', { 'User-Agent': 'test/1', Host: 'api.example.test:8000' });
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      version: '2.0',
      routeKey: 'ANY /any',
      rawPath: '/any',
      rawQueryString: '',
      headers: {
        'user-agent': 'test/1',
        host: 'api.example.test:8000',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': String(port()),
        'x-forwarded-proto': 'http',
      },
      requestContext: {
        accountId: '123456789012',
        apiId: 'local',
        domainName: 'api.example.test',
        domainPrefix: 'api',
        http: {
          method: 'GET',
          path: '/any',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: expect.stringMatching(/^[A-Za-z0-9+/]{15}=$/u),
        routeKey: 'ANY /any',
        stage: '$default',
        time: '01/Mar/2026:09:05:07 +0000',
        timeEpoch: Date.UTC(2026, 2, 1, 9, 5, 7, 250),
      },
      isBase64Encoded: false,
    });
  });

  it('joins duplicate headers with commas, lower-cases names, and drops hop-by-hop headers', async () => {
    const { headers } = await eventOf('GET', '/any', {
      'X-Tag': ['a', 'b'],
      'Content-Type': ['text/a', 'text/b'],
      'X-Forwarded-For': '10.0.0.9',
      TE: 'trailers',
      'Keep-Alive': 'timeout=5',
    });
    expect(headers).toMatchObject({
      'x-tag': 'a,b',
      'content-type': 'text/a,text/b',
      'x-forwarded-for': '10.0.0.9, 127.0.0.1',
    });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['te']));
    expect(headers).not.toHaveProperty('connection');
    expect(headers).not.toHaveProperty('keep-alive');
  });

  it('accepts headers and parameters called __proto__ as plain names', async () => {
    await sendRaw('GET /any?__proto__=1&constructor=2 HTTP/1.0\r\n__proto__: x\r\n\r\n');
    const { headers, queryStringParameters } = events.at(-1)?.event ?? {};
    expect(JSON.stringify(headers)).toContain('"__proto__":"x"');
    expect(JSON.stringify(queryStringParameters)).toBe('{"__proto__":"1","constructor":"2"}');
  });

  it('moves cookies into a list', async () => {
    const event = await eventOf('GET', '/any', { Cookie: 'a=1; b=2;c=3' });
    expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('decodes query parameters, joins duplicates, and keeps the raw query as sent', async () => {
    const event = await eventOf('GET', '/any?a=1&b=x%20y+z&a=2&empty=&%C3%BC=%2C&flag');
    expect(event.rawQueryString).toBe('a=1&b=x%20y+z&a=2&empty=&%C3%BC=%2C&flag');
    expect({ ...event.queryStringParameters }).toEqual({ a: '1,2', b: 'x y z', empty: '', ü: ',', flag: '' });
  });

  it('decodes the path and its variables', async () => {
    const event = await eventOf('GET', '/models/a%20b+c%2Fd%C3%BC/versions/7?x=%2F');
    expect(event.rawPath).toBe('/models/a b+c/dü/versions/7');
    expect(event.requestContext.http.path).toBe(event.rawPath);
    expect(event.pathParameters).toEqual({ model: 'a b+c/dü', n: '7' });
    expect(event.routeKey).toBe('GET /models/{model}/versions/{n}');
  });

  it.each(['/models/%', '/models/%zz', '/models/%FF'])('answers 400 to the path %s', async (path) => {
    const { status, body } = await send('GET', path);
    expect([status, String(body)]).toEqual([400, '{"message":"Bad Request"}']);
    expect(events).toEqual([]);
  });

  it.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['APPLICATION/JSON;charset="UTF-8"', false],
    ['text/plain', false],
    ['text/csv', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['text/plain; charset=iso-8859-1', true],
    ['application/problem+json', true],
    ['application/jsonx', true],
    ['application/x-www-form-urlencoded', true],
    ['multipart/form-data; boundary=x', true],
    ['application/octet-stream', true],
    ['no type', true],
  ])('carries a body of %s as base64: %s', async (type, isBase64Encoded) => {
    const event = await eventOf(
      'POST',
      '/predict',
      type === 'no type' ? {} : { 'Content-Type': type },
      '{"ü":1}',
    );
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(event.body).toBe(isBase64Encoded ? Buffer.from('{"ü":1}').toString('base64') : '{"ü":1}');
    expect(event.headers['content-length']).toBe('8');
  });

  it('carries text that is not UTF-8 as base64, unchanged', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00]);
    const event = await eventOf('POST', '/predict', { 'Content-Type': 'application/json' }, bytes);
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body, 'base64')).toEqual(bytes);
  });

  it('has a content-length and no transfer-encoding for a chunked body', async () => {
    const event = await eventOf('POST', '/predict', { 'Transfer-Encoding': 'chunked' }, 'abc');
    expect(event.headers['content-length']).toBe('3');
    expect(event.headers).not.toHaveProperty('transfer-encoding');
  });
});

describe('routes', () => {
  it.each([
    ['POST', '/predict', 'predict', undefined],
    ['GET', '/models/wine', 'models', { model: 'wine' }],
    ['GET', '/models/champions', 'champions', undefined],
    ['PUT', '/models/champions', 'any-model', { model: 'champions' }],
    ['GET', '/files/x', 'files', { proxy: 'x' }],
    ['GET', '/files/x/y%20z', 'files', { proxy: 'x/y z' }],
    ['GET', '/files/a/b/c', 'files-a', { proxy: 'b/c' }],
    ['GET', '/files/a', 'files', { proxy: 'a' }],
  ])('send %s %s to %s', async (method, path, functionName, pathParameters) => {
    const event = await eventOf(method, path);
    expect(events.at(-1)?.functionName).toBe(functionName);
    expect(event.pathParameters).toEqual(pathParameters);
  });

  it.each([
    ['GET', '/predict'],
    ['POST', '/predict/'],
    ['POST', '//predict'],
    ['GET', '/models/'],
    ['GET', '/files/'],
    ['GET', '/'],
    ['POST', '/PREDICT'],
  ])('answer 404 to %s %s when there is no $default', async (method, path) => {
    const { status, headers, body } = await send(method, path);
    expect([status, headers['content-type'], String(body)]).toEqual([
      404,
      'application/json',
      '{"message":"Not Found"}',
    ]);
    expect(events).toEqual([]);
  });

  it('fall back to $default with the full path', async () => {
    const fallback = createHttpApi({
      routes: [
        { routeKey: '$default', functionName: 'all' },
        { routeKey: 'POST /predict', functionName: 'predict' },
      ],
      invoke,
      accountId: '1',
      apiId: 'a',
      onError: (error) => errors.push(error),
    });
    await new Promise<void>((resolve) => fallback.listen(0, '127.0.0.1', resolve));
    const { port } = fallback.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}/predict`);
    fallback.close();
    fallback.closeAllConnections();
    expect(events[0]).toMatchObject({
      functionName: 'all',
      event: { routeKey: '$default', rawPath: '/predict' },
    });
    expect(events[0]?.event.pathParameters).toBeUndefined();
  });

  it('are checked, and all faults are reported together', () => {
    const routes = ['POST', 'FETCH /a', 'GET /{a+}/b', 'GET /a{b}', 'GET /x', 'GET /x'].map((routeKey) => ({
      routeKey,
      functionName: 'f',
    }));
    const attempt = () => createHttpApi({ routes, invoke, accountId: '1', apiId: 'a', onError: () => {} });
    expect(attempt).toThrow(/"POST": expected "<METHOD> \/path"/u);
    expect(attempt).toThrow(/"FETCH \/a": expected/u);
    expect(attempt).toThrow(/\{a\+\} must be the last segment/u);
    expect(attempt).toThrow(/as a whole segment, got a\{b\}/u);
    expect(attempt).toThrow(/"GET \/x": defined twice/u);
  });
});

describe('the response', () => {
  it('has the function’s status, headers, cookies and body', async () => {
    answer = () => ({
      statusCode: 201,
      headers: { 'Content-Type': 'text/csv', 'X-Count': 3, 'X-Flag': true },
      cookies: ['a=1; Path=/', 'b=2'],
      body: 'ü\n',
    });
    const beforeMs = Date.now();
    const { status, headers, body } = await send('POST', '/predict');
    expect(status).toBe(201);
    expect(String(body)).toBe('ü\n');
    expect(headers).toMatchObject({
      'content-type': 'text/csv',
      'content-length': '3',
      'x-count': '3',
      'x-flag': 'true',
    });
    expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2']);
    expect(headers['apigw-requestid']).toMatch(/^[A-Za-z0-9+/]{15}=$/u);
    const answeredMs = Date.parse(headers.date ?? '');
    expect(answeredMs).toBeGreaterThanOrEqual(Math.floor(beforeMs / 1000) * 1000);
    expect(answeredMs).toBeLessThanOrEqual(Date.now());
  });

  it('decodes a base64 body', async () => {
    answer = () => ({ statusCode: 200, body: '/wA=', isBase64Encoded: true });
    const { headers, body } = await send('POST', '/predict');
    expect([...body]).toEqual([255, 0]);
    expect(headers['content-length']).toBe('2');
  });

  it.each([
    ['an object', { prediction: 'setosa' }, '{"prediction":"setosa"}'],
    ['a string', 'Hello from Lambda!', 'Hello from Lambda!'],
    ['an array', [1, 2], '[1,2]'],
    ['null', null, 'null'],
  ])('is inferred from %s without a statusCode', async (_kind, value, expected) => {
    answer = () => value;
    const { status, headers, body } = await send('POST', '/predict');
    expect([status, headers['content-type'], String(body)]).toEqual([200, 'application/json', expected]);
  });

  it('is text/plain by default, and may have a status written as text', async () => {
    answer = () => ({ statusCode: '202', body: 'x' });
    const { status, headers } = await send('POST', '/predict');
    expect([status, headers['content-type']]).toEqual([202, 'text/plain; charset=utf-8']);
  });

  it('drops the function’s hop-by-hop headers, length and date', async () => {
    const headers = {
      Connection: 'close',
      'Content-Length': '99',
      'Transfer-Encoding': 'chunked',
      Date: 'never',
    };
    answer = () => ({ statusCode: 200, headers, body: 'abc' });
    const response = await send('POST', '/predict');
    expect(String(response.body)).toBe('abc');
    expect(response.headers).toMatchObject({ connection: 'keep-alive', 'content-length': '3' });
    expect(response.headers.date).not.toBe('never');
    expect(response.headers).not.toHaveProperty('transfer-encoding');
  });

  it('to HEAD has the length of the body but no body', async () => {
    answer = () => ({ statusCode: 200, body: 'abc' });
    const { status, headers, body } = await send('HEAD', '/any');
    expect([status, headers['content-length'], body.length]).toEqual([200, '3', 0]);
  });

  it('of status 204 has neither body nor length', async () => {
    answer = () => ({ statusCode: 204, body: 'ignored' });
    const { status, headers, body } = await send('POST', '/predict');
    expect([status, headers['content-length'], body.length]).toEqual([204, undefined, 0]);
  });

  it.each([
    [{ statusCode: 'OK' }, 'statusCode: expected an integer from 200 to 599, got "OK"'],
    [{ statusCode: 99 }, 'statusCode'],
    [{ statusCode: 200, headers: ['a'] }, 'headers: expected an object of strings, got ["a"]'],
    [{ statusCode: 200, headers: { a: { b: 1 } } }, 'headers.a: expected a string, a number or a boolean'],
    [{ statusCode: 200, headers: { a: 'x\r\ny: z' } }, 'headers.a: expected a valid HTTP header'],
    [{ statusCode: 200, headers: { 'a b': 'x' } }, 'headers.a b'],
    [{ statusCode: 200, cookies: 'a=1' }, 'cookies: expected an array'],
    [
      { statusCode: 200, body: { a: 1 } },
      'body: expected a string; serialise it with JSON.stringify, got {"a":1}',
    ],
    [{ statusCode: 200, body: 'ü', isBase64Encoded: true }, 'body: expected base64'],
  ])('%j is malformed: the client gets 500, and the developer the reason', async (value, fault) => {
    answer = () => value;
    const { status, body } = await send('POST', '/predict');
    expect([status, String(body)]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(errors).toEqual([expect.objectContaining({ code: 'http_api_response_malformed' })]);
    expect((errors[0] as Error).message).toContain(
      `POST /predict: function predict returned no valid response: ${fault}`,
    );
  });
});

describe('the gateway answers by itself', () => {
  it('500 without details when the function fails', async () => {
    answer = () => ({ requestId: 'r', payload: '{"errorMessage":"secret"}', functionError: 'Unhandled' });
    const { status, headers, body } = await send('POST', '/predict');
    expect([status, headers['content-type'], String(body)]).toEqual([
      500,
      'application/json',
      '{"message":"Internal Server Error"}',
    ]);
    expect(headers['apigw-requestid']).toBeDefined();
    expect(errors).toEqual([]);
  });

  it('500 when the function cannot be invoked, and reports it to the developer', async () => {
    answer = () => Promise.reject(new Error('no such function'));
    expect((await send('POST', '/predict')).status).toBe(500);
    expect(errors).toEqual([new Error('no such function')]);
  });

  it.each([
    ['throttled', () => Promise.reject(new TooManyRequestsError())],
    ['slower than the integration timeout', () => new Promise((resolve) => setTimeout(resolve, 400))],
  ])('503 when the function is %s', async (_why, act) => {
    answer = act;
    const { status, body } = await send('POST', '/predict');
    expect([status, String(body)]).toEqual([503, '{"message":"Service Unavailable"}']);
    expect(errors).toEqual([]);
  });

  it('503 that says what to do when a call waited too long for its turn', async () => {
    answer = () => Promise.reject(new TooManyRequestsError('send fewer'));
    const { status, body } = await send('POST', '/predict');
    expect([status, String(body)]).toEqual([503, '{"message":"send fewer"}']);
    expect(errors).toEqual([]);
  });

  it('413 when the event does not fit Lambda', async () => {
    answer = () => Promise.reject(new EventTooLargeError(7_000_000, 6_291_456));
    const { status, body } = await send('POST', '/predict', {}, 'x');
    expect([status, String(body)]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  });

  it.each([
    ['with its length announced', {}],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])('413 to a body above 10 MB %s, and serves the next request', async (_how, headers) => {
    const { status, body } = await send('POST', '/predict', headers, Buffer.alloc(10_485_761));
    expect([status, String(body)]).toEqual([413, '{"message":"Request Entity Too Large"}']);
    expect(events).toEqual([]);
    await eventOf('POST', '/predict', {}, Buffer.alloc(10_485_760));
  });

  it('413 before the body is sent, to a client that asks first', async () => {
    const received = await sendRaw(
      'POST /predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n',
    );
    expect(received).toMatch(/^HTTP\/1\.1 413 /u);
  });

  it('100 and then the answer, to a client that asks first and whose body fits', async () => {
    const received = await sendRaw(
      'POST /predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx',
    );
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /u);
  });

  it('431 to a head above 10 KB and 400 to a message that is not HTTP', async () => {
    const large = `GET /any HTTP/1.1\r\nHost: a\r\nX-A: ${'x'.repeat(11_000)}\r\n\r\n`;
    expect(await sendRaw(large)).toMatch(
      /^HTTP\/1\.1 431 .*\{"message":"Request Header Fields Too Large"\}$/su,
    );
    expect(await sendRaw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*\{"message":"Bad Request"\}$/su);
  });

  it('400 without a body to a HEAD that cannot be read', async () => {
    const received = await sendRaw('HEAD /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(received).toMatch(/^HTTP\/1\.1 400 .*Content-Length: 25\r\n\r\n$/su);
  });
});

describe('a client that disconnects', () => {
  it('invokes nothing while it is still sending', async () => {
    const socket = connect(port(), '127.0.0.1');
    socket.write('POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([events, errors]).toEqual([[], []]);
    await eventOf('GET', '/any');
  });

  it('does not disturb others before its answer comes', async () => {
    let release = () => {};
    answer = () =>
      new Promise((resolve) => {
        release = () => resolve({ statusCode: 200, body: 'x'.repeat(1_000_000) });
      });
    const socket = connect(port(), '127.0.0.1');
    socket.write('GET /any HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(() => events.length).toBe(1);
    socket.destroy();
    release();
    answer = () => ({ statusCode: 200 });
    await eventOf('GET', '/any');
    expect(errors).toEqual([]);
  });
});
