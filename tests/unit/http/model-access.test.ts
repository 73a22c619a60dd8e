import { describe, expect, it } from 'vitest';
import type { AuthorizerContext } from '../../../lib/http/access.ts';
import { type HttpRequest, httpStack, json, type RouteHandlers } from '../../../lib/http/stack.ts';
import { API_ROUTES, type RouteKey, SCOPES, scopesOf } from '../../../lib/routes.ts';
import { createLogger } from '../../../lib/telemetry/logger.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../helpers/http-event.ts';
import { metricsTo } from '../../helpers/metric-buffers.ts';

/** Every route, each answering with the models that its handler was told that the caller is for. */
const handlers = Object.fromEntries(
  API_ROUTES.map(({ routeKey }) => [
    routeKey,
    async ({ caller }: HttpRequest) => json(200, { models: caller.models }),
  ]),
) as RouteHandlers;

const handler = httpStack(handlers, {
  logger: createLogger(),
  metrics: metricsTo(() => undefined),
  access: { tokens: 'required' },
});

const boundTo = (models: string): AuthorizerContext => ({
  ...{ name: 'ci', scopes: '', expires_at: '' },
  ...{ bound_scopes: SCOPES.join(' '), models },
});

interface Named {
  readonly path: string;
  readonly header?: string;
}

async function statusOf(routeKey: string, lambda: unknown, { path, header }: Named): Promise<number> {
  const event = httpEvent(routeKey, {
    pathParameters: { model: path, version: '1', id: 'x', file: 'x' },
    headers: header === undefined ? {} : { 'x-model-name': header },
    query: `model=${path}`,
    body: JSON.stringify({ model: path, model_name: path }),
  });
  Object.assign(event.requestContext, { authorizer: { lambda } });
  return (await handler(event, LAMBDA_CONTEXT)).statusCode!;
}

const guarded = API_ROUTES.filter((route) => scopesOf(route).length > 0).map(({ routeKey }) => routeKey);

/**
 * The routes that a token for `wine` gets although the request names another model: they tell of no model, or
 * only of those that the token is for. A new route belongs here only with a test of what it tells.
 */
const UNNAMED: readonly RouteKey[] = [
  'GET /v2',
  'GET /v2/health/live',
  'GET /v1/models',
  'GET /version',
  'GET /events',
  'GET /models',
  'GET /token',
];

/** The routes of the model `default`, whatever else the request names. */
const OF_DEFAULT: readonly RouteKey[] = ['POST /predict', 'GET /v2/health/ready', 'GET /ping'];

/** The routes over all models at once. */
const OVER_ALL: readonly RouteKey[] = ['GET /metrics', 'GET /costs', 'GET /dead-letters'];

describe('a token that is bound to models', () => {
  it.each(guarded)('is refused for another model at %s, unless that tells of none', async (routeKey) => {
    const named = { path: 'other', header: 'other' };
    expect(await statusOf(routeKey, boundTo('wine'), named)).toBe(UNNAMED.includes(routeKey) ? 200 : 403);
  });

  it.each(guarded)('is taken for its own models at %s, unless that is about others', async (routeKey) => {
    const isOthers = OF_DEFAULT.includes(routeKey) || OVER_ALL.includes(routeKey);
    const named = { path: 'wine', header: 'wine' };
    expect(await statusOf(routeKey, boundTo('iris wine'), named)).toBe(isOthers ? 403 : 200);
  });

  it.each(OF_DEFAULT)('is taken at %s when it is for the default model', async (routeKey) => {
    expect(await statusOf(routeKey, boundTo('default'), { path: 'x' })).toBe(200);
  });

  it('is for the default model where a header could name another and does not', async () => {
    const ask = (models: string, header?: string) =>
      statusOf('POST /invocations', boundTo(models), { path: 'x', ...(header ? { header } : {}) });
    expect(await ask('default')).toBe(200);
    expect(await ask('wine')).toBe(403);
    // Two headers, as the gateway joins them.
    expect(await ask('wine', 'wine,other')).toBe(403);
    expect(await ask('default', 'wine')).toBe(403);
  });

  it("is told by the name before KServe's verb", async () => {
    const ask = (path: string) => statusOf('POST /v1/models/{model}', boundTo('wine'), { path });
    expect([await ask('wine:predict'), await ask('other:predict'), await ask(':wine')]).toEqual([
      200, 403, 403,
    ]);
  });

  it('says for which models it is, and learns nothing of the other one', async () => {
    const event = httpEvent('GET /models/{model}', { pathParameters: { model: 'other' } });
    Object.assign(event.requestContext, { authorizer: { lambda: boundTo('iris wine') } });
    const { statusCode, body, headers } = await handler(event, LAMBDA_CONTEXT);
    expect([statusCode, headers]).toMatchObject([
      403,
      { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    ]);
    expect(JSON.parse(body!)).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('Your token is for "iris", "wine" only, and this is about "other".'),
    });
  });

  it.each([
    ['no models', { models: '' }],
    ['models that no model can be called', { models: '* %' }],
    ['scopes that went missing', { bound_scopes: undefined }],
    ['models that went missing', { models: undefined }],
  ])('allows nothing with %s', async (_, change) => {
    const lambda = { ...boundTo('wine'), ...change };
    for (const routeKey of guarded.filter((key) => key.includes('{model}')))
      expect(await statusOf(routeKey, lambda, { path: 'wine' })).toBe(403);
  });

  it('allows nothing in a release that knows scopes only', () => {
    expect(boundTo('wine').scopes).toBe('');
  });

  it('gets what is open to strangers', async () => {
    const open = API_ROUTES.filter((route) => scopesOf(route).length === 0);
    for (const { routeKey } of open)
      expect(await statusOf(routeKey, boundTo('wine'), { path: 'other' })).toBe(200);
  });
});

describe('a token that is for all models', () => {
  it.each(guarded)('is taken at %s whatever it names', async (routeKey) => {
    const lambda = { name: 'ci', scopes: SCOPES.join(' '), expires_at: '' };
    expect(await statusOf(routeKey, lambda, { path: 'other', header: 'third' })).toBe(200);
  });
});
