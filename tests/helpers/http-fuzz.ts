import { readFile } from 'node:fs/promises';
import { API_OPERATIONS } from '../../lib/http/openapi/document.ts';
import type { UploadList } from '../../lib/http/schemas/models-api.ts';
import { Router } from '../../lib/local/http-api/routes.ts';
import { DEFAULT_ROUTE, GATEWAY_ROUTES, SCOPES } from '../../lib/routes.ts';
import { type ApiContract, apiContract, type WireAnswer } from './api-contract.ts';
import { bearerToken } from './api-tokens.ts';
import { randomFrom } from './csv-fuzz.ts';
import { doExampleBatch, EXAMPLE_BATCH_ID } from './example-batch.ts';
import { mutateBytes, mutateText, mutateValue, PIECES } from './fuzz-mutations.ts';
import { withRecentIds } from './recent-ids.ts';
import { isFound, startSeededStack } from './seeded-stack.ts';
import { eventually, type TestStack } from './stack.ts';
import { leak, send, sendBytes, type WireRequest } from './wire.ts';

type Random = (below: number) => number;

/** The request of a seed: usually valid HTTP, sometimes arbitrary bytes. */
export type FuzzedRequest =
  | { readonly kind: 'request'; readonly wire: WireRequest }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** A valid request. Its body is sent as JSON, unless it is a text of another media type. */
interface Base {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly text?: string;
}

/** Valid requests of every operation of the document. They are mutated. */
const EXAMPLES: readonly Base[] = API_OPERATIONS.flatMap(({ route, examples }) =>
  examples.map(({ path, body, mediaType }) => ({
    method: route.split(' ')[0]!,
    path,
    body: withRecentIds(body),
    ...(mediaType === undefined ? {} : { text: mediaType }),
  })),
);

/** Retires a version that is not the champion: startFuzzedSystem makes one. */
const RETIREMENT = {
  method: 'PUT',
  path: '/models/penguins/versions/2/retirement',
  body: { decision: 4, reason: 'its labels were drawn by lot' },
};

/** Takes an alias away that is gone already: startFuzzedSystem sees to it. That is in force at any time. */
const TAKEN = {
  method: 'DELETE',
  path: '/models/penguins/aliases/gone?decision=3&reason=over',
  body: undefined,
};

/** The document has an example of a version that does not exist: its answer is no redirect. */
const ARTIFACT = { method: 'GET', path: '/models/penguins/versions/1/artifact', body: undefined };

/** The id of an upload in examples. No document can know one of a running system: see `uploadId`. */
const EXAMPLE_ID = '0'.repeat(64);

/** A file in a form, and tensors in binary: no example of the document can show either. */
const FORM: Base = {
  method: 'POST',
  path: '/predict',
  body: '--x\r\nContent-Disposition: form-data; name="f"; filename="iris.csv"\r\n\r\n5.1,3.5,1.4,0.2\n\r\n--x--\r\n',
  text: 'multipart/form-data; boundary=x',
};
const TENSORS: Base = {
  method: 'POST',
  path: '/v2/models/default/infer',
  body: `${JSON.stringify({
    inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP64', parameters: { binary_data_size: 32 } }],
    parameters: { binary_data_output: true },
  })}${'\0\0\0\0\0\0\u0014@'.repeat(4)}`,
  text: 'application/octet-stream',
};

const BASES: readonly Base[] = [...EXAMPLES, RETIREMENT, TAKEN, ARTIFACT, FORM, TENSORS];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH'];

const CONTENT_TYPES = [
  ...[
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-16',
    'application/problem+json',
    'text/csv',
    'text/csv; header=absent; charset=windows-1252',
    'application/x-ndjson',
    'application/octet-stream',
    'application/json; format=pandas-split',
  ],
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/',
    'json',
    '',
    ';',
    '\\u0000',
  ],
  ...[
    'application/json, application/json',
    'APPLICATION/JSON',
    'application/json; charset="',
    'application/\u00e9+json',
  ],
];

const HEADERS: readonly (readonly [string, string])[] = [
  ['accept', 'application/xml'],
  ['accept', 'text/csv'],
  ['accept', 'application/x-ndjson;q=0.5, text/csv;q=nonsense'],
  ['inference-header-content-length', '122'],
  ['inference-header-content-length', '-1'],
  ['inference-header-content-length', '999999999'],
  ['x-model-name', 'penguins'],
  ['x-model-name', '../__proto__'],
  ['x-amzn-sagemaker-target-variant', 'v1'],
  ['x-amzn-sagemaker-target-model', '../../1.tar.gz'],
  ['accept-encoding', 'gzip;q=0, *;q=nonsense, br'],
  ['authorization', 'Bearer x'],
  ['authorization', 'Basic Og=='],
  ['content-encoding', 'gzip'],
  ['content-md5', 'nonsense'],
  ['cookie', ';;=;__proto__=1;a=b=c'],
  ['if-none-match', '*'],
  ['origin', 'https://elsewhere.example'],
  ['range', 'bytes=0-1'],
  ['x-amz-content-sha256', 'x'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', '"; drop table'],
  ['__proto__', '1'],
  ['constructor', '\u00ff'],
];

const QUERIES = [
  ...[
    'explain=true',
    'explain=1',
    'join=input',
    'join=output',
    'version=1',
    'version=v1',
    'version=0',
    'version=999999999999999999',
    'version=-1',
    'alias=canary',
    'alias=champion',
    'tag=reviewed',
    'tag=%00',
  ],
  ...[
    'limit=1',
    'limit=0',
    'limit=1e3',
    'limit=101',
    'before=1',
    'before=abc',
    'after=penguins',
    'after=%00',
    'model=penguins',
  ],
  ...[
    '__proto__=1',
    'constructor=1',
    'x',
    '=',
    '&',
    '%',
    '%zz',
    '%c3%28',
    '+',
    'a=b&a=c',
    '%F0%9F%98%80=1',
    ';',
  ],
];

const PATH_PIECES = [
  ...[
    '/',
    '//',
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '%00',
    '%zz',
    '%',
    '%c3%28',
    '%F0%9F%98%80',
    '+',
    ';',
    '*',
    '{model}',
    '$default',
  ],
  ...[
    'default',
    'penguins',
    'unicorns',
    '__proto__',
    'constructor',
    'predict',
    'champion',
    'versions',
    'v1',
    '0',
    '-1',
    '1e9',
  ],
  ...['a'.repeat(64), 'a'.repeat(3000), '9'.repeat(30), 'A', '_', '\u00e9', '"', '<script>', '|', '\\'],
];

const NOTHING = Buffer.alloc(0);
const OVERSIZE_BODY = Buffer.alloc(1024 ** 2 + 1, ' ');

const oneOf = <T>(random: Random, values: readonly T[]): T => values[random(values.length)]!;

/** The request of a seed. It depends only on the seed and on the existing tokens. */
export function fuzzedRequest(seed: number, authorizations: readonly string[] = []): FuzzedRequest {
  const random = randomFrom(seed);
  const base = oneOf(random, BASES);
  const wire: { -readonly [K in keyof WireRequest]: WireRequest[K] } = {
    method: base.method,
    path: base.path,
    headers: base.body === undefined ? [] : [['content-type', base.text ?? 'application/json']],
    ...(base.body === undefined
      ? {}
      : { body: Buffer.from(base.text ? String(base.body) : JSON.stringify(base.body)) }),
  };
  const authorization = authorizations[random(authorizations.length + 1)];
  if (authorization !== undefined) wire.headers = [...wire.headers, ['authorization', authorization]];
  for (let left = 1 + random(3); left > 0; left--) mutateRequest(wire, base, random);
  if (random(200) > 0) return { kind: 'request', wire };
  return { kind: 'bytes', bytes: mutateBytes(asBytes(wire), random) };
}

function mutateRequest(
  wire: { -readonly [K in keyof WireRequest]: WireRequest[K] },
  { body: value, text }: Base,
  random: Random,
): void {
  switch (random(value === undefined ? 8 : text ? 12 : 16)) {
    case 0:
      wire.method = oneOf(random, METHODS);
      break;
    case 1:
    case 2:
      wire.path = mutatedPath(wire.path, random);
      break;
    case 3:
      wire.path += `${wire.path.includes('?') ? '&' : '?'}${oneOf(random, QUERIES)}`;
      break;
    case 4:
      wire.headers = [...wire.headers.slice(random(2)), ['content-type', oneOf(random, CONTENT_TYPES)]];
      break;
    case 5:
      wire.headers = [...wire.headers, oneOf(random, HEADERS)];
      break;
    case 6:
      wire.chunked = random(2) === 0;
      break;
    case 7:
      wire.body = oneOf(random, [
        NOTHING,
        Buffer.from(oneOf(random, PIECES)),
        random(3) === 0 ? OVERSIZE_BODY : NOTHING,
      ]);
      break;
    case 8:
    case 9:
      wire.body = mutateBytes(wire.body ?? Buffer.alloc(0), random);
      break;
    case 10:
    case 11:
      wire.body = Buffer.from(mutateText(wire.body?.toString() ?? '', random));
      break;
    default:
      wire.body = Buffer.from(mutateValue(value, random));
  }
}

function mutatedPath(path: string, random: Random): string {
  const [bare = '', ...query] = path.split('?');
  const segments = bare.split('/').slice(1);
  const at = random(segments.length);
  const piece = oneOf(random, PATH_PIECES);
  const changes = [
    () => segments.splice(at, 1, piece),
    () => segments.splice(at, 0, piece),
    () => segments.splice(at, 1),
    () => segments.push(''),
    () => segments.splice(at, 1, `${segments[at]}${piece}`),
  ];
  oneOf(random, changes)();
  // Node sends no other characters in a path.
  const changed = [`/${segments.join('/')}`, ...query].join('?');
  return changed.replace(/[^\x21-\xff]/g, '');
}

function asBytes({ method, path, headers, body = Buffer.alloc(0) }: WireRequest): Buffer {
  const lines = [...headers, ['content-length', String(body.length)], ['connection', 'close']];
  const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** The system under test, and the values of `Authorization` to use: none when no token is needed. */
export interface FuzzedSystem {
  readonly stack: TestStack;
  readonly authorizations: readonly string[];
  /** Of the file of the model `default`. It takes the place of the id in examples. */
  readonly uploadId: string;
  /** Of a batch that is done, likewise. */
  readonly batchId: string;
}

/**
 * A seeded system in which penguins have a second version. It is not the champion, since its labels are
 * meaningless.
 *
 * @param auth whether requests need a token: then there is one token for each scope, one with all scopes, and
 *   some invalid ones
 */
export async function startFuzzedSystem(auth = false): Promise<FuzzedSystem> {
  const stack = await startSeededStack(auth);
  const all = auth ? await bearerToken(stack, SCOPES) : '';
  const single = auth ? await Promise.all(SCOPES.map((scope) => bearerToken(stack, [scope]))) : [];
  const [header = '', ...rows] = (await readFile(PENGUINS, 'utf8')).trim().split(/\r?\n/);
  const labels = rows.map((row) => row.slice(row.lastIndexOf(',')));
  const mixed = rows.map((row, i) => row.slice(0, row.lastIndexOf(',')) + labels[(i * 97) % labels.length]);
  const body = Buffer.from([header, ...mixed].join('\n'));
  await send(stack.urls.s3, { method: 'PUT', path: '/classifier-raw/penguins/mixed.csv', headers: [], body });
  await eventually('a second version of penguins', async () => {
    await stack.lambda.idle();
    return isFound(`${stack.urls.http}/models/penguins/versions/2`, auth ? { authorization: all } : {});
  });
  await decideAliases(stack, auth ? { authorization: all } : {});
  // The token with all scopes is sent as often as all others together, so that most requests are authorised.
  const none = [
    'Bearer nonsense',
    `${all}x`,
    all.slice(0, -1),
    all.replace('Bearer', 'Basic'),
    all.toLowerCase(),
    '',
  ];
  const uploads = await fetch(`${stack.urls.http}/models/default/uploads`, {
    headers: auth ? { authorization: all } : {},
  });
  const { upload_id: uploadId } = ((await uploads.json()) as UploadList).uploads[0]!;
  const batchId = await doExampleBatch(stack, auth);
  return {
    stack,
    uploadId,
    batchId,
    authorizations: auth ? [...single, ...none, ...Array(10).fill(all)] : [],
  };
}

/** The alias of the examples, whose requests are in force then, and one that is gone: decisions 2 to 4. */
async function decideAliases({ urls }: TestStack, headers: Record<string, string>): Promise<void> {
  const requests = [
    ['PUT', 'canary', { version: 1, decision: 1, reason: 'r' }],
    ['PUT', 'gone', { version: 1, decision: 2, reason: 'r' }],
    ['DELETE', 'gone?decision=3&reason=r', undefined],
  ] as const;
  for (const [method, alias, body] of requests) {
    const answer = await fetch(`${urls.http}/models/penguins/aliases/${alias}`, {
      ...{ method, headers: { 'content-type': 'application/json', ...headers } },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (answer.status !== 200) throw new Error(`${method} ${alias}: ${answer.status} ${await answer.text()}`);
  }
}

const PENGUINS = new URL('../../data/raw/penguins/penguins.csv', import.meta.url);

const router = new Router([...GATEWAY_ROUTES, DEFAULT_ROUTE]);

/** Sends fuzzed requests to a system whose models have champions, and checks every answer. */
export class HttpFuzzer {
  readonly #base: string;
  readonly #authorizations: readonly string[];
  readonly #uploadId: string;
  readonly #batchId: string;
  readonly #contract: ApiContract = apiContract();
  /** Number of answers with each status, by route. */
  readonly statuses = new Map<string, number>();
  readonly failures: string[] = [];

  constructor({ stack, authorizations, uploadId, batchId }: FuzzedSystem) {
    this.#base = stack.urls.http;
    this.#uploadId = uploadId;
    this.#batchId = batchId;
    this.#authorizations = authorizations;
  }

  /** Sends the requests of this many seeds, two at a time, because one function has a concurrency of two. */
  async run(firstSeed: number, count: number): Promise<void> {
    await this.runSeeds(Array.from({ length: count }, (_, i) => firstSeed + i));
  }

  /** The same of a list of seeds. */
  async runSeeds(seeds: readonly number[]): Promise<void> {
    const next = seeds.values();
    const lane = async () => {
      for (const seed of next) await this.#try(seed);
    };
    await Promise.all([lane(), lane()]);
  }

  /** The route that the request of a seed reaches; undefined for bytes that may be none. */
  routeOf(seed: number): string | undefined {
    const fuzzed = fuzzedRequest(seed, this.#authorizations);
    if (fuzzed.kind === 'bytes') return undefined;
    return router.match(fuzzed.wire.method, fuzzed.wire.path.split('?')[0]!)!.route.routeKey;
  }

  async #try(seed: number): Promise<void> {
    const fuzzed = fuzzedRequest(seed, this.#authorizations);
    const judged = fuzzed.kind === 'bytes' ? this.#judgeBytes(fuzzed.bytes) : this.#judge(fuzzed.wire);
    const fault = await judged.catch((error: unknown) => `there was no answer: ${String(error)}`);
    if (fault !== undefined) this.failures.push(`seed ${seed}: ${fault}\n  ${described(fuzzed)}`);
  }

  async #judge(fuzzed: WireRequest): Promise<string | undefined> {
    const path = fuzzed.path.replace(EXAMPLE_ID, this.#uploadId).replace(EXAMPLE_BATCH_ID, this.#batchId);
    const wire = { ...fuzzed, path };
    const { routeKey } = router.match(wire.method, wire.path.split('?')[0]!)!.route;
    const answer = await send(this.#base, wire);
    this.#count(routeKey, answer.status);
    const secret = wire.headers.find(([name, text]) => name === 'authorization' && text.length > 20)?.[1];
    if (secret !== undefined && answer.body.includes(secret.slice(-20))) return 'the answer shows the token';
    return faultOf(this.#contract, routeKey === '$default' ? undefined : routeKey, answer);
  }

  /** It is not known here what the server reads in such bytes: one request, several or none. */
  async #judgeBytes(bytes: Buffer): Promise<string | undefined> {
    const text = await sendBytes(this.#base, bytes);
    const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
    for (const status of statuses) this.#count('bytes', status);
    if (text !== '' && statuses.length === 0) return `no HTTP came back: ${text.slice(0, 200)}`;
    const failed = statuses.find((status) => status >= 500);
    return failed === undefined ? undefined : `status ${failed}: ${text.slice(0, 500)}`;
  }

  #count(routeKey: string, status: number): void {
    const key = `${routeKey} ${status}`;
    this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
  }
}

function faultOf(
  contract: ApiContract,
  routeKey: string | undefined,
  answer: WireAnswer,
): string | undefined {
  if (answer.status >= 500) return `status ${answer.status}: ${answer.body.toString().slice(0, 500)}`;
  const leaked = leak(answer);
  if (leaked !== undefined) return `the answer shows "${leaked}": ${answer.body.toString().slice(0, 500)}`;
  const { 'x-request-id': id, 'apigw-requestid': gatewayId } = answer.headers;
  if (id !== undefined && id !== gatewayId)
    return `the request is ${id} in one header and ${gatewayId} in another`;
  return contract.difference(routeKey, answer);
}

function described(fuzzed: FuzzedRequest): string {
  if (fuzzed.kind === 'bytes') return JSON.stringify(fuzzed.bytes.toString('latin1').slice(0, 500));
  const { method, path, headers, body, chunked } = fuzzed.wire;
  const shown = {
    headers,
    chunked,
    bodyBytes: body?.length ?? 0,
    body: body?.toString('latin1').slice(0, 300),
  };
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(shown)}`;
}
