import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelCache } from '../../functions/predict/model-cache.ts';
import { promoteAutomatically } from '../../lib/registry/automatic-promotion.ts';
import { registerVersion } from '../../lib/registry/versions.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import type { GateVerdict } from '../../lib/training/quality-gate.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { irisData } from '../helpers/iris.ts';

const trained = trainModel(irisData(), DEFAULT_SETTINGS);
const logger = createLogger();

let registry: TestRegistry;
let nowMs = 0;
let models = 0;
const client = new S3Client({ maxAttempts: 1 });
const s3 = mockClient(client);

/** The one part of a response body that is read. */
const bodyOf = (bytes: Uint8Array) => ({ Body: { transformToByteArray: async () => bytes } as never });

beforeAll(async () => {
  registry = await openTestRegistry();
  vi.spyOn(logger, 'error').mockImplementation(() => undefined);
});
afterAll(() => registry.close());
beforeEach(() => {
  s3.reset();
  s3.on(GetObjectCommand).callsFake(() => bodyOf(trained.artifact));
  nowMs = 1_000_000;
});

const cacheOf = () =>
  new ModelCache({
    s3: client,
    table: registry.table,
    modelsBucket: 'models',
    refreshSeconds: 30,
    emit: () => undefined,
    logger,
    now: () => nowMs,
  });

async function register(model: string, digit: string, gate: GateVerdict): Promise<number> {
  const { entry } = await registerVersion(registry.table, {
    model,
    fingerprint: digit.repeat(64),
    dataset_sha256: 'a'.repeat(64),
    artifact_sha256: trained.artifactSha256,
    artifact_key: `${model}/${trained.artifactSha256}.knn`,
    report_key: `${model}/report.json`,
    metrics: {},
    gate,
    settings: {},
    schema: {},
    lineage: {},
    registered_at: '2026-01-01T00:00:00.000Z',
  });
  return entry.version;
}

const PASSED: GateVerdict = { passed: true, tests: [] };

async function addVersion(model: string, digit: string): Promise<number> {
  const version = await register(model, digit, PASSED);
  await promoteAutomatically(registry.table, {
    model,
    version,
    source: { key: 'a.csv', sequencer: digit, uploaded_at: '2026-01-01' },
    reason: 'test',
    decidedAt: '2026-01-01T00:00:00.000Z',
    isCompatibleWith: async () => true,
  });
  return version;
}

const newModel = () => `model-${models++}`;

describe('ModelCache', () => {
  it('answers 404 for a model that nobody made, and 503 with Retry-After for one without a champion', async () => {
    const model = newModel();
    await expect(cacheOf().champion(model)).rejects.toMatchObject({ status: 404, code: 'unknown_model' });
    await registry.table.putIfAbsent({ pk: 'MODELS', sk: model, model });
    await expect(cacheOf().champion(model)).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
    });
  });

  it('says of a model whose version did not pass the gate what stood in the way', async () => {
    const model = newModel();
    await register(model, '1', {
      passed: false,
      tests: [{ test: 'baseline', outcome: 'failed', detail: 'no better than guessing' }],
    });
    await expect(cacheOf().champion(model)).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('v1 did not pass the quality gate (no better than guessing)'),
    });
  });

  it('loads once for concurrent requests and keeps the model across calls', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const cache = cacheOf();
    const champions = await Promise.all(Array.from({ length: 20 }, () => cache.champion(model)));
    expect(champions.every(({ version, stale }) => version === 1 && !stale)).toBe(true);
    await cache.champion(model);
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
  });

  it('notices a new champion after the refresh time, and not before', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const cache = cacheOf();
    await cache.champion(model);
    await addVersion(model, '2');
    nowMs += 29_999;
    expect(await cache.champion(model)).toMatchObject({ version: 1 });
    nowMs += 1;
    expect(await cache.champion(model)).toMatchObject({ version: 2, stale: false });
  });

  it('keeps answering, and says so, when the new champion cannot be read; recovers when it can', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const cache = cacheOf();
    await cache.champion(model);
    await addVersion(model, '2');
    nowMs += 60_000;
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('slow down'), { name: 'SlowDown' }));
    expect(await cache.champion(model)).toMatchObject({ version: 1, stale: true });
    s3.on(GetObjectCommand).callsFake(() => bodyOf(trained.artifact));
    expect(await cache.champion(model)).toMatchObject({ version: 2, stale: false });
  });

  it('never serves an artifact whose bytes are damaged', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const damaged = trained.artifact.slice();
    damaged[200]! ^= 1;
    s3.on(GetObjectCommand).callsFake(() => bodyOf(damaged));
    await expect(cacheOf().champion(model)).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  });
});
