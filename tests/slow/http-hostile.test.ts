import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_OPERATIONS } from '../../lib/http/openapi/document.ts';
import { Router } from '../../lib/local/http-api/routes.ts';
import { API_ROUTES, DEFAULT_ROUTE, GATEWAY_ROUTES, SCOPES, scopesOf } from '../../lib/routes.ts';
import { apiContract, type WireAnswer } from '../helpers/api-contract.ts';
import { bearerToken } from '../helpers/api-tokens.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import { eventually, type TestStack } from '../helpers/stack.ts';
import { leak, send, sendBytes, type WireRequest } from '../helpers/wire.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startSeededStack();
});
afterAll(() => stack.dispose());

const contract = apiContract();
const router = new Router([...GATEWAY_ROUTES, DEFAULT_ROUTE]);
const JSON_TYPE = ['content-type', 'application/json'] as const;
const IRIS = '{"features":[5.1,3.5,1.4,0.2]}';

/** Sends a request and checks its answer against the document: every error must have the documented form. */
async function ask(request: Partial<WireRequest>): Promise<WireAnswer> {
  const wire = { method: 'POST', path: '/predict', headers: [JSON_TYPE], ...request };
  const answer = await send(stack.urls.http, wire);
  const { routeKey } = router.match(wire.method, wire.path.split('?')[0]!)!.route;
  expect(contract.difference(routeKey === '$default' ? undefined : routeKey, answer)).toBeUndefined();
  expect(leak(answer)).toBeUndefined();
  return answer;
}

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);
const body = (text: string) => ({ body: bytes(text) });
const typed = (contentType: string, text = IRIS) => ({
  headers: [['content-type', contentType] as const],
  body: bytes(text),
});

function problemOf(answer: WireAnswer) {
  const { code, errors } = JSON.parse(answer.body.toString()) as {
    code: string;
    errors?: { path: string }[];
  };
  return { status: answer.status, code, ...(errors ? { path: errors[0]!.path } : {}) };
}

type Line = readonly [
  what: string,
  request: Partial<WireRequest>,
  status: number,
  code: string,
  path?: string,
];

const BODIES: readonly Line[] = [
  ['another media type', typed('text/plain'), 415, 'media_type'],
  ['no media type', { headers: [], ...body(IRIS) }, 415, 'media_type'],
  ['an absurd media type', typed(`${'x'.repeat(5000)}/;;;=,"`), 415, 'media_type'],
  [
    'two media types',
    { headers: [JSON_TYPE, ['content-type', 'text/plain']], ...body(IRIS) },
    415,
    'media_type',
  ],
  ['a form', typed('application/x-www-form-urlencoded', 'features=1'), 415, 'media_type'],
  ['a body declared as UTF-16', typed('application/json; charset=utf-16'), 415, 'media_type'],
  ['a body in UTF-16', { body: bytes(IRIS, 'utf16le') }, 400, 'json'],
  ['a body in Latin-1', { body: bytes('{"features":["\u00e9"]}', 'latin1') }, 400, 'json'],
  ['overlong UTF-8', { body: bytes('2261c0af22', 'hex') }, 400, 'json'],
  ['a body over 1 MiB', body(`{"features":[${' '.repeat(1024 ** 2)}]}`), 413, 'body_size'],
  ['a body of 6 MB', body(' '.repeat(6_000_000)), 413, 'body_size'],
  [
    'a body of 4.6 MB that the gateway encodes',
    typed('application/x+json', ' '.repeat(4_600_000)),
    413,
    'body_size',
  ],
  ['no body', {}, 400, 'json'],
  ['truncated JSON', body('{"features":[5.1,3.5'), 400, 'json'],
  ['NaN', body('{"features":[NaN,3.5,1.4,0.2]}'), 400, 'json'],
  ['Infinity', body('{"features":[Infinity,3.5,1.4,0.2]}'), 400, 'json'],
  ['a byte order mark', body(`\ufeff${IRIS}`), 400, 'json'],
  ['a NUL byte', body(`${IRIS}\0`), 400, 'json'],
  ['two values', body(`${IRIS}${IRIS}`), 400, 'json'],
  ['a comment', body(`/* */${IRIS}`), 400, 'json'],
  ['a body compressed with gzip', { body: gzipSync(bytes(IRIS)) }, 400, 'json'],
  ...['gzip', 'br', 'aes128gcm', 'identity, gzip', 'x'.repeat(5000)].map(
    (coding): Line => [
      `a body in the coding ${coding.slice(0, 20)}`,
      { headers: [JSON_TYPE, ['content-encoding', coding]], body: gzipSync(bytes(IRIS)) },
      415,
      'content_encoding',
    ],
  ),
  ['leading zeros', body('{"features":[05.1,3.5,1.4,0.2]}'), 400, 'json'],
  ['single quotes', body("{'features':[5.1,3.5,1.4,0.2]}"), 400, 'json'],
  ['a trailing comma', body('{"features":[5.1,3.5,1.4,0.2,]}'), 400, 'json'],
  ['1e999', body('{"features":[5.1,1e999,1.4,0.2]}'), 400, 'json_number', 'features[1]'],
  [
    '-1e999 in a batch',
    body('{"instances":[[1,2,3,4],[5,-1e999,1,1]]}'),
    400,
    'json_number',
    'instances[1][1]',
  ],
  ['an underflow', body('{"features":{"petal_width":1e-999}}'), 400, 'json_number', 'features.petal_width'],
  [
    'a whole number that no double holds',
    body('{"features":[9007199254740993]}'),
    400,
    'json_number',
    'features[0]',
  ],
  [
    'a number too large to measure with',
    body('{"features":[1e200,3.5,1.4,0.2]}'),
    400,
    'invalid_request',
    'features[0]',
  ],
  ['a text for a number', body('{"features":[5.1,"3.5",1.4,0.2]}'), 400, 'invalid_request', 'features[1]'],
  ['a boolean', body('{"features":[5.1,3.5,true,0.2]}'), 400, 'invalid_request', 'features[2]'],
  ['a nested array', body('{"features":[[5.1],3.5,1.4,0.2]}'), 400, 'invalid_request', 'features[0]'],
  [
    'an object for a value',
    body('{"features":[5.1,3.5,1.4,{"a":1}]}'),
    400,
    'invalid_request',
    'features[3]',
  ],
  [
    'deep arrays in the features',
    body(`{"features":[${'['.repeat(29)}1${']'.repeat(29)}]}`),
    400,
    'invalid_request',
    'features',
  ],
  ['too few features', body('{"features":[5.1]}'), 400, 'invalid_request', 'features'],
  ['too many features', body('{"features":[1,2,3,4,5]}'), 400, 'invalid_request', 'features'],
  ['no features', body('{"features":[]}'), 400, 'invalid_request', 'features'],
  [
    'an unknown name',
    body('{"features":{"sepal_length":1,"sepal_width":1,"petal_length":1,"petal_width":1,"x":1}}'),
    400,
    'invalid_request',
    'features.x',
  ],
  [
    'a missing name',
    body('{"features":{"sepal_length":1,"sepal_width":1,"petal_length":1}}'),
    400,
    'invalid_request',
    'features.petal_width',
  ],
  [
    'one bad instance among good ones',
    body('{"instances":[[5,3,1,0.2],[5,3,1]]}'),
    400,
    'invalid_request',
    'instances[1]',
  ],
  ['no instance', body('{"instances":[]}'), 400, 'invalid_request', 'instances'],
  [
    'more instances than are taken',
    body(`{"instances":[${'[],'.repeat(10_000)}[]]}`),
    400,
    'invalid_request',
    'instances',
  ],
  [
    'instances and features',
    body('{"instances":[[1,2,3,4]],"features":[1,2,3,4]}'),
    400,
    'invalid_request',
    '',
  ],
  ['features that are a text', body('{"features":"5.1,3.5,1.4,0.2"}'), 400, 'invalid_request', 'features'],
  ['an array at the top', body('[5.1,3.5,1.4,0.2]'), 400, 'invalid_request', ''],
  ['a number at the top', body('1'), 400, 'invalid_request', ''],
  ['null at the top', body('null'), 400, 'invalid_request', ''],
  ['__proto__ as the features', body('{"__proto__":[5.1,3.5,1.4,0.2]}'), 400, 'json_name', '__proto__'],
  [
    '__proto__ among the features',
    body('{"features":{"__proto__":1}}'),
    400,
    'json_name',
    'features.__proto__',
  ],
  ['__proto__, escaped', body('{"\\u005f\\u005fproto__":1}'), 400, 'json_name', '__proto__'],
  [
    'constructor among the features',
    body('{"features":{"constructor":1}}'),
    400,
    'invalid_request',
    'features.constructor',
  ],
  [
    'a name that stands twice',
    body('{"features":[5.1],"features":[1,2,3,4]}'),
    400,
    'json_duplicate',
    'features',
  ],
  [
    'a name that stands twice, once escaped',
    body('{"features":{"a":1,"\\u0061":2}}'),
    400,
    'json_duplicate',
    'features.a',
  ],
  ['100,000 levels', body(`{"features":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 400, 'json_depth'],
  ['100,000 levels of objects', body(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), 400, 'json_depth'],
  ['half a surrogate pair', body('{"features":["\\ud800"]}'), 400, 'json_surrogate', 'features[0]'],
];

const PATHS: readonly Line[] = [
  ['an unknown model', { path: '/models/unicorns/predict', ...body(IRIS) }, 404, 'unknown_model'],
  ['a model called ..', { path: '/models/%2e%2e/predict', ...body(IRIS) }, 404, 'unknown_model'],
  ['a model with a slash', { path: '/models/a%2Fb/predict', ...body(IRIS) }, 404, 'unknown_model'],
  ['a model with a NUL', { path: '/models/a%00b/predict', ...body(IRIS) }, 404, 'unknown_model'],
  [
    'a model of 64 characters',
    { path: `/models/${'a'.repeat(64)}/predict`, ...body(IRIS) },
    404,
    'unknown_model',
  ],
  [
    'a model of 8,000 characters',
    { path: `/models/${'a'.repeat(8000)}/predict`, ...body(IRIS) },
    404,
    'unknown_model',
  ],
  ['a model called __proto__', { path: '/models/__proto__/predict', ...body(IRIS) }, 404, 'unknown_model'],
  ['a model in capitals', { path: '/models/Penguins/predict', ...body(IRIS) }, 404, 'unknown_model'],
  ['an unknown version', { path: '/predict?version=99', ...body(IRIS) }, 404, 'unknown_version'],
  [
    'an unknown version of another model',
    { path: '/models/penguins/predict?version=v7', ...body(IRIS) },
    404,
    'unknown_version',
  ],
  [
    'a version that is none',
    { path: '/predict?version=0', ...body(IRIS) },
    400,
    'invalid_request',
    'query.version',
  ],
  [
    'a version with 400 digits',
    { path: `/predict?version=${'9'.repeat(400)}`, ...body(IRIS) },
    400,
    'invalid_request',
  ],
  [
    'an unknown query parameter',
    { path: '/predict?verison=1', ...body(IRIS) },
    400,
    'invalid_request',
    'query.verison',
  ],
  [
    'a query parameter that stands twice',
    { path: '/predict?version=1&version=1', ...body(IRIS) },
    400,
    'invalid_request',
  ],
  [
    '__proto__ in the query',
    { path: '/predict?__proto__=1', ...body(IRIS) },
    400,
    'invalid_request',
    'query.__proto__',
  ],
  [
    'malformed percent-encoding in the query',
    { path: '/predict?version=%zz', ...body(IRIS) },
    400,
    'invalid_request',
  ],
  ['the card of an unknown model', { method: 'GET', path: '/models/unicorns' }, 404, 'unknown_model'],
  [
    'the card of a model of 8,000 characters',
    { method: 'GET', path: `/models/${'a'.repeat(8000)}` },
    404,
    'unknown_model',
  ],
  [
    'a version that does not exist',
    { method: 'GET', path: '/models/penguins/versions/99' },
    404,
    'unknown_version',
  ],
  [
    'a version that can be none',
    { method: 'GET', path: '/models/penguins/versions/-1' },
    404,
    'unknown_version',
  ],
  [
    'a limit that is no number',
    { method: 'GET', path: '/models?limit=ten' },
    400,
    'invalid_request',
    'query.limit',
  ],
  [
    'a cursor that was made up',
    { method: 'GET', path: '/models/penguins/uploads?after=AAAA' },
    400,
    'invalid_request',
    'query.after',
  ],
  ['a path that is not there', { method: 'GET', path: '/nothing' }, 404, 'not_found'],
  ['a file that the console does not have', { method: 'GET', path: '/console/app.js' }, 404, 'not_found'],
  ['a final slash', { path: '/predict/', ...body(IRIS) }, 404, 'not_found'],
  ['a double slash', { path: '//predict', ...body(IRIS) }, 404, 'not_found'],
  ['a model without a name', { path: '/models//predict', ...body(IRIS) }, 404, 'not_found'],
  ['another case', { path: '/Predict', ...body(IRIS) }, 404, 'not_found'],
  ['letters percent-encoded', { path: '/%70redict', ...body(IRIS) }, 404, 'not_found'],
  ['dots within', { path: '/x/../predict', ...body(IRIS) }, 404, 'not_found'],
  [
    'a file of the page that is not there',
    { method: 'GET', path: '/docs/..%2fhandler.mjs' },
    404,
    'not_found',
  ],
];

const change = (text: string, path = '/models/penguins/champion') => ({ method: 'PUT', path, ...body(text) });

const CHANGES: readonly Line[] = [
  ['a promotion of nothing', change('{}'), 400, 'invalid_request'],
  ['a promotion without a reason', change('{"version":1,"decision":1}'), 400, 'invalid_request', 'reason'],
  [
    'a reason with a control character',
    change('{"version":1,"decision":1,"reason":"a\\u0000"}'),
    400,
    'invalid_request',
    'reason',
  ],
  [
    'a promotion with a field too many',
    change('{"version":1,"decision":1,"reason":"x","actor":"me"}'),
    400,
    'invalid_request',
    '',
  ],
  [
    'a version twice',
    change('{"version":1,"version":2,"decision":1,"reason":"x"}'),
    400,
    'json_duplicate',
    'version',
  ],
  [
    'a decision that no double holds',
    change('{"version":1,"decision":1e999,"reason":"x"}'),
    400,
    'json_number',
    'decision',
  ],
  ['a promotion over 16 KiB', change(`{"reason":"${'x'.repeat(17_000)}"}`), 413, 'body_size'],
  ['a promotion as text', { ...change('{}'), headers: [['content-type', 'text/plain']] }, 415, 'media_type'],
  [
    'a promotion of an unknown version',
    change('{"version":9,"decision":1,"reason":"x"}'),
    404,
    'unknown_version',
  ],
  [
    'a retirement of the champion',
    change('{"decision":1,"reason":"x"}', '/models/penguins/versions/1/retirement'),
    409,
    'version_in_use',
  ],
];

const METHODS: readonly (readonly [method: string, path: string, allow: string])[] = [
  ['GET', '/predict', 'POST'],
  ['DELETE', '/predict', 'POST'],
  ['HEAD', '/predict', 'POST'],
  ['OPTIONS', '/predict', 'POST'],
  ['TRACE', '/predict', 'POST'],
  ['PROPFIND', '/predict', 'POST'],
  ['PUT', '/models/penguins/predict', 'POST'],
  ['POST', '/health', 'GET, HEAD'],
  ['POST', '/models/penguins/champion', 'GET, HEAD, PUT'],
  ['DELETE', '/docs/page.js', 'GET, HEAD'],
];

/** The first example of each route that reads. */
const READS = API_OPERATIONS.filter(({ route }) => route.startsWith('GET ')).map(
  ({ examples: [first] }) => first!.path,
);

const LINES = [...BODIES, ...PATHS, ...CHANGES].map(([what, request, status, code, path]) => ({
  what,
  request,
  status,
  code,
  path,
}));

describe('through the whole system', () => {
  it.each(LINES)('answers $what with $status $code', async ({ request, status, code, path }) => {
    const problem = problemOf(await ask(request));
    expect(problem).toMatchObject({ status, code, ...(path === undefined ? {} : { path }) });
  });

  it.each(METHODS)('answers %s %s with 405 and Allow: %s', async (method, path, allow) => {
    const answer = await ask({ method, path });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.body.length > 0).toBe(method !== 'HEAD');
  });

  it.each(READS)('answers HEAD as GET at %s, without a body', async (path) => {
    const [head, get] = [await ask({ method: 'HEAD', path }), await ask({ method: 'GET', path })];
    expect([head.status, head.headers['content-type']]).toEqual([get.status, get.headers['content-type']]);
    expect([head.body.length, get.body.length > 0]).toEqual([0, true]);
  });

  it.each([
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-HTTP-Method', 'PUT'],
    ['X-Original-URL', '/models'],
    ['X-Rewrite-URL', '/models'],
    ['X-Forwarded-Host', 'elsewhere.example'],
    ['__proto__', 'x'],
    ['constructor', 'x'],
    ['Authorization', 'Bearer nonsense'],
    ['Cookie', 'a=b; __proto__=c'],
  ])('ignores the header %s', async (name, value) => {
    const answer = await ask({ headers: [JSON_TYPE, [name, value]], ...body(IRIS) });
    expect(answer.status).toBe(200);
  });

  it('accepts gaps and categories that training did not see, and names them', async () => {
    const gap = await ask(body('{"features":[null,3.5,1.4,0.2]}'));
    expect(gap.status).toBe(200);
    expect(gap.headers['x-unseen-gaps']).toBe('sepal_length');
    const path = '/models/penguins/predict?explain=true';
    const odd = '["Atlantis, \u6f22\\r\\n",39,18,190,3700,"male"]';
    const batch = await ask({ path, ...body(`{"instances":[${odd},${odd}]}`) });
    expect(batch.status).toBe(200);
    expect(batch.headers['x-unseen-categories']).toBe('island=Atlantis%2C%20%E6%BC%A2%0D%0A;count=2');
    expect(JSON.parse(batch.body.toString()).predictions[1].unseen.categories).toEqual([
      { feature: 'island', value: 'Atlantis, \u6f22\r\n' },
    ]);
  });

  it('accepts the label by name, and says that it is not used', async () => {
    const named = '{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2,"species":"?"}';
    const answer = await ask(body(`{"features":${named}}`));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-ignored-columns']).toBe('species');
  });

  it('accepts a body in chunks', async () => {
    expect((await ask({ chunked: true, ...body(IRIS) })).status).toBe(200);
    expect(problemOf(await ask({ chunked: true }))).toEqual({ status: 400, code: 'json' });
  });

  it('names at most 20 faults of a request, and quotes a bounded part of it', async () => {
    const many = `{"instances":[${Array(200)
      .fill(`{"${'x'.repeat(2000)}":1}`)
      .join(',')}]}`;
    const answer = await ask(body(many));
    expect((JSON.parse(answer.body.toString()) as { errors: unknown[] }).errors).toHaveLength(20);
    expect(answer.body.length).toBeLessThan(6000);
  });

  it('answers 400 for a body that the event declares as base64, but is not', async () => {
    const event = {
      version: '2.0',
      routeKey: 'POST /predict',
      rawPath: '/predict',
      rawQueryString: '',
      headers: { 'content-type': 'application/json' },
      requestContext: { requestId: 'direct', http: { method: 'POST', path: '/predict' } },
      isBase64Encoded: true,
      body: '{"features":[]}',
    };
    const { payload, functionError } = await stack.lambda.invoke('predict', event);
    expect(functionError).toBeUndefined();
    const { statusCode, body: text } = JSON.parse(payload) as { statusCode: number; body: string };
    expect(statusCode).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'base64' });
  });

  it('answers 503 with Retry-After and a reason while a model has no champion', async () => {
    // The feature is independent of the class, so the quality gate fails.
    const noise = Array.from({ length: 100 }, (_, i) => `${i % 2},${i % 4 < 2 ? 'a' : 'b'}`);
    await send(stack.urls.s3, {
      method: 'PUT',
      path: '/classifier-raw/noise/noise.csv',
      headers: [],
      body: bytes(['x,class', ...noise].join('\n')),
    });
    const answer = await eventually('the verdict on noise', async () => {
      await stack.lambda.idle();
      const given = await ask({ path: '/models/noise/predict', ...body('{"features":[1]}') });
      return /quality gate/.test(given.body.toString()) ? given : undefined;
    });
    expect(problemOf(answer)).toEqual({ status: 503, code: 'no_champion' });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  });

  it('has logged no internal fault, and no function died', () => {
    expect(stack.lines.filter(({ line }) => line.includes('"ERROR"'))).toEqual([]);
    expect(stack.problems).toEqual([]);
  });
});

describe('where tokens are required', () => {
  let guarded: TestStack;
  beforeAll(async () => {
    guarded = await startSeededStack(true);
  });
  afterAll(() => guarded.dispose());

  const scoped = API_ROUTES.filter(({ scope }) => scope !== null);
  const askWith = async (routeKey: string, authorization: string | undefined) => {
    const [method, pattern] = routeKey.split(' ') as [string, string];
    const path = pattern.replace('{model}', 'penguins').replace('{version}', '1').replace('{id}', 'x');
    const headers =
      authorization === undefined ? [JSON_TYPE] : [JSON_TYPE, ['authorization', authorization] as const];
    const answer = await send(guarded.urls.http, { method, path, headers, ...body('{}') });
    expect(contract.difference(routeKey, answer)).toBeUndefined();
    return answer;
  };

  /** Errors have a code, but in the words of a protocol that others made. */
  const codeOf = (routeKey: string, code: string) =>
    API_OPERATIONS.find(({ route }) => route === routeKey)!.worded ? undefined : code;

  it.each(scoped)('refuses $routeKey without a token with the 401 of the gateway', async ({ routeKey }) => {
    const answer = await askWith(routeKey, undefined);
    expect([answer.status, answer.body.toString()]).toEqual([401, '{"message":"Unauthorized"}']);
  });

  it.each(scoped)(
    'refuses a wrong token at $routeKey with 401, and does not show it',
    async ({ routeKey }) => {
      const secret = `skc_${'S'.repeat(43)}`;
      const answer = await askWith(routeKey, `Bearer ${secret}`);
      expect(problemOf(answer)).toEqual({ status: 401, code: codeOf(routeKey, 'unauthorized') });
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
      expect(JSON.stringify([answer.headers, answer.body.toString()])).not.toContain('SSSS');
    },
  );

  it.each(scoped.filter((route) => scopesOf(route).length < SCOPES.length))(
    '$routeKey with all other scopes is 403, and names the one that allows least',
    async (route) => {
      const { routeKey } = route;
      const [scope, ...alternatives] = scopesOf(route);
      const others = SCOPES.filter((other) => other !== scope && !alternatives.includes(other));
      const answer = await askWith(routeKey, await bearerToken(guarded, others));
      expect(problemOf(answer)).toEqual({ status: 403, code: codeOf(routeKey, 'forbidden') });
      expect(answer.headers['www-authenticate']).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
    },
  );
});

describe('the gateway itself', () => {
  it.each([
    ['a malformed percent-encoding', { path: '/models/%zz/predict', ...body(IRIS) }, 400],
    ['a percent-encoding of no UTF-8', { path: '/models/%c3%28/predict', ...body(IRIS) }, 400],
    ['a malformed percent-encoding where nothing is', { method: 'GET', path: '/%' }, 400],
    ['a body of 7 MB', body(' '.repeat(7_000_000)), 413],
    ['a body of 5 MB that it encodes', typed('application/x+json', ' '.repeat(5_000_000)), 413],
    ['a body of 11 MB', body(' '.repeat(11_000_000)), 413],
    ['10,240 bytes of headers', { headers: [JSON_TYPE, ['x', 'x'.repeat(10_240)]], ...body(IRIS) }, 431],
  ] as const)('answers %s with its own message', async (_, request, status) => {
    const answer = await ask(request);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body.toString())).toEqual({ message: expect.stringMatching(/^[A-Z][\w ]+$/) });
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['an unknown method', 'BREW /predict HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['two lengths', 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['a space in a header name', 'GET /health HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n'],
    ['a bare line feed in a header', 'GET /health HTTP/1.1\r\nHost: x\r\nA: b\nc\r\n\r\n'],
  ])('answers %s with 400', async (_, text) => {
    expect(await sendBytes(stack.urls.http, bytes(text))).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\{"message":"Bad Request"\}$/,
    );
  });
});
