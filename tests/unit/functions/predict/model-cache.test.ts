import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelCache, type Patience } from '../../../../functions/predict/model-cache.ts';
import type { ModelSource } from '../../../../functions/predict/model-source.ts';
import { RegistrySource } from '../../../../functions/predict/registry-source.ts';
import { modelMemoryBytes, writeModel } from '../../../../lib/classifier/model-file.ts';
import { HttpError } from '../../../../lib/http/problem.ts';
import { removeAlias, setAlias } from '../../../../lib/registry/alias-decisions.ts';
import { promoteAutomatically } from '../../../../lib/registry/automatic-promotion.ts';
import { promoteByHand, retireVersion } from '../../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { openSized } from '../../../../lib/storage/objects.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import type { GateVerdict } from '../../../../lib/training/gate-verdict.ts';
import { DEFAULT_SETTINGS } from '../../../../lib/training/settings.ts';
import { trainModel } from '../../../../lib/training/train-model.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { fittedModel } from '../../../helpers/fitted-model.ts';
import { irisData } from '../../../helpers/iris.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';

const trained = trainModel(irisData(), DEFAULT_SETTINGS);
const written = writeModel(fittedModel(Float64Array.of(0, 1, 2, 3), Int32Array.of(0, 0, 1, 1)));
/** Two models that give different answers, so that a test can tell which is loaded. */
const ARTIFACTS = {
  iris: { bytes: trained.artifact, sha256: trained.artifactSha256 },
  other: written,
};
const logger = createLogger();

let registry: TestRegistry;
let nowMs = 0;
/** How far the wall clock was set forward, or back. */
let stepMs = 0;
const clock = () => ({ wallMs: nowMs + stepMs, steadyMs: nowMs });
let models = 0;
let metrics: string[] = [];
const client = new S3Client({ maxAttempts: 1 });
const s3 = mockClient(client);

/** The only part of a response body that is read. */
const bodyOf = (bytes: Uint8Array) => ({
  Body: { transformToByteArray: async () => bytes, destroy: () => undefined } as never,
  ContentLength: bytes.length,
});

function serveArtifacts(): void {
  s3.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) =>
    bodyOf(Key.includes(written.sha256) ? written.bytes : trained.artifact),
  );
}

beforeAll(async () => {
  registry = await openTestRegistry();
  vi.spyOn(logger, 'error').mockImplementation(() => undefined);
  vi.spyOn(logger, 'warn').mockImplementation(() => undefined);
});
afterAll(() => registry.close());
beforeEach(() => {
  s3.reset();
  serveArtifacts();
  nowMs = 1_000_000;
  stepMs = 0;
  metrics = [];
  vi.mocked(logger.error).mockClear();
  vi.mocked(logger.warn).mockClear();
});

/** A source whose calls a test can delay or make fail. */
function watched(inner: ModelSource) {
  const calls = { champion: 0, version: 0, alias: 0, open: 0 };
  const before: { [K in keyof ModelSource]?: () => Promise<void> } = {};
  const source: ModelSource = {
    async champion(model, known) {
      calls.champion += 1;
      await before.champion?.();
      return await inner.champion(model, known);
    },
    async version(model, version, known) {
      calls.version += 1;
      await before.version?.();
      return await inner.version(model, version, known);
    },
    async alias(model, alias, known) {
      calls.alias += 1;
      await before.alias?.();
      return await inner.alias(model, alias, known);
    },
    names: (limit) => inner.names(limit),
    async open(facts) {
      calls.open += 1;
      await before.open?.();
      return await inner.open(facts);
    },
  };
  return { source, calls, before };
}

const registrySource = () =>
  new RegistrySource({
    openObject: (at) => openSized(client, at),
    table: registry.table,
    modelsBucket: 'models',
  });

/** Waits long for slow calls, even on a busy machine, and gives up early on calls that fail at every try. */
const PATIENCE: Patience = { renewMs: 30_000, tryMs: 400, answerMs: 30_000 };

const cacheOf = (source: ModelSource = registrySource(), limitBytes = 100 * 1024 ** 2, patience = PATIENCE) =>
  new ModelCache({
    source,
    refreshSeconds: 30,
    limitBytes,
    patience,
    emit: (metric) => metrics.push(metric),
    logger,
    clock,
  });

/** The champion's version, and whether an answer from it would be stale now. */
async function championOf(cache: ModelCache, model: string) {
  const served = await cache.champion(model);
  return { version: served.facts.version, stale: cache.isStale(served, clock()) };
}

const unreachable = async () => {
  throw new Error('connect ECONNREFUSED');
};
/** A cache whose requests do not wait long for calls that never end. */
const impatientCacheOf = (source: ModelSource) => cacheOf(source, undefined, { ...PATIENCE, renewMs: 100 });

const never = () => new Promise<void>(() => undefined);

async function register(
  model: string,
  digit: string,
  gate: GateVerdict,
  artifact: keyof typeof ARTIFACTS = 'iris',
): Promise<number> {
  const { sha256 } = ARTIFACTS[artifact];
  const { entry } = await registerVersion(registry.table, {
    ...versionDraft(model, digit),
    gate,
    artifact_sha256: sha256,
    artifact_key: `${model}/${sha256}.knn`,
  });
  return entry.version;
}

const PASSED: GateVerdict = { passed: true, tests: [] };

async function addVersion(
  model: string,
  digit: string,
  artifact: keyof typeof ARTIFACTS = 'iris',
): Promise<number> {
  const version = await register(model, digit, PASSED, artifact);
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

const rollBack = (model: string, version: number, basedOn: number) =>
  promoteByHand(
    registry.table,
    { model, version, basedOn, actor: 'test', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' },
    async () => true,
  );

const newModel = () => `model-${models++}`;

describe('ModelCache', () => {
  it('answers 404 for an unknown model, and 503 with Retry-After for a model without a champion', async () => {
    const model = newModel();
    await expect(cacheOf().champion(model)).rejects.toMatchObject({ status: 404, code: 'unknown_model' });
    await registry.table.putIfAbsent({ pk: 'MODELS', sk: model, model });
    await expect(cacheOf().champion(model)).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
    });
  });

  it('says why the only version did not pass the gate', async () => {
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
    const { source, calls } = watched(registrySource());
    const cache = cacheOf(source);
    const champions = await Promise.all(Array.from({ length: 20 }, () => championOf(cache, model)));
    expect(champions).toEqual(champions.map(() => ({ version: 1, stale: false })));
    await cache.champion(model);
    expect(calls).toEqual({ champion: 1, version: 0, alias: 0, open: 1 });
    expect(metrics.filter((metric) => metric === 'modelLoadTime')).toHaveLength(1);
    expect(metrics.filter((metric) => metric === 'cacheHit').length).toBe(metrics.length - 1);
  });

  it('sees a new champion after the refresh time, and not before', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const cache = cacheOf();
    await cache.champion(model);
    await addVersion(model, '2');
    nowMs += 29_999;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
    nowMs += 1;
    expect(await championOf(cache, model)).toEqual({ version: 2, stale: false });
  });

  it.each([
    ['back', -3_600_000],
    ['back by less than the refresh time', -15_000],
    ['forward', 3_600_000],
  ])('sees a new champion in time when the wall clock is set %s', async (_, step) => {
    const model = newModel();
    await addVersion(model, '1');
    const cache = cacheOf();
    await cache.champion(model);
    await addVersion(model, '2');
    nowMs += 15_000;
    stepMs = step;
    await cache.champion(model);
    nowMs += 15_000;
    expect(await championOf(cache, model)).toEqual({ version: 2, stale: false });
    stepMs = 0;
    await rollBack(model, 1, 2);
    nowMs += 30_000;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
  });

  it.each([-3_600_000, 3_600_000])(
    'is stale while the registry is out of reach after a step of %d ms, and is asked for again after a second',
    async (step) => {
      const model = newModel();
      await addVersion(model, '1');
      const { source, calls, before } = watched(registrySource());
      const cache = cacheOf(source);
      await cache.champion(model);
      before.champion = unreachable;
      stepMs = step;
      for (let i = 0; i < 3; i++) expect(await championOf(cache, model)).toEqual({ version: 1, stale: true });
      expect(calls.champion).toBe(2);
      delete before.champion;
      nowMs += 1000;
      expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
      expect(calls.champion).toBe(3);
      stepMs = 0;
      expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
      expect(calls.champion).toBe(4);
    },
  );

  it('continues with the loaded version after a rollback', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, calls } = watched(registrySource());
    const cache = cacheOf(source);
    await cache.champion(model);
    await addVersion(model, '2', 'other');
    nowMs += 30_000;
    expect(await championOf(cache, model)).toMatchObject({ version: 2 });
    await rollBack(model, 1, 2);
    nowMs += 30_000;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
    expect(calls.open).toBe(2);
  });

  it('keeps answering as stale, and pauses, when the new champion cannot be read; recovers when it can', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, calls } = watched(registrySource());
    const cache = cacheOf(source);
    await cache.champion(model);
    await addVersion(model, '2', 'other');
    nowMs += 60_000;
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('slow down'), { name: 'SlowDown' }));
    for (let i = 0; i < 5; i++) expect(await championOf(cache, model)).toEqual({ version: 1, stale: true });
    expect(calls.open).toBe(2);
    expect(logger.error).toHaveBeenCalledTimes(1);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    serveArtifacts();
    nowMs += 1000;
    expect(await championOf(cache, model)).toEqual({ version: 2, stale: false });
  });

  it('does not ask an unreachable registry more than once a second while a model is loaded', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, calls, before } = watched(registrySource());
    const cache = cacheOf(source);
    await cache.champion(model);
    before.champion = unreachable;
    nowMs += 29_999;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
    nowMs += 1;
    const answers = await Promise.all(Array.from({ length: 20 }, () => championOf(cache, model)));
    expect(answers).toEqual(answers.map(() => ({ version: 1, stale: true })));
    nowMs += 999;
    await cache.champion(model);
    expect(calls.champion).toBe(2);
    nowMs += 1;
    await cache.champion(model);
    expect(calls.champion).toBe(3);
    delete before.champion;
    nowMs += 1000;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
  });

  it.each(['champion', 'open'] as const)('answers with the loaded model when %s never ends', async (step) => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, before } = watched(registrySource());
    const cache = impatientCacheOf(source);
    await cache.champion(model);
    await addVersion(model, '2', 'other');
    nowMs += 30_000;
    before[step] = never;
    const waiting = Array.from({ length: 3 }, () => championOf(cache, model));
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ version: 1, stale: true })));
  });

  it('sees a rollback while the rolled-back version is still being loaded', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, before } = watched(registrySource());
    const patience: { -readonly [K in keyof Patience]: Patience[K] } = { ...PATIENCE };
    const cache = cacheOf(source, undefined, patience);
    await cache.champion(model);
    await addVersion(model, '2', 'other');
    nowMs += 30_000;
    const arrival = Promise.withResolvers<void>();
    before.open = () => arrival.promise;
    patience.renewMs = 100;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: true });
    await rollBack(model, 1, 2);
    // The wait counts from the call before this one, which was 30 s ago by the cache's clock.
    patience.renewMs = 60_000;
    nowMs += 30_000;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
    arrival.resolve();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
  });

  it('counts the age of a look-up from when it was sent', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, before } = watched(registrySource());
    const cache = cacheOf(source);
    before.champion = async () => {
      nowMs += 31_000;
    };
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: true });
  });

  it('loads the last named version when the registry is unreachable and nothing is loaded', async () => {
    const [model, other] = [newModel(), newModel()];
    await addVersion(model, '1');
    await addVersion(other, '2', 'other');
    const { source, before } = watched(registrySource());
    const cache = cacheOf(
      source,
      modelMemoryBytes(Math.max(ARTIFACTS.iris.bytes.length, ARTIFACTS.other.bytes.length)),
    );
    await cache.champion(model);
    await cache.champion(other);
    before.champion = unreachable;
    nowMs += 30_000;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: true });
  });

  it('never serves a damaged artifact, and gives up in time', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const damaged = ARTIFACTS.iris.bytes.slice();
    damaged[200]! ^= 1;
    s3.on(GetObjectCommand).callsFake(() => bodyOf(damaged));
    await expect(cacheOf().champion(model)).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  });

  it('answers a state request in time when nothing is loaded and the registry never answers', async () => {
    const { source, before } = watched(registrySource());
    before.champion = never;
    await expect(cacheOf(source).state(newModel())).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
    });
  });

  it('answers a state request after one try', async () => {
    const { source, calls, before } = watched(registrySource());
    before.champion = unreachable;
    await expect(cacheOf(source).state(newModel())).rejects.toMatchObject({ status: 503 });
    expect(calls.champion).toBe(1);
  });

  it('does not load again for each state request after a load that failed, and repeats its reason', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, calls } = watched(registrySource());
    const cache = cacheOf(source, 10);
    for (let i = 0; i < 5; i++)
      await expect(cache.state(model)).rejects.toMatchObject({ status: 503, code: 'model_size' });
    expect(calls.open).toBe(1);
    nowMs += 1000;
    await expect(cache.state(model)).rejects.toMatchObject({ status: 503, code: 'model_size' });
    expect(calls.open).toBe(2);
  });

  it('answers a request with nothing loaded when a second try succeeds', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, before } = watched(registrySource());
    before.champion = async () => {
      delete before.champion;
      throw new Error('connect ECONNREFUSED');
    };
    const cache = cacheOf(source, undefined, { ...PATIENCE, tryMs: 30_000 });
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: false });
  });

  it('names the size of a too large artifact; the earlier champion keeps answering as stale', async () => {
    const model = newModel();
    await addVersion(model, '1', 'other');
    const cache = cacheOf(registrySource(), modelMemoryBytes(ARTIFACTS.other.bytes.length));
    await cache.champion(model);
    await addVersion(model, '2', 'iris');
    expect(ARTIFACTS.iris.bytes.length).toBeGreaterThan(ARTIFACTS.other.bytes.length);
    nowMs += 30_000;
    expect(await championOf(cache, model)).toEqual({ version: 1, stale: true });
    const cold = cacheOf(registrySource(), modelMemoryBytes(ARTIFACTS.other.bytes.length)).champion(model);
    await expect(cold).rejects.toMatchObject({ status: 503, code: 'model_size' });
  });

  it('forgets a model that the registry no longer knows', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const { source, before } = watched(registrySource());
    const cache = cacheOf(source);
    await cache.champion(model);
    before.champion = async () => {
      throw new HttpError(404, 'unknown_model', 'gone');
    };
    nowMs += 30_000;
    await expect(cache.champion(model)).rejects.toMatchObject({ status: 404 });
    expect(cache.knownTargets).toBe(0);
  });

  it('names the models, and answers 503 while the registry is out of reach', async () => {
    expect(await cacheOf(registrySource()).names(0)).toEqual([]);
    const model = await withOneVersion();
    expect(await cacheOf(registrySource()).names(10_000)).toContain(model);
    const source = registrySource();
    source.names = unreachable as never;
    await expect(cacheOf(source).names(1)).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  });

  it('remembers nothing about 10,000 names without a model', async () => {
    const { source, calls } = watched({
      ...registrySource(),
      champion: async (model) => {
        throw new HttpError(404, 'unknown_model', model);
      },
      version: async (model) => {
        throw new HttpError(404, 'unknown_model', model);
      },
      alias: unreachable as never,
      names: unreachable as never,
      open: unreachable as never,
    });
    const cache = cacheOf(source);
    const statuses = new Set<unknown>();
    const failed = (error: HttpError) => statuses.add(error.status);
    for (let i = 0; i < 10_000; i++) {
      await cache.champion(`m-${i}`).catch(failed);
      await cache.version(`m-${i}`, 1).catch(failed);
    }
    expect(statuses).toEqual(new Set([404]));
    expect(calls).toMatchObject({ champion: 10_000, version: 10_000 });
    expect(cache.knownTargets).toBe(0);
    expect(cache.takenBytes).toBe(0);
  });
});

const retire = (model: string, version: number, basedOn: number) =>
  retireVersion(registry.table, {
    model,
    version,
    basedOn,
    actor: 'test',
    reason: 'test',
    decidedAt: '2026-01-01T00:00:00.000Z',
  });

const GONE = { status: 410, code: 'version_retired', message: expect.stringContaining('was retired') };

describe('a version requested by number', () => {
  it('answers beside the champion, whose look-up serves for its own number too', async () => {
    const model = newModel();
    await addVersion(model, '1');
    await addVersion(model, '2', 'other');
    const { source, calls } = watched(registrySource());
    const cache = cacheOf(source);
    expect((await cache.champion(model)).facts.version).toBe(2);
    const pinned = await cache.version(model, 1);
    expect(pinned.facts).toMatchObject({ version: 1, artifactSha256: ARTIFACTS.iris.sha256 });
    expect(cache.isStale(pinned, clock())).toBe(false);
    await cache.version(model, 1);
    await cache.version(model, 2);
    expect(calls).toEqual({ champion: 1, version: 1, alias: 0, open: 2 });
  });

  it('answers 404 for an unknown version and an unknown model', async () => {
    const model = newModel();
    await addVersion(model, '1');
    const cache = cacheOf();
    await expect(cache.version(model, 2)).rejects.toMatchObject({ status: 404, code: 'unknown_version' });
    await expect(cache.version('nobody', 1)).rejects.toMatchObject({ status: 404, code: 'unknown_model' });
  });

  it.each([0, -3_600_000, 3_600_000])(
    'answers 410 within the refresh time of its retirement on a warm instance, its wall clock set by %d ms',
    async (step) => {
      const model = newModel();
      await addVersion(model, '1');
      await addVersion(model, '2', 'other');
      const cache = cacheOf();
      await cache.version(model, 1);
      await retire(model, 1, 2);
      nowMs += 29_999;
      if (step === 0) expect((await cache.version(model, 1)).facts.version).toBe(1);
      stepMs = step;
      nowMs += 1;
      for (let i = 0; i < 2; i++) await expect(cache.version(model, 1)).rejects.toMatchObject(GONE);
      expect((await cache.champion(model)).facts.version).toBe(2);
    },
  );

  it('answers 410 at once on a new instance, with and without its artifact', async () => {
    const model = newModel();
    await addVersion(model, '1');
    await addVersion(model, '2', 'other');
    await retire(model, 1, 2);
    await expect(cacheOf().version(model, 1)).rejects.toMatchObject(GONE);
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'gone', $metadata: {} }));
    await expect(cacheOf().version(model, 1)).rejects.toMatchObject(GONE);
  });

  it('answers 503 when its artifact is missing for no known reason', async () => {
    const model = newModel();
    await addVersion(model, '1');
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'gone', $metadata: {} }));
    await expect(cacheOf().version(model, 1)).rejects.toMatchObject({ status: 503 });
  });

  it('goes on answering as stale while the registry is out of reach', async () => {
    const model = newModel();
    await addVersion(model, '1');
    await addVersion(model, '2', 'other');
    const { source, calls, before } = watched(registrySource());
    const cache = cacheOf(source);
    await cache.version(model, 1);
    before.version = unreachable;
    nowMs += 30_000;
    const served = await cache.version(model, 1);
    expect([served.facts.version, cache.isStale(served, clock())]).toEqual([1, true]);
    await cache.version(model, 1);
    expect(calls.version).toBe(2);
    delete before.version;
    nowMs += 1000;
    expect(cache.isStale(await cache.version(model, 1), clock())).toBe(false);
  });

  it('is remembered for the last 256 versions only', async () => {
    const facts = await registrySource().version(await withOneVersion(), 1, undefined);
    const cache = cacheOf({
      ...registrySource(),
      champion: unreachable as never,
      alias: unreachable as never,
      names: unreachable as never,
      version: async (model, version) => ({ ...facts, model, version }),
      open: (wanted) => registrySource().open({ ...facts, version: wanted.version }),
    });
    for (let version = 1; version <= 300; version++) await cache.version('many', version);
    expect(cache.knownTargets).toBe(256);
  });
});

describe('a version requested by an alias', () => {
  const set = (model: string, version: number, basedOn: number) =>
    setAlias(
      registry.table,
      {
        ...{ model, alias: 'canary', version, basedOn },
        ...{ actor: 'test', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' },
      },
      async () => true,
    );
  const remove = (model: string, basedOn: number) =>
    removeAlias(registry.table, {
      ...{ model, alias: 'canary', basedOn },
      ...{ actor: 'test', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' },
    });
  const UNKNOWN = { status: 404, code: 'unknown_alias' };

  async function withTwoVersions(): Promise<string> {
    const model = newModel();
    await addVersion(model, '1');
    await addVersion(model, '2', 'other');
    return model;
  }

  it.each([0, -3_600_000, 3_600_000])(
    'follows the alias within the refresh time on a warm instance, its wall clock set by %d ms',
    async (step) => {
      const model = await withTwoVersions();
      await set(model, 1, 2);
      const { source, calls } = watched(registrySource());
      const cache = cacheOf(source);
      const versionNow = async () => (await cache.alias(model, 'canary')).facts.version;
      expect([await versionNow(), await versionNow(), calls.alias]).toEqual([1, 1, 1]);
      await set(model, 2, 3);
      nowMs += 29_999;
      if (step === 0) expect(await versionNow()).toBe(1);
      stepMs = step;
      nowMs += 1;
      expect(await versionNow()).toBe(2);
      await remove(model, 4);
      nowMs += 30_000;
      for (let i = 0; i < 2; i++) await expect(versionNow()).rejects.toMatchObject(UNKNOWN);
      expect((await cache.champion(model)).facts.version).toBe(2);
    },
  );

  it('says what to do about an alias that does not exist, and remembers nothing of it', async () => {
    const model = await withTwoVersions();
    const cache = cacheOf();
    await expect(cache.alias(model, 'canary')).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringContaining(`PUT /models/${model}/aliases/canary gives it to a version`),
    });
    await expect(cache.alias('nobody', 'canary')).rejects.toMatchObject({ code: 'unknown_model' });
    expect(cache.knownTargets).toBe(0);
  });

  it('goes on answering, as stale, while the registry is out of reach', async () => {
    const model = await withTwoVersions();
    await set(model, 1, 2);
    const { source, before } = watched(registrySource());
    const cache = cacheOf(source);
    await cache.alias(model, 'canary');
    before.alias = unreachable;
    nowMs += 30_000;
    const served = await cache.alias(model, 'canary');
    expect([served.facts.version, cache.isStale(served, clock())]).toEqual([1, true]);
  });
});

async function withOneVersion(): Promise<string> {
  const model = newModel();
  await addVersion(model, '1');
  return model;
}
