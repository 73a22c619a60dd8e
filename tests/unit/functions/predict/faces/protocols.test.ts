import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { apiRouteOf } from '../../../../../lib/routes.ts';
import { countedAs } from '../../../../../lib/telemetry/metric-names.ts';
import { predictApi } from '../../../../helpers/predict-api.ts';
import { trainedOn } from '../../../../helpers/train-csv.ts';

const IRIS = readFileSync(new URL('../../../../../data/raw/iris.csv', import.meta.url));
const [HEADER = '', ...ROWS] = IRIS.toString().trim().split(/\r?\n/);
const FEATURES = HEADER.split(',').slice(0, -1);
const SENT = [0, 50, 100, 133].map((at) => ROWS[at]!.split(',').slice(0, -1).map(Number));

/** A feature of each kind, with gaps, so that a tensor of each datatype is asked for. */
const MIXED = Array.from({ length: 60 }, (_, i) => [
  i % 9 === 0 ? '' : String(i),
  ['red', 'white', 'rosé'][i % 3]!,
  i % 2 === 0 ? 'true' : 'false',
  `2024-0${1 + (i % 9)}-11`,
  i < 30 ? 'low' : 'high',
]);
const mixed = [['number', 'colour', 'flag', 'day', 'class'], ...MIXED].map((row) => row.join(',')).join('\n');

const artifacts = {
  default: {
    bytes: await trainedOn(IRIS),
    dialect: { delimiter: ',', decimal: '.', encoding: 'utf-8' } as const,
  },
  mixed: { bytes: await trainedOn(Buffer.from(mixed)) },
};
const api = predictApi(artifacts);

const plain = await api.call('POST /predict', { body: JSON.stringify({ instances: SENT }), query: '' });
const predictions: { prediction: string; confidence: number }[] = plain.body.predictions;
const labels = predictions.map(({ prediction }) => prediction);
const explained = await api.call('POST /predict', {
  body: JSON.stringify({ instances: SENT }),
  query: 'explain=true',
});

type Options = NonNullable<Parameters<typeof api.call>[1]>;
const of = (model: string, version?: string) => ({
  pathParameters: { model, ...(version === undefined ? {} : { version }) },
});
const json = (value: unknown) => ({ body: JSON.stringify(value) });

/** The protocol's own document: see tests/protocols. */
const OIP = parse(
  readFileSync(new URL('../../../../protocols/open_inference_rest.yaml', import.meta.url), 'utf8'),
) as { components: { schemas: Record<string, unknown> } };
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'oip', components: OIP.components });
function expectOip(schema: string, value: unknown): void {
  expect(OIP.components.schemas).toHaveProperty(schema);
  const validate = ajv.getSchema(`oip#/components/schemas/${schema}`)!;
  expect({ valid: validate(value), errors: validate.errors }).toEqual({ valid: true, errors: null });
}

describe('the Open Inference Protocol', () => {
  const infer = (request: unknown, options: Options = of('default')) =>
    api.call('POST /v2/models/{model}/infer', { ...json(request), ...options });
  const matrix = { name: 'rows', shape: [SENT.length, 4], datatype: 'FP64', data: SENT.flat() };
  const tensors = FEATURES.map((name, i) => ({
    name,
    shape: [SENT.length],
    datatype: 'FP64',
    data: SENT.map((row) => row[i]!),
  }));

  it('describes the server, and says that it is live and ready', async () => {
    const server = await api.call('GET /v2');
    expectOip('metadata_server_response', server.body);
    expect(server.body).toMatchObject({ version: '1.1', extensions: ['binary_tensor_data'] });
    expect((await api.call('GET /v2/health/live')).body).toEqual({ live: true });
    expect((await api.call('GET /v2/health/ready')).body).toEqual({ ready: true });
    const one = await api.call('GET /v2/models/{model}/ready', of('default'));
    expect(one).toMatchObject({ status: 200, body: { name: 'default', ready: true } });
    const pinned = await api.call('GET /v2/models/{model}/versions/{version}/ready', of('default', '1'));
    expect(pinned.status).toBe(200);
  });

  it('describes a model: a tensor for each feature, by its kind', async () => {
    for (const model of ['default', 'mixed']) {
      const { status, body } = await api.call('GET /v2/models/{model}', of(model));
      expect(status).toBe(200);
      expectOip('metadata_model_response', body);
      const pinned = await api.call('GET /v2/models/{model}/versions/{version}', of(model, 'v1'));
      expect(pinned.body).toEqual(body);
    }
    const { body } = await api.call('GET /v2/models/{model}', of('mixed'));
    expect(body).toMatchObject({
      name: 'mixed',
      versions: ['1'],
      inputs: [
        { name: 'number', datatype: 'FP64', shape: [-1] },
        { name: 'colour', datatype: 'BYTES', shape: [-1] },
        { name: 'flag', datatype: 'BOOL', shape: [-1] },
        { name: 'day', datatype: 'BYTES', shape: [-1] },
      ],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'confidence', datatype: 'FP64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP64', shape: [-1, 2] },
      ],
      properties: { label: 'class', classes: '["high","low"]' },
    });
  });

  it.each([
    ['one matrix', [matrix]],
    ['one nested matrix of FP32', [{ ...matrix, datatype: 'FP32', data: SENT }]],
    ['a tensor for each feature, in any order', [...tensors].reverse()],
    [
      'columns of one element',
      tensors.map((each) => ({ ...each, shape: [SENT.length, 1], data: each.data.map((x) => [x]) })),
    ],
    [
      'the label beside them',
      [...tensors, { name: 'species', shape: [4], datatype: 'BYTES', data: ['', '', '', ''] }],
    ],
  ])('answers %s with all outputs', async (_, inputs) => {
    const request = { id: '42', inputs };
    expectOip('inference_request', request);
    const { status, body, headers } = await infer(request);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { model_name: 'default', model_version: '1', id: '42' },
    });
    expectOip('inference_response', body);
    expect(body.outputs).toEqual([
      { name: 'label', datatype: 'BYTES', shape: [4], data: labels },
      {
        name: 'confidence',
        datatype: 'FP64',
        shape: [4],
        data: predictions.map(({ confidence }) => confidence),
      },
      { name: 'probabilities', datatype: 'FP64', shape: [4, 3], data: probabilities() },
    ]);
    expect(headers).toMatchObject({ 'x-model-version': 'v1', 'x-prediction-id': expect.any(String) });
  });

  const probabilities = () =>
    explained.body.predictions.flatMap((each: { probabilities: { probability: number }[] }) =>
      each.probabilities.map(({ probability }) => probability),
    );

  it('answers the outputs that are chosen, and needs no Content-Type', async () => {
    const request = { inputs: [matrix], outputs: [{ name: 'label' }] };
    const { body } = await infer(request, { ...of('default'), headers: { 'content-type': '' } });
    expect(body).toEqual({
      model_name: 'default',
      model_version: '1',
      outputs: [{ name: 'label', datatype: 'BYTES', shape: [4], data: labels }],
    });
    const pinned = await api.call('POST /v2/models/{model}/versions/{version}/infer', {
      ...json(request),
      ...of('default', '1'),
    });
    expect(pinned.body).toEqual(body);
  });

  it('takes texts, booleans, dates, whole numbers and gaps', async () => {
    const rows = [0, 1, 9];
    const column = (at: number) => rows.map((row) => MIXED[row]![at]!);
    const inputs = [
      {
        name: 'number',
        shape: [3],
        datatype: 'INT32',
        data: column(0).map((cell) => (cell === '' ? null : Number(cell))),
      },
      { name: 'colour', shape: [3], datatype: 'BYTES', data: column(1) },
      { name: 'flag', shape: [3], datatype: 'BOOL', data: column(2).map((cell) => cell === 'true') },
      { name: 'day', shape: [3], datatype: 'BYTES', data: column(3) },
    ];
    const { status, body } = await infer({ inputs, outputs: [{ name: 'label' }] }, of('mixed'));
    const byName = rows.map((_, row) =>
      Object.fromEntries(inputs.map(({ name, data }) => [name, data[row]])),
    );
    const expected = await api.call('POST /models/{model}/predict', {
      ...of('mixed'),
      ...json({ instances: byName }),
    });
    expect(status).toBe(200);
    expect(body.outputs[0].data).toEqual(
      expected.body.predictions.map(({ prediction }: { prediction: string }) => prediction),
    );
  });

  it('takes and answers binary tensors, as the clients of Triton send them', async () => {
    const doubles = Buffer.alloc(SENT.length * 4 * 8);
    for (const [i, value] of SENT.flat().entries()) doubles.writeDoubleLE(value, i * 8);
    const head = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: 'rows', shape: [4, 4], datatype: 'FP64', parameters: { binary_data_size: doubles.length } },
        ],
        parameters: { binary_data_output: true },
      }),
    );
    const { status, headers, bytes } = await api.call('POST /v2/models/{model}/infer', {
      ...of('default'),
      body: Buffer.concat([head, doubles]).toString('base64'),
      isBase64Encoded: true,
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(head.length),
      },
    });
    expect(status).toBe(200);
    const length = Number(headers['inference-header-content-length']);
    const described = JSON.parse(bytes.subarray(0, length).toString());
    const [label, confidence] = described.outputs;
    let at = length;
    const texts: string[] = [];
    for (const end = at + label.parameters.binary_data_size; at < end; ) {
      const size = bytes.readUInt32LE(at);
      texts.push(bytes.subarray(at + 4, at + 4 + size).toString());
      at += 4 + size;
    }
    expect(texts).toEqual(labels);
    expect(confidence.parameters.binary_data_size).toBe(SENT.length * 8);
    expect(labels.map((_, i) => bytes.readDoubleLE(at + 8 * i))).toEqual(
      predictions.map(({ confidence: each }) => each),
    );
  });

  it.each([
    ['no object', 7, /./],
    ['no inputs', {}, /^inputs: /],
    ['no tensor', { inputs: [] }, /at least one tensor/],
    ['another datatype', { inputs: [{ ...matrix, datatype: 'FP16' }] }, /expected one of BOOL/],
    [
      'too few elements',
      { inputs: [{ ...matrix, data: [1] }] },
      /^inputs\[0\]\.data: expected 16 elements, as the shape says, got 1/,
    ],
    ['no elements', { inputs: [{ ...matrix, data: undefined }] }, /got none/],
    ['another width', { inputs: [{ ...matrix, shape: [8, 2] }] }, /expected 4 columns \(sepal_length/],
    ['no rows', { inputs: [{ ...matrix, shape: [0, 4], data: [] }] }, /expected 1 to 10000 rows, got 0/],
    [
      'too many rows',
      { inputs: [{ ...matrix, shape: [10_001, 4], data: Array(40_004).fill(1) }] },
      /got 10001/,
    ],
    [
      'elements of another type',
      { inputs: [{ ...matrix, data: SENT.flat().map(String) }] },
      /^inputs\[0\]\.data\[0\]: expected a number, as FP64 has/,
    ],
    ['numbers beyond the datatype', { inputs: [{ ...matrix, datatype: 'INT8' }] }, /-128 to 127/],
    [
      'texts for numbers',
      { inputs: [{ ...matrix, datatype: 'BYTES', data: SENT.flat().map(String) }] },
      /expected a number/,
    ],
    ['a feature that lacks', { inputs: tensors.slice(1) }, /there is none for "sepal_length"/],
    [
      'an unknown tensor',
      { inputs: [...tensors, { ...tensors[0], name: 'other' }] },
      /^row 0\.other: unknown feature/,
    ],
    ['a tensor twice', { inputs: [...tensors, tensors[0]] }, /another tensor/],
    [
      'uneven tensors',
      { inputs: [...tensors.slice(1), { ...tensors[0], shape: [1], data: [1] }] },
      /expected 4 rows/,
    ],
    [
      'another output',
      { inputs: [matrix], outputs: [{ name: 'logits' }] },
      /expected one of label, confidence, probabilities/,
    ],
    ['a number for an id', { id: 7, inputs: [matrix] }, /^id: /],
    ['a shape of 10^18', { inputs: [{ ...matrix, shape: [1e9, 1e9] }] }, /more elements/],
    [
      'a size of bytes that are not there',
      { inputs: [{ ...matrix, data: undefined, parameters: { binary_data_size: 128 } }] },
      /the body ends before it/,
    ],
  ])('refuses %s in its own words', async (_, request, error) => {
    const { status, body, headers } = await infer(request);
    expect({ status, body }).toEqual({ status: 400, body: { error: expect.stringMatching(error) } });
    expect(headers['content-type']).toBe('application/json');
    expectOip('inference_error_response', body);
  });

  it.each([
    ['GET /v2/models/{model}', of('nobody'), 404],
    ['GET /v2/models/{model}', of('Nobody!'), 404],
    ['GET /v2/models/{model}/ready', of('waiting'), 503],
    ['GET /v2/models/{model}/versions/{version}', of('default', '7'), 404],
    ['GET /v2/models/{model}/versions/{version}', of('default', 'x'), 404],
    ['GET /v2/models/{model}', { ...of('default'), query: 'a=1' }, 400],
  ] as const)('answers %s %j with %i', async (route, options, status) => {
    const answer = await api.call(route, options as Options);
    expect(answer).toMatchObject({ status, body: { error: expect.any(String) } });
    if (status === 503) expect(answer.headers['retry-after']).toBe('5');
  });
});

describe("KServe's first protocol", () => {
  const predict = (call: string, request: unknown, query = '') =>
    api.call('POST /v1/models/{model}', { ...of(call), ...json(request), query });

  it('lists models, says whether one is ready, and answers instances with labels', async () => {
    expect((await api.call('GET /v1/models')).body).toEqual({ models: ['default', 'mixed'] });
    const own = predictApi(artifacts, { tokens: 'required' });
    const bound = { name: 'ci', scopes: '', bound_scopes: 'read', expires_at: '' };
    const authorizer = { ...bound, models: 'absent mixed' };
    expect((await own.call('GET /v1/models', { authorizer })).body).toEqual({ models: ['mixed'] });
    expect((await api.call('GET /v1/models/{model}', of('mixed'))).body).toEqual({
      name: 'mixed',
      ready: true,
    });
    const { status, body } = await predict('default:predict', { instances: SENT });
    expect({ status, body }).toEqual({ status: 200, body: { predictions: labels } });
    expect((await predict('default:predict', { instances: SENT }, 'version=1')).body).toEqual(body);
    expect((await predict('default:predict', { instances: SENT }, 'alias=canary')).body).toEqual(body);
    expect((await predict('default:predict', { instances: SENT }, 'alias=none')).status).toBe(404);
  });

  it.each([
    ['default:predict', {}, 400],
    ['default:predict', { instances: [] }, 400],
    ['default:predict', { instances: [[1]] }, 400],
    ['default:explain', { instances: SENT }, 404],
    ['default', { instances: SENT }, 404],
    ['nobody:predict', { instances: SENT }, 404],
    ['waiting:predict', { instances: SENT }, 503],
  ] as const)('answers %s %j with %i', async (call, request, status) => {
    expect(await predict(call, request)).toMatchObject({ status, body: { error: expect.any(String) } });
  });
});

describe("MLflow's scoring server", () => {
  const invoke = (request: unknown, options: Options = {}) =>
    api.call('POST /invocations', { ...json(request), ...options });
  const split = { columns: FEATURES, index: [0, 1, 2, 3], data: SENT };
  const records = SENT.map((row) => Object.fromEntries(FEATURES.map((name, i) => [name, row[i]])));
  const columns = Object.fromEntries(FEATURES.map((name, i) => [name, SENT.map((row) => row[i])]));

  it.each([
    ['dataframe_split', { dataframe_split: split }],
    ['dataframe_split without names', { dataframe_split: { columns: [0, 1, 2, 3], data: SENT } }],
    [
      'dataframe_split with columns in another order',
      { dataframe_split: { columns: [...FEATURES].reverse(), data: SENT.map((row) => [...row].reverse()) } },
    ],
    ['dataframe_records', { dataframe_records: records }],
    ['instances', { instances: SENT }],
    ['instances of SageMaker', { instances: SENT.map((features) => ({ features })) }],
    ['inputs', { inputs: SENT }],
    ['inputs by column', { inputs: columns }],
    ['params', { inputs: SENT, params: { version: 1, temperature: 0.1 } }],
    ['params that are null', { inputs: SENT, params: null }],
  ])('answers %s with labels', async (_, request) => {
    expect(await invoke(request)).toMatchObject({ status: 200, body: { predictions: labels } });
  });

  it('reads NaN as a gap, which is what Python writes of a data frame that has one', async () => {
    const [first, ...others] = SENT;
    const rowsWith = (gap: string) =>
      `[[${first!.slice(1).join(', ')}, ${gap}], ${JSON.stringify(others[0])}, [${gap},\n${gap} ,1,0.2]]`;
    const ask = (rows: string, form = 'inputs') =>
      api.call('POST /invocations', { body: `{"${form}": ${rows}, "params": {"note": "NaN"}}` });
    const expected = await ask(rowsWith('null'));
    expect(expected.status).toBe(200);
    expect(await ask(rowsWith('NaN'))).toMatchObject({ status: 200, body: expected.body });
    for (const mistake of ['nan', '-NaN', 'NaN0', '1NaN', 'NaN.5', 'Infinity', 'NULL', 'None'])
      expect(await ask(rowsWith(mistake)), mistake).toMatchObject({ status: 400 });
    const asText = rowsWith('"NaN"');
    expect(await ask(asText)).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/number/) },
    });
    const open = `["${'\\"'.repeat(200_000)}NaN`;
    expect(await ask(open)).toMatchObject({ status: 400 });
  });

  it('answers what pandas writes under the media type of older clients', async () => {
    for (const [body, format] of [
      [split, 'split'],
      [records, 'records'],
    ] as const) {
      const headers = { 'content-type': `application/json; format=pandas-${format}` };
      expect((await invoke(body, { headers })).body).toEqual({ predictions: labels });
    }
  });

  it('answers CSV and lines of JSON, and adds the confidence when it is asked for', async () => {
    const body = [FEATURES, ...SENT].map((row) => row.join(',')).join('\n');
    const table = await api.call('POST /invocations', { body, headers: { 'content-type': 'text/csv' } });
    expect(table.body).toEqual({ predictions: labels });
    const headers = { 'content-type': 'text/csv', accept: 'text/csv' };
    const { text, headers: got } = await api.call('POST /invocations', { body, headers });
    expect(text).toBe(predictions.map((each) => `${each.prediction},${each.confidence}\n`).join(''));
    expect(got['content-type']).toBe('text/csv; charset=utf-8; header=absent');
    const lines = SENT.map((features) => `${JSON.stringify({ features })}\n`).join('');
    const jsonl = { body: lines, headers: { 'content-type': 'application/jsonlines' } };
    expect((await api.call('POST /invocations', jsonl)).body).toEqual({ predictions: labels });
    expect((await invoke({ inputs: SENT, params: { confidence: true } })).body).toEqual({ predictions });
  });

  it('answers with the model that X-Model-Name names, else with the default one', async () => {
    const { status, body } = await invoke(
      { inputs: [[1, 'red', true, '2024-01-11']] },
      { headers: { 'x-model-name': 'mixed' } },
    );
    expect({ status, body }).toEqual({
      status: 200,
      body: { predictions: [expect.stringMatching(/^(low|high)$/)] },
    });
  });

  it('is pinged, and says its version', async () => {
    expect((await api.call('GET /ping')).status).toBe(200);
    expect((await api.call('GET /version')).text).toBe('1.1');
    const empty = predictApi({});
    expect(await empty.call('GET /ping')).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: expect.any(String) },
    });
  });

  it.each([
    ['nothing', {}, /exactly one of dataframe_split, dataframe_records, instances, inputs, got none/],
    ['two forms', { inputs: SENT, instances: SENT }, /got instances and inputs/],
    ['a list', SENT, /in an object/],
    ['no rows', { inputs: [] }, /at least one row/],
    ['too many rows', { inputs: Array(10_001).fill(SENT[0]) }, /^inputs: expected at most 10000 rows/],
    ['a number', { inputs: 7 }, /^inputs: expected an array of rows/],
    ['uneven columns', { inputs: { ...columns, sepal_width: [1] } }, /expected 4 values/],
    ['a name twice', { dataframe_split: { columns: ['a', 'a'], data: [] } }, /stands there twice/],
    ['a number for a name', { dataframe_split: { columns: [1, 'a'], data: [] } }, /expected a name/],
    [
      'rows of another width',
      { dataframe_split: { ...split, data: [[1]] } },
      /^dataframe_split\.data\[0\]: expected an array of 4 values, got 1/,
    ],
    [
      'an unknown feature',
      { dataframe_records: [{ ...records[0], other: 1 }] },
      /^dataframe_records\[0\]\.other: unknown feature/,
    ],
    ['a version that is none', { inputs: SENT, params: { version: 'latest' } }, /number of a version/],
  ])('refuses %s in its own words', async (_, request, message) => {
    expect(await invoke(request)).toMatchObject({
      status: 400,
      body: { error_code: 'BAD_REQUEST', message: expect.stringMatching(message) },
    });
  });

  it.each([
    ['waiting', 503, 'TEMPORARILY_UNAVAILABLE'],
    ['nobody', 404, 'RESOURCE_DOES_NOT_EXIST'],
  ])('answers of the model %s with %i', async (name, status, code) => {
    const answer = await invoke({ inputs: SENT }, { headers: { 'x-model-name': name } });
    expect(answer).toMatchObject({ status, body: { error_code: code } });
  });
});

describe("SageMaker's runtime", () => {
  const ROUTE = 'POST /endpoints/{model}/invocations';
  const invoke = (
    model: string,
    headers: Record<string, string> = {},
    request: unknown = { instances: SENT },
  ) => api.call(ROUTE, { ...of(model), ...json(request), headers });

  it('answers an endpoint, and names the variant that did', async () => {
    const { status, body, headers } = await invoke('default');
    expect({ status, body }).toEqual({ status: 200, body: { predictions: labels } });
    expect(headers['x-amzn-invoked-production-variant']).toBe('v1');
    expect((await invoke('default', {}, { features: SENT[0] })).body).toEqual({ predictions: ['setosa'] });
  });

  it('takes a variant or a target model for a version', async () => {
    for (const headers of [
      { 'x-amzn-sagemaker-target-variant': 'v1' },
      { 'x-amzn-sagemaker-target-variant': 'AllTraffic' },
      { 'x-amzn-sagemaker-target-model': '/v1.tar.gz' },
      { 'x-amzn-sagemaker-target-model': '1', 'x-amzn-sagemaker-target-variant': '1' },
    ])
      expect((await invoke('default', headers as Record<string, string>)).status).toBe(200);
    for (const headers of [
      { 'x-amzn-sagemaker-target-variant': 'blue' },
      { 'x-amzn-sagemaker-target-variant': '7' },
      { 'x-amzn-sagemaker-target-model': '../1' },
      { 'x-amzn-sagemaker-target-model': '2', 'x-amzn-sagemaker-target-variant': '1' },
    ])
      expect(await invoke('default', headers as Record<string, string>)).toMatchObject({
        status: 400,
        headers: { 'x-amzn-errortype': 'ValidationError' },
      });
  });

  it('answers CSV in kind when it is asked to', async () => {
    const body = SENT.map((row) => `${row.join(',')}\n`).join('');
    const headers = { 'content-type': 'text/csv', accept: 'text/csv' };
    const { text } = await api.call(ROUTE, { ...of('default'), body, headers });
    expect(text.split('\n')[0]).toMatch(/^setosa,0\.\d+$/);
  });

  it("words a bad request as a container's error, and an unknown endpoint as its own", async () => {
    expect(await invoke('default', {}, { instances: [[1]] })).toMatchObject({
      status: 424,
      headers: { 'x-amzn-errortype': 'ModelError' },
      body: { OriginalStatusCode: 400, OriginalMessage: expect.stringContaining('instances[0]') },
    });
    expect(await invoke('nobody')).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'ValidationError' },
      body: { Message: expect.stringContaining('nobody') },
    });
    expect(await invoke('waiting')).toMatchObject({
      status: 503,
      headers: { 'x-amzn-errortype': 'ServiceUnavailable', 'retry-after': '5' },
    });
  });
});

describe('all protocols', () => {
  const PREDICTING = [
    [
      'POST /v2/models/{model}/infer',
      of('default'),
      { inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP64', data: [1, 1, 1, 1] }] },
    ],
    ['POST /v1/models/{model}', of('default:predict'), { instances: [[1, 1, 1, 1]] }],
    ['POST /invocations', {}, { instances: [[1, 1, 1, 1]] }],
    ['POST /endpoints/{model}/invocations', of('default'), { instances: [[1, 1, 1, 1]] }],
  ] as const;

  it.each(PREDICTING)('count %s under the protocol', async (key, options, request) => {
    const route = countedAs(apiRouteOf(key)!);
    const own = predictApi(artifacts);
    await own.call(key, { ...options, ...json(request) });
    expect(['open-inference', 'kserve-v1', 'mlflow', 'sagemaker']).toContain(route);
    expect(own.metrics).toContainEqual(['requestCount', { route, status: '2xx' }, 1]);
    expect(own.metrics).toContainEqual(['batchSize', { route }, 1]);
    expect(own.metrics).toContainEqual(['predictionLatency', { route }, expect.any(Number)]);
    expect(own.metrics).toContainEqual(['predictions', { model: 'default', class: expect.any(String) }, 1]);
  });

  it.each(PREDICTING)(
    'ask for a token at %s, in the words of the protocol',
    async (route, options, request) => {
      const own = predictApi(artifacts, { tokens: 'required' });
      const ask = (scopes: string) =>
        own.call(route, { ...options, ...json(request), authorizer: { name: 'ci', scopes, expires_at: '' } });
      const stranger = await own.call(route, { ...options, ...json(request) });
      expect(stranger.headers['content-type']).toBe('application/json');
      expect(stranger.body).not.toHaveProperty('type');
      expect([401, 403]).toContain(stranger.status);
      expect(stranger.headers['www-authenticate']).toContain('invalid_token');
      expect((await ask('read')).status).toBe(403);
      expect((await ask('predict')).status).toBe(200);
    },
  );

  it.each(PREDICTING)('keep the errors of %s within 16 KB, whatever is sent', async (route, options) => {
    const own = predictApi(artifacts);
    for (const character of ['\u6f22', '\u0001', 'x']) {
      const long = character.repeat(150_000);
      for (const request of [
        { inputs: [{ name: long, shape: [1, 1], datatype: 'BYTES', data: [long] }] },
        { [long]: 1 },
        { instances: Array(30).fill({ [long.slice(0, 5000)]: 1 }) },
        { dataframe_split: { columns: [long], data: [[1]] } },
        { inputs: { [long]: 7 } },
      ]) {
        const answer = await own.call(route, { ...options, ...json(request) });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(answer.bytes.length).toBeLessThanOrEqual(16 * 1024);
      }
    }
  });

  it('tell strangers nothing, not even whether a model can answer', async () => {
    const own = predictApi(artifacts, { tokens: 'required' });
    for (const [route, options] of [
      ['GET /v2', {}],
      ['GET /v2/health/live', {}],
      ['GET /v2/health/ready', {}],
      ['GET /ping', {}],
      ['GET /version', {}],
      ['GET /v1/models', {}],
      ['GET /v1/models/{model}', of('default')],
      ['GET /v2/models/{model}', of('default')],
      ['GET /v2/models/{model}/ready', of('default')],
    ] as const)
      expect((await own.call(route, options)).status).toBe(401);
  });
});
