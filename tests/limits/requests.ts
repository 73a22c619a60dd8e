import type { httpEvent } from '../helpers/http-event.ts';
import { COLUMNS, longText, NAMES, NARROW } from './widest-model.ts';

type Options = NonNullable<Parameters<typeof httpEvent>[1]>;

export interface LimitRequest {
  readonly name: string;
  readonly routeKey: string;
  readonly options: () => Options;
}

/** The documented maximum of instances, and of those that are explained. */
const INSTANCES = 10_000;
const EXPLAINED = 100;
/** The largest query and path that a gateway passes on: its request line and headers have 10,240 bytes. */
const LONGEST = 8000;

const many = (text: string, count: number) => Array<string>(Math.floor(count)).fill(text).join(',');
const batch = (rows: string) => `{"instances":[${rows}]}`;
const members = (count: number, of: (i: number) => string) =>
  `{${Array.from({ length: count }, (_, i) => `${JSON.stringify(of(i))}:1`).join(',')}}`;
/** As many rows as fit into the body. */
const filled = (row: string, maxBytes: number) =>
  batch(many(row, Math.min(INSTANCES, Math.floor((maxBytes - 20) / (Buffer.byteLength(row) + 1)))));

const nulls = `[${many('null', COLUMNS - 1)}]`;
const zeros = `[${many('0', COLUMNS - 1)}]`;
/** A row of what every feature takes, with texts that training did not see. */
const valid = `[${NAMES.map((_, i) => (i % 2 === 0 ? '1' : JSON.stringify(longText(700_000 + i)))).join(',')}]`;

/** Made one by one, because together they are larger than what is measured. */
const bodies = (maxBytes: number): Readonly<Record<string, () => string>> => ({
  'empty arrays': () => batch(many('[]', INSTANCES)),
  'empty objects': () => batch(many('{}', INSTANCES)),
  'an unknown name in each': () =>
    batch(many(`{"${longText(1_000)}":1}`, Math.min(INSTANCES, maxBytes / 420))),
  'short rows': () => batch(many('[1]', INSTANCES)),
  'numbers for rows': () => batch(many('0', INSTANCES)),
  'numbers for rows, more than are taken': () => batch(many('0', Math.floor(maxBytes / 2) - 20)),
  'empty arrays, more than are taken': () => batch(many('[]', Math.floor(maxBytes / 3) - 20)),
  'full rows of the wrong kind': () => filled(zeros, maxBytes),
  'full rows of booleans': () => filled(`[${many('true', COLUMNS - 1)}]`, maxBytes),
  'full rows of gaps': () => filled(nulls, maxBytes),
  'full rows of unseen texts': () => filled(valid, maxBytes),
  'one object without members': () => '{"features":{}}',
  'one object of unknown names': () =>
    `{"features":${members(Math.floor(maxBytes / 12) - 10, (i) => `n${i}`)}}`,
  'an object of unknown names': () => members(Math.floor(maxBytes / 12) - 10, (i) => `n${i}`),
  'a name as long as the body': () => `{"features":{"${'\u6f22'.repeat(maxBytes / 3 - 20)}":1}}`,
  'a text as long as the body': () => `{"features":["${'\u0001'.repeat(10)}${'x'.repeat(maxBytes - 40)}"]}`,
  'a text for a number, as long as the body': () =>
    `{"features":{"${NAMES[0]}":"${'\u6f22'.repeat(maxBytes / 3 - 200)}"}}`,
  'brackets as deep as the body': () => '['.repeat(maxBytes),
  'names as deep as is read': () =>
    `${`{"${'\u6f22'.repeat(1000)}":`.repeat(31)}{"a":1,"a":2}${'}'.repeat(31)}`,
  'a fault at the end': () => `{"features":[${many('0', Math.floor(maxBytes / 2) - 20)},]}`,
});

const QUERIES: Readonly<Record<string, string>> = {
  'a version as long as the query': `version=${'9'.repeat(LONGEST)}`,
  'a version that does not exist': 'version=999999999999',
  'explain, as long as the query': `explain=${'%E6%BC%A2'.repeat(LONGEST / 9)}`,
  'unknown parameters': Array.from({ length: LONGEST / 5 }, (_, i) => i.toString(36)).join('&'),
  'one parameter again and again': many('version=1', LONGEST / 10).replaceAll(',', '&'),
  'a name as long as the query': `${'%E6%BC%A2'.repeat(LONGEST / 9)}=1`,
};

/** The same limits in the forms of tables and in the protocols that others made. */
const faces = (
  maxBytes: number,
): readonly (readonly [name: string, routeKey: string, options: () => Options])[] => {
  const infer = 'POST /v2/models/{model}/infer';
  const invoke = 'POST /invocations';
  const narrow = { pathParameters: { model: NARROW } };
  const wide = { pathParameters: { model: 'default' } };
  const csv = { 'content-type': 'text/csv' };
  const lines = { 'content-type': 'application/x-ndjson' };
  const text = (row: string, count: number) => `${row}\n`.repeat(Math.floor(count));
  const rowsThatFit = (row: string) => Math.min(INSTANCES, (maxBytes - 20) / (Buffer.byteLength(row) + 1));
  const tensor = (rows: number) => ({
    name: 'x',
    shape: [rows, 1],
    datatype: 'FP64',
    data: Array(rows).fill(1),
  });
  return [
    [
      'CSV of as many rows as are taken',
      PREDICT_WITH,
      () => ({ ...narrow, headers: csv, body: text('1', INSTANCES) }),
    ],
    ['CSV of more rows', PREDICT_WITH, () => ({ ...narrow, headers: csv, body: text('1', maxBytes / 2) })],
    ['CSV of bad rows', PREDICT_WITH, () => ({ ...narrow, headers: csv, body: text('x', maxBytes / 2) })],
    ['CSV of one field', PREDICT, () => ({ headers: csv, body: 'x'.repeat(maxBytes) })],
    ['CSV of delimiters', PREDICT, () => ({ headers: csv, body: ','.repeat(maxBytes) })],
    ['CSV of quotes', PREDICT, () => ({ headers: csv, body: '"'.repeat(maxBytes) })],
    ['CSV of line ends', PREDICT, () => ({ headers: csv, body: '\n'.repeat(maxBytes) })],
    [
      'CSV that is joined to the longest answers',
      PREDICT_WITH,
      () => ({ ...narrow, headers: csv, query: 'join=input', body: text('1', INSTANCES) }),
    ],
    ['lines of full rows', PREDICT, () => ({ headers: lines, body: text(valid, rowsThatFit(valid)) })],
    ['lines of nothing', PREDICT, () => ({ headers: lines, body: text('{}', maxBytes / 3) })],
    ['lines that are no JSON', PREDICT, () => ({ headers: lines, body: text('{', maxBytes / 2) })],
    [
      'a form of nothing',
      PREDICT,
      () => ({
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: text('--x', maxBytes / 4),
      }),
    ],
    [
      'all outputs of all rows',
      infer,
      () => ({ ...narrow, body: JSON.stringify({ inputs: [tensor(INSTANCES)] }) }),
    ],
    [
      'the labels of all rows',
      infer,
      () => ({
        ...narrow,
        body: JSON.stringify({ inputs: [tensor(INSTANCES)], outputs: [{ name: 'label' }] }),
      }),
    ],
    [
      'nested elements',
      infer,
      () => ({
        ...wide,
        body: `{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[${many('[[[]]]', maxBytes / 7 - 20)}]}]}`,
      }),
    ],
    [
      'tensors without end',
      infer,
      () => ({ ...wide, body: `{"inputs":[${many('{}', maxBytes / 3 - 20)}]}` }),
    ],
    [
      'names of columns without end',
      invoke,
      () => ({ body: `{"dataframe_split":{"columns":[${many('"a"', maxBytes / 4 - 20)}],"data":[]}}` }),
    ],
    [
      'columns without end',
      invoke,
      () => ({ body: `{"inputs":${members(maxBytes / 12 - 10, (i) => `n${i}`)}}` }),
    ],
    [
      'empty rows without end',
      invoke,
      () => ({ body: `{"dataframe_records":[${many('{}', maxBytes / 3 - 20)}]}` }),
    ],
    ['what the widest model takes', 'GET /models/{model}/schema', () => wide],
    ['metadata of the widest model', 'GET /v2/models/{model}', () => wide],
    ['metadata of the longest classes', 'GET /v2/models/{model}', () => narrow],
  ];
};

const PREDICT = 'POST /predict';
const PREDICT_WITH = 'POST /models/{model}/predict';
const HEALTH = 'GET /health';

const to = (routeKey: string, name: string, options: Options | (() => Options)): LimitRequest => ({
  name: `${routeKey}: ${name}`,
  routeKey,
  options: typeof options === 'function' ? options : () => options,
});

/**
 * Requests of predict, each at one of its limits, to a model that is at all of its own: those of this API,
 * and those of the protocols and tables that it has a face for.
 */
export const REQUESTS = { own: ownRequests, faces: faceRequests } as const;

function faceRequests(maxBytes: number): LimitRequest[] {
  return faces(maxBytes).map(([name, routeKey, options]) => to(routeKey, name, options));
}

function ownRequests(maxBytes: number): LimitRequest[] {
  const narrow = { pathParameters: { model: NARROW } };
  const query = 'explain=true';
  return [
    ...Object.entries(bodies(maxBytes)).flatMap(([name, body]) => [
      to(PREDICT, name, () => ({ body: body() })),
      to(PREDICT, `${name}, explained`, () => ({ body: body(), query })),
    ]),
    ...[nulls, valid].map((row, i) => {
      const count = Math.min(EXPLAINED, maxBytes / Buffer.byteLength(row) - 1);
      return to(PREDICT, `good rows ${i}, explained`, () => ({ body: batch(many(row, count)), query }));
    }),
    to(PREDICT_WITH, 'as many rows as are taken, of the longest classes', () => ({
      ...narrow,
      body: batch(many('[1]', INSTANCES)),
    })),
    to(PREDICT_WITH, 'as many explained rows as are taken, of the longest classes', () => ({
      ...narrow,
      body: batch(many('[1]', EXPLAINED)),
      query,
    })),
    ...Object.entries(QUERIES).flatMap(([name, text]) => [
      to(PREDICT, name, { body: '{"features":[]}', query: text }),
      to(HEALTH, name, { query: text }),
    ]),
    to(HEALTH, 'a model of a long name', { query: `model=${'x'.repeat(LONGEST)}` }),
    to(HEALTH, 'a model that is none', { query: 'model=nobody' }),
    to(PREDICT_WITH, 'a model of a long name', {
      body: '{"features":[]}',
      pathParameters: { model: '\u202e\u6f22'.repeat(LONGEST / 6) },
    }),
    to(PREDICT, 'a long media type', { body: '{}', headers: { 'content-type': 'x'.repeat(LONGEST) } }),
    to(PREDICT, 'a long content coding', {
      body: '{}',
      headers: { 'content-encoding': 'x'.repeat(LONGEST) },
    }),
    to('$default', 'a long path', { rawPath: `/${'\u6f22'.repeat(LONGEST / 3)}` }),
    to('$default', 'another method', { rawPath: '/predict' }),
  ];
}
