import type { httpEvent } from '../helpers/http-event.ts';
import { COLUMNS, longText, NAMES } from './widest-model.ts';

export interface LimitRequest {
  readonly name: string;
  readonly routeKey: string;
  readonly options: NonNullable<Parameters<typeof httpEvent>[1]>;
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

const bodies = (maxBytes: number): Readonly<Record<string, string>> => ({
  'empty arrays': batch(many('[]', INSTANCES)),
  'empty objects': batch(many('{}', INSTANCES)),
  'an unknown name in each': batch(many(`{"${longText(1_000)}":1}`, Math.min(INSTANCES, maxBytes / 420))),
  'short rows': batch(many('[1]', INSTANCES)),
  'numbers for rows': batch(many('0', INSTANCES)),
  'numbers for rows, more than are taken': batch(many('0', Math.floor(maxBytes / 2) - 20)),
  'empty arrays, more than are taken': batch(many('[]', Math.floor(maxBytes / 3) - 20)),
  'full rows of the wrong kind': filled(zeros, maxBytes),
  'full rows of booleans': filled(`[${many('true', COLUMNS - 1)}]`, maxBytes),
  'full rows of gaps': filled(nulls, maxBytes),
  'full rows of unseen texts': filled(valid, maxBytes),
  'one object without members': '{"features":{}}',
  'one object of unknown names': `{"features":${members(Math.floor(maxBytes / 12) - 10, (i) => `n${i}`)}}`,
  'an object of unknown names': members(Math.floor(maxBytes / 12) - 10, (i) => `n${i}`),
  'a name as long as the body': `{"features":{"${'\u6f22'.repeat(maxBytes / 3 - 20)}":1}}`,
  'a text as long as the body': `{"features":["${'\u0001'.repeat(10)}${'x'.repeat(maxBytes - 40)}"]}`,
  'a text for a number, as long as the body': `{"features":{"${NAMES[0]}":"${'\u6f22'.repeat(maxBytes / 3 - 200)}"}}`,
  'brackets as deep as the body': '['.repeat(maxBytes),
  'names as deep as is read': `${`{"${'\u6f22'.repeat(1000)}":`.repeat(31)}{"a":1,"a":2}${'}'.repeat(31)}`,
  'a fault at the end': `{"features":[${many('0', Math.floor(maxBytes / 2) - 20)},]}`,
});

const QUERIES: Readonly<Record<string, string>> = {
  'a version as long as the query': `version=${'9'.repeat(LONGEST)}`,
  'a version that does not exist': 'version=999999999999',
  'explain, as long as the query': `explain=${'%E6%BC%A2'.repeat(LONGEST / 9)}`,
  'unknown parameters': Array.from({ length: LONGEST / 5 }, (_, i) => i.toString(36)).join('&'),
  'one parameter again and again': many('version=1', LONGEST / 10).replaceAll(',', '&'),
  'a name as long as the query': `${'%E6%BC%A2'.repeat(LONGEST / 9)}=1`,
};

/** Requests of predict, each at one of its limits, to a model that is at all of its own. */
export function predictRequests(maxBytes: number): LimitRequest[] {
  const to = (name: string, options: LimitRequest['options'], routeKey = 'POST /predict') => ({
    name,
    routeKey,
    options,
  });
  return [
    ...Object.entries(bodies(maxBytes)).map(([name, body]) => to(name, { body })),
    ...Object.entries(bodies(maxBytes)).map(([name, body]) =>
      to(`explained: ${name}`, { body, query: 'explain=true' }),
    ),
    ...[nulls, valid].map((row, i) =>
      to(`explained rows ${i}`, {
        body: batch(many(row, Math.min(EXPLAINED, maxBytes / row.length / 3))),
        query: 'explain=true',
      }),
    ),
    ...Object.entries(QUERIES).map(([name, query]) => to(name, { body: '{"features":[]}', query })),
    ...Object.entries(QUERIES).map(([name, query]) => to(`health: ${name}`, { query }, 'GET /health')),
    to('health of a model of a long name', { query: `model=${'x'.repeat(LONGEST)}` }, 'GET /health'),
    to('health of a model that is none', { query: 'model=nobody' }, 'GET /health'),
    to(
      'a model of a long name',
      { body: '{"features":[]}', pathParameters: { model: '\u202e\u6f22'.repeat(LONGEST / 6) } },
      'POST /models/{model}/predict',
    ),
    to('a long media type', { body: '{}', headers: { 'content-type': 'x'.repeat(LONGEST) } }),
    to('a long content coding', { body: '{}', headers: { 'content-encoding': 'x'.repeat(LONGEST) } }),
    to('a long path', { rawPath: `/${'\u6f22'.repeat(LONGEST / 3)}` }, '$default'),
    to('another method', { rawPath: '/predict' }, '$default'),
  ];
}
