import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { predictApi } from '../../../../helpers/predict-api.ts';
import { trainedOn } from '../../../../helpers/train-csv.ts';

/** A feature of each kind, one of them with a number format of its own, and an ignored column. */
const rows = Array.from({ length: 60 }, (_, i) => [
  String(i + 1),
  `$${1000 + i}.50`,
  ['red', 'white', 'ros\u00e9'][i % 3]!,
  i % 2 === 0 ? 'true' : 'false',
  `2024-0${1 + (i % 9)}-11`,
  i < 30 ? 'low' : 'high',
]);
const csv = [['id', 'price', 'colour', 'flag', 'day', 'class'], ...rows]
  .map((row) => row.join(','))
  .join('\n');
const IRIS = readFileSync(new URL('../../../../../data/raw/iris.csv', import.meta.url));
const api = predictApi({
  mixed: { bytes: await trainedOn(Buffer.from(csv), { ignore: ['id'] }) },
  default: { bytes: await trainedOn(IRIS) },
});

const ROUTE = 'GET /models/{model}/schema';
const of = (model: string) => ({ pathParameters: { model } });
const { body } = await api.call(ROUTE, of('mixed'));
const ajv = new Ajv2020({ strict: false });
const [isInstance, isAnswer] = [ajv.compile(body.instance), ajv.compile(body.answer)];

const GOOD = { price: 1000, colour: 'red', flag: true, day: '2024-01-11' };

describe('the schema of an instance', () => {
  it.each([
    GOOD,
    { ...GOOD, price: '$1234.50', flag: 'true' },
    { ...GOOD, colour: 'a colour that training did not see' },
    { ...GOOD, price: null, day: null },
    { ...GOOD, class: 'low', id: 7 },
    Object.values(GOOD),
    { ...GOOD, price: true },
    { ...GOOD, colour: 7 },
    { ...GOOD, day: 20240111 },
    { ...GOOD, other: 1 },
    { price: 1000 },
    [1000],
    [...Object.values(GOOD), 1],
    'red',
    7,
    null,
  ])('allows %j if and only if it is accepted', async (features) => {
    const options = { ...of('mixed'), body: JSON.stringify({ features }) };
    const { status } = await api.call('POST /models/{model}/predict', options);
    expect({ features, isAllowed: isInstance(features) }).toEqual({ features, isAllowed: status === 200 });
  });

  it('is a valid schema of its draft, and names the categories', () => {
    expect(body).toMatchObject({ model: 'mixed', model_version: 'v1' });
    for (const schema of [body.instance, body.answer]) {
      expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(ajv.validateSchema(schema)).toBe(true);
    }
    expect(JSON.stringify(body.instance)).toContain('"enum":["red","ros\u00e9","white"]');
  });
});

describe('the schema of an answer', () => {
  it('allows answers, and no other class', async () => {
    const options = { ...of('mixed'), body: JSON.stringify({ features: GOOD }) };
    const { body: answer } = await api.call('POST /models/{model}/predict', options);
    expect(isAnswer(answer)).toBe(true);
    expect(isAnswer({ ...answer, prediction: 'other' })).toBe(false);
  });
});

describe(ROUTE, () => {
  it('is of any version, with problem details where there is none', async () => {
    expect((await api.call(ROUTE, { ...of('mixed'), query: 'version=1' })).body).toEqual(body);
    expect((await api.call(ROUTE, { ...of('mixed'), query: 'alias=canary' })).body).toEqual(body);
    expect(await api.call(ROUTE, { ...of('mixed'), query: 'version=2' })).toMatchObject({
      status: 404,
      body: { code: 'unknown_version' },
    });
    expect((await api.call(ROUTE, of('nobody'))).body).toMatchObject({ status: 404, code: 'unknown_model' });
  });

  it('is not sent again to who has it', async () => {
    const first = await api.call(ROUTE, of('default'));
    const headers = { 'if-none-match': first.headers.etag! };
    expect(await api.call(ROUTE, { ...of('default'), headers })).toMatchObject({ status: 304, text: '' });
  });
});
