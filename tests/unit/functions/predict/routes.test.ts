import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { lineageHeaders } from '../../../../functions/predict/lineage-headers.ts';
import { ModelCache, PATIENCE } from '../../../../functions/predict/model-cache.ts';
import type { ModelSource } from '../../../../functions/predict/model-source.ts';
import { PredictionLog } from '../../../../functions/predict/prediction-log.ts';
import { predictFunction } from '../../../../functions/predict/routes.ts';
import { openModel, writeModel } from '../../../../lib/classifier/model-file.ts';
import { readPredictionId } from '../../../../lib/drift/prediction-id.ts';
import { readPredictionRecord } from '../../../../lib/drift/prediction-record.ts';
import type { AccessPolicy, AuthorizerContext } from '../../../../lib/http/access.ts';
import { HttpError } from '../../../../lib/http/problem.ts';
import {
  batchAnswer,
  explainedAnswer,
  explainedBatchAnswer,
  healthAnswer,
  healthQuery,
  predictionAnswer,
  predictQuery,
  predictRequest,
} from '../../../../lib/http/schemas/predict-api.ts';
import { unavailable } from '../../../../lib/http/unavailable.ts';
import { unknownAlias } from '../../../../lib/http/unknown-alias.ts';
import { unknownModel } from '../../../../lib/http/unknown-model.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import { fittedModel } from '../../../helpers/fitted-model.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../../helpers/http-event.ts';
import { metricsTo } from '../../../helpers/metric-buffers.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';

const logger = createLogger();
vi.spyOn(logger, 'error').mockImplementation(() => undefined);
vi.spyOn(logger, 'warn').mockImplementation(() => undefined);

/** v1 calls all numbers below 10 `a`, v2 all below 100, so 50 shows which one answered. */
const bytesOf = (bound: number) =>
  writeModel(
    fittedModel(
      Float64Array.of(bound - 3, bound - 2, bound - 1, bound + 1, bound + 2, bound + 3),
      Int32Array.of(0, 0, 0, 1, 1, 1),
    ),
  );
const ARTIFACTS = [bytesOf(10), bytesOf(100)];

function factsOf(model: string, version: number) {
  const artifact = ARTIFACTS[version - 1];
  if (!artifact) throw new HttpError(404, 'unknown_version', `no v${version}`);
  const headers = lineageHeaders({
    ...versionDraft(model, '1'),
    version,
    artifact_sha256: artifact.sha256,
    lineage: { code_version: '1.0' },
  });
  return { model, version, artifactKey: artifact.sha256, artifactSha256: artifact.sha256, headers };
}

const source: ModelSource = {
  async champion(model) {
    if (model === 'waiting') throw unavailable('no_champion', 'not yet', 5);
    if (model !== 'default' && model !== 'iris') throw unknownModel(model);
    return factsOf(model, 2);
  },
  version: async (model, version) => factsOf(model, version),
  async alias(model, alias) {
    if (alias === 'canary') return factsOf(model, 1);
    throw unknownAlias(model, alias);
  },
  names: async () => ['default', 'iris'],
  async open({ version, artifactSha256 }) {
    const { bytes } = ARTIFACTS[version - 1]!;
    const read = async () => openModel(bytes, artifactSha256);
    return { sizeBytes: bytes.length, read, discard: () => undefined };
  },
};

/** The random hexadecimal digits of an id differ in every run. */
const ID = /^[0-9a-f]{32}(-unlogged)?$/;

function functionOf(
  overrides: Partial<ModelSource> = {},
  log: { readonly sampleRate: number; readonly logsFeatures: boolean } = {
    sampleRate: 0,
    logsFeatures: false,
  },
  access: AccessPolicy = { tokens: 'off', actor: 'test' },
) {
  const clock = { nowMs: 0, drawn: 0.5 };
  const moment = () => ({ wallMs: clock.nowMs, steadyMs: clock.nowMs });
  const metrics: unknown[] = [];
  const buffer = metricsTo((...metric) => metrics.push(metric));
  const shared = { logger, emit: buffer.emit, metrics: buffer, clock: moment };
  const models = new ModelCache({
    ...shared,
    source: { ...source, ...overrides },
    refreshSeconds: 30,
    limitBytes: 1024 ** 2,
    patience: PATIENCE,
  });
  const lines: string[] = [];
  const predictionLog = new PredictionLog({
    ...log,
    write: (text) => lines.push(...text.split('\n').slice(0, -1)),
    random: () => clock.drawn,
    now: () => clock.nowMs,
  });
  const handler = predictFunction({
    ...shared,
    models,
    predictionLog,
    access,
    maxBodyBytes: 1000,
    codeVersion: '1.1',
  });
  const send = async (
    routeKey: string,
    options: Parameters<typeof httpEvent>[1] & { authorizer?: AuthorizerContext } = {},
  ) => {
    const event = httpEvent(routeKey, options);
    Object.assign(event.requestContext, options.authorizer && { authorizer: { lambda: options.authorizer } });
    const answer = (await handler(event, LAMBDA_CONTEXT)) as APIGatewayProxyStructuredResultV2;
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body!) };
  };
  const predict = (body: unknown, query = '') => send('POST /predict', { body: JSON.stringify(body), query });
  return { clock, metrics, lines, send, predict };
}

describe('the predict function', () => {
  it("answers one row with exactly three members, and names the answer's origin in headers", async () => {
    const { predict } = functionOf();
    const { status, headers, body } = await predict({ features: [50] });
    expect(status).toBe(200);
    expect(body).toEqual({ prediction: 'a', confidence: expect.any(Number), model_version: 'v2' });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      'x-model-name': 'default',
      'x-model-version': 'v2',
      'x-model-artifact': ARTIFACTS[1]!.sha256,
      'x-model-dataset': 'a'.repeat(64),
      'x-model-code-version': '1.0',
      'x-prediction-id': expect.stringMatching(ID),
    });
  });

  it('names gaps that training did not see and unused members in headers, with counts for a batch', async () => {
    const { predict } = functionOf();
    const one = await predict({ features: { x: null, class: 'a' } });
    expect(one).toMatchObject({ status: 200, body: { prediction: expect.stringMatching(/^[ab]$/) } });
    expect(one.headers).toMatchObject({ 'x-unseen-gaps': 'x', 'x-ignored-columns': 'class' });
    const many = await predict({ instances: [[null], [50], { x: null }] }, 'explain=true');
    expect(many.headers).toMatchObject({ 'x-unseen-gaps': 'x;count=2' });
    expect(many.headers).not.toHaveProperty('x-ignored-columns');
    expect(many.body.predictions.map(({ unseen }: { unseen: object }) => unseen)).toEqual([
      { categories: [], gaps: ['x'] },
      { categories: [], gaps: [] },
      { categories: [], gaps: ['x'] },
    ]);
  });

  it.each(['version=1', 'version=v1', 'alias=canary'])(
    'answers from the version that ?%s names',
    async (query) => {
      const { predict } = functionOf();
      const { body, headers } = await predict({ features: [50] }, query);
      expect(body).toMatchObject({ prediction: 'b', model_version: 'v1' });
      expect(headers).toMatchObject({ 'x-model-version': 'v1', 'x-model-artifact': ARTIFACTS[0]!.sha256 });
      expect((await predict({ features: [50] }, 'version=3')).body).toMatchObject({
        status: 404,
        code: 'unknown_version',
      });
    },
  );

  it('answers in the form of the document, for one row and many, with and without reasons', async () => {
    const { predict } = functionOf();
    const one = { features: { x: 50 } };
    const many = { instances: [[50], { x: 150 }] };
    for (const request of [one, many]) expect(z.safeParse(predictRequest, request).success).toBe(true);
    for (const [schema, request, query] of [
      [predictionAnswer, one, ''],
      [predictionAnswer, one, 'explain=false'],
      [batchAnswer, many, ''],
      [explainedAnswer, one, 'explain=true'],
      [explainedBatchAnswer, many, 'explain=true&version=1'],
    ] as const) {
      const { body } = await predict(request, query);
      expect(z.parse(schema as z.ZodMiniType, body)).toEqual(body);
    }
  });

  it.each([
    ['explain=maybe', 'query.explain'],
    ['version=abc', 'query.version'],
    ['version=1&version=2', 'query.version'],
    ['alias=canary&alias=canary', 'query.alias'],
    ['alias=canary&version=1', 'query.alias'],
    ['alias=champion', 'query.alias'],
    ['alias=v3', 'query.alias'],
    ['alias=', 'query.alias'],
    ['pretty=1', 'query.pretty'],
  ])('refuses ?%s with the path', async (query, path) => {
    const { body } = await functionOf().predict({ features: [50] }, query);
    expect(body).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path }] });
  });

  it('marks an answer as stale, and counts it, once the registry has not answered for the refresh time', async () => {
    let isReachable = true;
    const { clock, predict, metrics, send } = functionOf({
      async champion(model) {
        if (!isReachable) throw new Error('connect ECONNREFUSED');
        return factsOf(model, 2);
      },
    });
    await predict({ features: [50] });
    isReachable = false;
    clock.nowMs = 29_999;
    expect((await predict({ features: [50] })).headers).not.toHaveProperty('x-model-stale');
    expect((await send('GET /health')).body).not.toHaveProperty('stale');
    clock.nowMs = 30_000;
    const late = await predict({ features: [50] });
    expect(late).toMatchObject({ status: 200, headers: { 'x-model-stale': 'true' } });
    expect(metrics).toContainEqual(['staleAnswers', { model: 'default' }, 1]);
    expect((await predict({ features: [50] }, 'version=1')).headers).not.toHaveProperty('x-model-stale');
    const health = await send('GET /health');
    expect(z.parse(healthAnswer, health.body)).toEqual({ ...health.body, stale: true });
  });

  it('reports whether the default or the requested model can answer', async () => {
    const { send } = functionOf();
    const ready = { status: 'ready', model_version: 'v2', code_version: '1.1' };
    expect(await send('GET /health')).toMatchObject({ status: 200, body: { ...ready, model: 'default' } });
    const iris = await send('GET /health', { query: 'model=iris' });
    expect(iris).toMatchObject({ status: 200, body: { ...ready, model: 'iris' } });
    expect(await send('GET /health', { query: 'model=waiting' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5', 'content-type': 'application/problem+json' },
      body: { code: 'no_champion', detail: 'not yet' },
    });
    expect(await send('GET /health', { query: 'model=nobody' })).toMatchObject({ status: 404 });
    expect(await send('GET /health', { query: 'deep=1' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'query.deep' }] },
    });
  });

  it('tells strangers of the default model only, the same of every other name, and asks nothing for it', async () => {
    const asked: string[] = [];
    const { send } = functionOf(
      {
        champion(model, known) {
          asked.push(model);
          return source.champion(model, known);
        },
      },
      undefined,
      { tokens: 'required' },
    );
    expect(await send('GET /health')).toMatchObject({ status: 200, body: { model: 'default' } });
    expect(await send('GET /health', { query: 'model=default' })).toMatchObject({ status: 200 });
    const answers = await Promise.all(
      ['iris', 'waiting', 'nobody', 'NOT A NAME', ''].map((model) =>
        send('GET /health', { query: `model=${model}` }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(asked).toEqual(['default']);
    const authorizer = { name: 'ci', scopes: 'predict', expires_at: '' };
    expect(await send('GET /health', { query: 'model=iris', authorizer })).toMatchObject({ status: 200 });
  });

  it('answers HEAD as GET, and counts it as that', async () => {
    const { send, metrics } = functionOf();
    const [head, get] = [await send('HEAD /health'), await send('GET /health')];
    expect(head).toEqual(get);
    expect(metrics).toContainEqual(['requestCount', { route: 'GET /health', status: '2xx' }, 1]);
    expect(metrics).not.toContainEqual(['requestCount', { route: 'other', status: '2xx' }, 1]);
    expect((await send('HEAD /predict', { rawPath: '/predict' })).status).toBe(405);
  });

  it('answers 410 for a retired version', async () => {
    const { predict } = functionOf({
      version: async () => {
        throw new HttpError(410, 'version_retired', 'v1 was retired');
      },
    });
    const { status, body } = await predict({ features: [50] }, 'version=1');
    expect([status, body.title, body.code]).toEqual([410, 'Gone', 'version_retired']);
  });

  it('does not ask the registry for an invalid model name', async () => {
    const asked: string[] = [];
    const { send } = functionOf({
      async champion(model) {
        asked.push(model);
        throw unknownModel(model);
      },
    });
    for (const model of ['x'.repeat(5000), 'Iris', '../iris', '__proto__', 'a'.repeat(63)]) {
      const options = { body: '{"features":[1]}', pathParameters: { model } };
      const { body } = await send('POST /models/{model}/predict', options);
      expect(body).toMatchObject({ status: 404, code: 'unknown_model' });
      expect(body.detail.length).toBeLessThan(250);
    }
    expect(asked).toEqual(['a'.repeat(63)]);
  });
});

describe('the schemas of the document', () => {
  it('convert to JSON Schema', () => {
    for (const schema of [predictRequest, predictQuery, healthQuery, healthAnswer, explainedBatchAnswer]) {
      expect(z.toJSONSchema(schema)).toHaveProperty('$schema');
    }
    expect(z.toJSONSchema(predictQuery)).toMatchObject({
      properties: { explain: { enum: ['true', 'false'], description: expect.any(String) } },
    });
  });
});

describe('the prediction log', () => {
  const everything = { sampleRate: 1, logsFeatures: true };

  it('has a line for a prediction, under the id of its answer', async () => {
    const { predict, lines, clock } = functionOf({}, { sampleRate: 1, logsFeatures: false });
    clock.nowMs = Date.UTC(2026, 10, 24, 20, 5);
    const { headers, body } = await predict({ features: [50] });
    const id = String(headers!['x-prediction-id']);
    expect(lines.map(readPredictionRecord)).toEqual([
      {
        prediction_log: 1,
        prediction_id: id,
        time: '2026-11-24T20:05:00.000Z',
        model: 'default',
        version: 2,
        prediction: body.prediction,
        confidence: body.confidence,
      },
    ]);
    expect(readPredictionId(id)).toEqual({ timeMs: clock.nowMs, isLogged: true });
  });

  it('contains the values, in the order of the features, only when configured', async () => {
    const { predict, lines } = functionOf({}, everything);
    await predict({ features: { x: 50 } });
    expect(readPredictionRecord(lines[0]!)?.features).toEqual([50]);
  });

  it.each(['', 'explain=true'])(
    'has a line for each instance of a batch, by its position (%s)',
    async (query) => {
      const { predict, lines } = functionOf({}, everything);
      const { headers } = await predict({ instances: [[50], [150], [20]] }, query);
      const records = lines.map((line) => readPredictionRecord(line)!);
      expect(records.map((record) => [record.prediction_id, record.features, record.prediction])).toEqual([
        [`${headers!['x-prediction-id']}.0`, [50], 'a'],
        [`${headers!['x-prediction-id']}.1`, [150], 'b'],
        [`${headers!['x-prediction-id']}.2`, [20], 'a'],
      ]);
      for (const { prediction_id } of records) expect(readPredictionId(prediction_id)?.isLogged).toBe(true);
    },
  );

  it('contains the configured share of requests; the ids of the others show that they are not logged', async () => {
    const { predict, lines, clock } = functionOf({}, { sampleRate: 0.1, logsFeatures: false });
    clock.drawn = 0.1;
    const { headers } = await predict({ features: [50] });
    expect(headers!['x-prediction-id']).toMatch(/^[0-9a-f]{32}-unlogged$/);
    expect(readPredictionId(String(headers!['x-prediction-id']))).toEqual({ timeMs: 0, isLogged: false });
    expect(lines).toEqual([]);
    clock.drawn = 0.0999;
    await predict({ features: [50] });
    expect(lines).toHaveLength(1);
  });

  it('contains null for a gap that training did not see, so that drift counts it as missing', async () => {
    const { predict, lines } = functionOf({}, everything);
    await predict({ features: { x: null, class: 'a' } });
    expect(readPredictionRecord(lines[0]!)?.features).toEqual([null]);
  });

  it('names the version that answered, champion or not', async () => {
    const { predict, lines } = functionOf({}, everything);
    await predict({ features: [50] }, 'version=1');
    expect(readPredictionRecord(lines[0]!)).toMatchObject({ version: 1, prediction: 'b' });
  });

  it('contains nothing from a request that fails, for its body or its size', async () => {
    const { predict, lines } = functionOf({}, everything);
    expect((await predict({ instances: [[50], ['x']] })).status).toBe(400);
    expect(lines).toEqual([]);
  });
});
