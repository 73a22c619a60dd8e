import { describe, expect, it, vi } from 'vitest';
import type { AccessPolicy } from '../../../lib/http/access.ts';
import { HttpError } from '../../../lib/http/problem.ts';
import { readJsonBody } from '../../../lib/http/request.ts';
import { type HttpAnswer, httpStack, json } from '../../../lib/http/stack.ts';
import { createLogger } from '../../../lib/telemetry/logger.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../helpers/http-event.ts';
import { metricsTo } from '../../helpers/metric-buffers.ts';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');

function stackOf(handle: () => Promise<HttpAnswer>, access: AccessPolicy = { tokens: 'off', actor: 'me' }) {
  const logger = createLogger();
  const logged = vi.spyOn(logger, 'error').mockImplementation(() => undefined);
  const emitted: unknown[] = [];
  const flush = vi.fn();
  const handler = httpStack(
    {
      'POST /predict': handle,
      'PUT /models/{model}/champion': handle,
      'POST /models/{model}/uploads': handle,
    },
    {
      logger,
      metrics: { ...metricsTo((...metric) => emitted.push(metric)), flush },
      access,
      now: () => NOW_MS,
    },
  );
  return {
    logged,
    emitted,
    flush,
    call: (event = httpEvent('POST /predict')) => handler(event, LAMBDA_CONTEXT),
  };
}

describe('httpStack', () => {
  it('puts the request id on an answer and counts it by route and status class', async () => {
    const { call, emitted, flush } = stackOf(async () => json(200, { ok: true }));
    expect(await call()).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'x-request-id': 'request-1' },
      body: '{"ok":true}',
    });
    expect(emitted).toEqual([['requestCount', { route: 'POST /predict', status: '2xx' }, 1]]);
    expect(flush).toHaveBeenCalledOnce();
  });

  it('answers HEAD as GET, with the body that the gateway leaves out, and counts it as GET', async () => {
    const emitted: unknown[] = [];
    const metrics = { ...metricsTo((...metric) => emitted.push(metric)), flush: () => undefined };
    const handler = httpStack(
      { 'GET /models': async () => json(200, { models: [] }) },
      { logger: createLogger(), metrics, access: { tokens: 'required' } },
    );
    const ask = async (routeKey: string, scopes: string) => {
      const event = httpEvent(routeKey);
      const lambda = { name: 'ci', scopes, expires_at: '' };
      Object.assign(event.requestContext, { authorizer: { lambda } });
      return await handler(event, LAMBDA_CONTEXT);
    };
    expect(await ask('HEAD /models', 'read')).toEqual(await ask('GET /models', 'read'));
    expect(await ask('HEAD /models', 'predict')).toMatchObject({ statusCode: 403 });
    expect(emitted).toEqual(
      ['2xx', '2xx', '4xx'].map((status) => ['requestCount', { route: 'GET /models', status }, 1]),
    );
  });

  it("turns a client's fault into problem details with its paths and headers", async () => {
    const { call, logged } = stackOf(async () => {
      throw new HttpError(405, 'method', 'This path takes POST only.', {
        headers: { allow: 'POST' },
        faults: [{ path: 'features[1]', message: 'expected a number' }],
      });
    });
    const answer = await call();
    expect(answer).toMatchObject({
      statusCode: 405,
      headers: { 'content-type': 'application/problem+json', allow: 'POST', 'x-request-id': 'request-1' },
    });
    expect(JSON.parse((answer as { body: string }).body)).toEqual({
      type: 'about:blank',
      title: 'Method Not Allowed',
      status: 405,
      detail: 'This path takes POST only.',
      code: 'method',
      request_id: 'request-1',
      errors: [{ path: 'features[1]', message: 'expected a number' }],
    });
    expect(logged).not.toHaveBeenCalled();
  });

  it('logs any other fault in full, counts it, and tells the client nothing of it', async () => {
    const { call, logged, emitted } = stackOf(async () => {
      throw new TypeError('secret at /var/task/handler.mjs:1');
    });
    const answer = (await call()) as { statusCode: number; body: string };
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/secret|handler|TypeError/);
    expect(logged.mock.calls[0]?.[1]).toBeInstanceOf(TypeError);
    expect(emitted).toEqual([
      ['requestCount', { route: 'POST /predict', status: '5xx' }, 1],
      ['errorCount', { route: 'POST /predict' }, 1],
    ]);
  });

  it('counts routes that it does not know together, and answers 404', async () => {
    const { call, emitted } = stackOf(async () => json(200, {}));
    expect(await call(httpEvent('$default', { rawPath: '/x/y' }))).toMatchObject({ statusCode: 404 });
    expect(emitted).toEqual([['requestCount', { route: 'other', status: '4xx' }, 1]]);
  });

  it.each([
    ['/predict', 'POST'],
    ['/models/iris/champion', 'GET, HEAD, PUT'],
    ['/models/predict/predict', 'POST'],
  ])('answers 405 at %s with the methods that it takes', async (rawPath, allow) => {
    const { call } = stackOf(async () => json(200, {}));
    const answer = await call(httpEvent('$default', { rawPath }));
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow } });
  });

  describe('with tokens', () => {
    const call = async (authorizer: unknown, routeKey = 'POST /predict') => {
      const { call } = stackOf(async () => json(200, {}), { tokens: 'required' });
      const event = httpEvent(routeKey);
      Object.assign(
        event.requestContext,
        authorizer === undefined ? {} : { authorizer: { lambda: authorizer } },
      );
      return (await call(event)) as { statusCode: number; headers: Record<string, string>; body: string };
    };
    const token = { name: 'ci', scopes: 'read predict', expires_at: '' };

    it('lets a token with the scope pass', async () => {
      expect(await call(token)).toMatchObject({ statusCode: 200 });
      expect(await call({ ...token, expires_at: '2026-06-01T00:00:01Z' })).toMatchObject({ statusCode: 200 });
    });

    it('answers 403 and names the scope when the token lacks it', async () => {
      const answer = await call(token, 'PUT /models/{model}/champion');
      expect(answer.statusCode).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining('"admin"'),
      });
    });

    it.each(['upload', 'admin', 'read upload'])('lets a token with %s send files', async (scopes) => {
      const { statusCode } = await call({ ...token, scopes }, 'POST /models/{model}/uploads');
      expect(statusCode).toBe(200);
    });

    it.each(['read', 'predict metrics', 'read predict metrics', 'uploads', ''])(
      'answers 403 to a token with "%s" that wants to send files',
      async (scopes) => {
        const answer = await call({ ...token, scopes }, 'POST /models/{model}/uploads');
        expect(answer.statusCode).toBe(403);
        expect(JSON.parse(answer.body)).toMatchObject({
          detail: expect.stringContaining('the scope "upload" or "admin"'),
        });
        expect(answer.headers['www-authenticate']).toContain('scope="upload"');
      },
    );

    it.each([
      ['no authorizer was asked', undefined],
      ['the token is unknown', { name: '', scopes: '', expires_at: '' }],
      ['the token has expired', { ...token, expires_at: '2026-06-01T00:00:00Z' }],
      ['its expiry cannot be read', { ...token, expires_at: 'soon' }],
      ['the context is not as agreed', { name: 'ci', scopes: ['predict'] }],
    ])('answers 401 when %s', async (_, authorizer) => {
      const answer = await call(authorizer);
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    });
  });
});

describe('readJsonBody', () => {
  const read = (body: string, options: Parameters<typeof httpEvent>[1] = {}) => {
    try {
      return readJsonBody(httpEvent('POST /predict', { body, ...options }), 100);
    } catch (error) {
      if (error instanceof HttpError) return error.status;
      throw error;
    }
  };

  it('reads JSON as text and as base64', () => {
    expect(read('{"a":1}')).toEqual({ a: 1 });
    expect(read(Buffer.from('{"a":"é"}').toString('base64'), { isBase64Encoded: true })).toEqual({ a: 'é' });
    expect(read('{}', { headers: { 'content-type': 'application/vnd.x+json; charset=utf-8' } })).toEqual({});
  });

  it.each([
    ['a truncated body', '{"a":', {}, 400],
    ['NaN', '{"a":NaN}', {}, 400],
    ['a byte order mark', '\uFEFF{}', {}, 400],
    ['an empty body', '', {}, 400],
    ['invalid base64', '***', { isBase64Encoded: true }, 400],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x22, 0xff, 0x22]).toString('base64'),
      { isBase64Encoded: true },
      400,
    ],
    ['another media type', '{}', { headers: { 'content-type': 'text/csv' } }, 415],
    ['no media type', '{}', { headers: { 'content-type': '' } }, 415],
    ['too large a body', `"${'é'.repeat(50)}"`, {}, 413],
  ])('refuses %s', (_, body, options, status) => {
    expect(read(body, options)).toBe(status);
  });
});
