import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../lib/config.ts';
import { accessFields, accessPolicy } from '../../../lib/http/access.ts';
import { HttpError } from '../../../lib/http/problem.ts';
import { httpStack, json } from '../../../lib/http/stack.ts';
import { createLogger } from '../../../lib/telemetry/logger.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../helpers/http-event.ts';
import { metricsTo } from '../../helpers/metric-buffers.ts';

const APP = 'https://app.example.com';
const OTHER = 'http://localhost:3000';

type Headers = Record<string, string>;

const policy = (text: string) =>
  accessPolicy(readConfiguration(accessFields, { AUTH: 'off', CORS_ALLOWED_ORIGINS: text }));

async function call(origins: string, routeKey: string, headers: Headers, answerHeaders: Headers = {}) {
  const emitted: unknown[] = [];
  const handler = httpStack(
    {
      'POST /predict': async () => json(200, {}, answerHeaders),
      'GET /models': async () => {
        throw new HttpError(409, 'conflict', 'no', { headers: answerHeaders });
      },
    },
    {
      logger: createLogger(),
      metrics: metricsTo((...metric) => emitted.push(metric)),
      access: policy(origins),
    },
  );
  const [method, rawPath = ''] = routeKey.split(' ');
  const event = httpEvent(method === 'OPTIONS' ? '$default' : routeKey, { headers, rawPath });
  event.requestContext.http.method = method!;
  const answer = (await handler(event, LAMBDA_CONTEXT)) as { statusCode: number; headers: Headers };
  const cors = Object.entries(answer.headers).filter(([name]) => /^access-control|^vary$/.test(name));
  return { ...answer, cors: Object.fromEntries(cors), emitted };
}

const preflight = (origin: string, method = 'POST') => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': 'authorization, content-type',
});

describe('CORS', () => {
  it('is off unless it is configured', async () => {
    expect((await call('', 'POST /predict', { origin: APP })).cors).toEqual({});
    expect(await call('', 'OPTIONS /predict', preflight(APP))).toMatchObject({ statusCode: 405, cors: {} });
    expect(readConfiguration(accessFields, {}).CORS_ALLOWED_ORIGINS).toEqual([]);
  });

  it.each([APP, OTHER])('lets pages of %s read every header of answers and errors', async (origin) => {
    const expected = {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': '*',
      vary: 'Origin',
    };
    expect(await call(`${APP}, ${OTHER}`, 'POST /predict', { origin })).toMatchObject({
      statusCode: 200,
      cors: expected,
    });
    expect(await call(`${APP},${OTHER}`, 'GET /models', { origin })).toMatchObject({
      statusCode: 409,
      cors: expected,
    });
  });

  it.each([
    ['another origin', { origin: 'https://evil.example.com' }],
    ['another scheme', { origin: APP.replace('https', 'http') }],
    ['a longer host', { origin: `${APP}.evil.com` }],
    ['a sandboxed page', { origin: 'null' }],
    ['no origin', {}],
  ])('says nothing to %s, and tells caches why', async (_, headers) => {
    expect((await call(APP, 'POST /predict', headers as Headers)).cors).toEqual({ vary: 'Origin' });
  });

  it('adds to what an answer varies by, rather than replacing it', async () => {
    const { cors } = await call(APP, 'POST /predict', { origin: APP }, { vary: 'Accept' });
    expect(cors.vary).toBe('Accept, Origin');
  });

  it('answers everyone alike with a star', async () => {
    for (const origin of [APP, 'null']) {
      expect((await call('*', 'POST /predict', { origin })).cors).toEqual({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': '*',
      });
    }
  });

  it.each([
    ['/predict', 'POST'],
    ['/models/iris/champion', 'GET, HEAD, PUT'],
    ['/health', 'GET, HEAD'],
  ])(
    'answers the preflight of %s with its methods, without a token, and counts it',
    async (path, methods) => {
      const { statusCode, headers, emitted } = await call(APP, `OPTIONS ${path}`, preflight(APP));
      expect([statusCode, headers]).toEqual([
        204,
        {
          'access-control-allow-origin': APP,
          'access-control-allow-methods': methods,
          'access-control-allow-headers': 'authorization, content-type, if-none-match, x-model-name',
          'access-control-max-age': '7200',
          'access-control-expose-headers': '*',
          vary: 'Origin',
          'x-request-id': 'request-1',
        },
      ]);
      expect(emitted).toEqual([['requestCount', { route: 'other', status: '2xx' }, 1]]);
    },
  );

  it.each<[string, string, Headers, number]>([
    ['an unknown path', '/nowhere', preflight(APP), 404],
    ['an origin that is not allowed', '/predict', preflight('https://evil.example.com'), 405],
    ['no method asked about', '/predict', { origin: APP }, 405],
    ['no origin', '/predict', { 'access-control-request-method': 'POST' }, 405],
  ])('takes OPTIONS with %s for any other request', async (_, path, headers, status) => {
    const answer = await call(APP, `OPTIONS ${path}`, headers);
    expect(answer.statusCode).toBe(status);
    expect(answer.cors).not.toHaveProperty('access-control-allow-methods');
  });

  it.each([
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://APP.example.com',
    'https://app.example.com:443',
    'https://*.example.com',
    'https://a.com,*',
    'ftp://a.com',
    'null',
  ])('refuses the configuration %s', (text) => {
    expect(() => policy(text)).toThrow(/CORS_ALLOWED_ORIGINS: expected "\*", or origins like/);
  });
});
