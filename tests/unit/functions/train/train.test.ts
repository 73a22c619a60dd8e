import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TrainDependencies, trainFromManifest } from '../../../../functions/train/train.ts';
import { canonicalJson } from '../../../../lib/canonical-json.ts';
import { type Manifest, manifestKey } from '../../../../lib/dataset/manifest.ts';
import { newestDecision } from '../../../../lib/registry/decisions.ts';
import { promoteByHand, retireVersion } from '../../../../lib/registry/manual-decisions.ts';
import { getUpload } from '../../../../lib/registry/uploads.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { sha256Hex } from '../../../../lib/sha256.ts';
import { putObject } from '../../../../lib/storage/objects.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import type { GateVerdict } from '../../../../lib/training/gate-verdict.ts';
import { ALGORITHM_VERSION, DEFAULT_SETTINGS } from '../../../../lib/training/settings.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { manifestOfUpload } from '../../../helpers/manifest-of-upload.ts';
import { MemoryS3 } from '../../../helpers/memory-s3.ts';

const s3 = new MemoryS3().client((_command, _input, send) => send());
let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const sha = (digit: string) => digit.repeat(64);

const manifestOf = (model: string, uploadId: string, sequencer: string) =>
  manifestOfUpload(model, uploadId, { sequencer });

const depsOf = (): TrainDependencies => ({
  s3,
  table: registry.table,
  modelsBucket: 'models',
  settings: DEFAULT_SETTINGS,
  codeVersion: 'test',
  emit: () => undefined,
  logger: createLogger(),
  now: () => 0,
});

const ARTIFACT = 'what training would give';
const artifactSha256 = sha256Hex(ARTIFACT);

/**
 * Stores and registers the version that training on this data would give, so that no test here has to train.
 */
async function registerTrained(
  manifest: Manifest,
  gate: GateVerdict = { passed: true, tests: [] },
): Promise<void> {
  const identity = {
    algorithm_version: ALGORITHM_VERSION,
    dataset_sha256: manifest.dataset_sha256,
    feature_order: manifest.schema.feature_order,
    settings: DEFAULT_SETTINGS,
  };
  const artifactKey = `${manifest.model}/${artifactSha256}.knn`;
  await putObject(s3, { bucket: 'models', key: artifactKey }, ARTIFACT, 'application/octet-stream');
  await registerVersion(registry.table, {
    model: manifest.model,
    fingerprint: sha256Hex(canonicalJson(identity)),
    dataset_sha256: manifest.dataset_sha256,
    artifact_sha256: artifactSha256,
    artifact_key: artifactKey,
    report_key: 'r',
    metrics: { macro_f1: 0.9 },
    gate,
    settings: {},
    schema: {},
    lineage: {},
    registered_at: '2026-01-01T00:00:00.000Z',
  });
}

async function train(manifest: Manifest) {
  const object = {
    bucket: 'processed',
    key: manifestKey(manifest.model, manifest.upload_id),
    versionId: undefined,
    sizeBytes: 1,
    sequencer: undefined,
  };
  await putObject(s3, object, JSON.stringify(manifest), 'application/json');
  return trainFromManifest({ ...object, eventTime: '2026-01-01T00:00:00.000Z' }, depsOf());
}

it('records an upload as promoted when the attempt that promoted it was aborted before it recorded that', async () => {
  const manifest = manifestOf('broken', sha('1'), '01');
  await registerTrained(manifest);
  const advance = vi.spyOn(registry.table, 'advance').mockRejectedValueOnce(new Error('the reply was lost'));
  await expect(train(manifest)).rejects.toThrow('the reply was lost');
  advance.mockRestore();
  expect(await train(manifest)).toMatchObject({ kind: 'promoted', version: 1 });
  expect(await getUpload(registry.table, 'broken', sha('1'))).toMatchObject({
    status: 'promoted',
    version: 1,
  });
});

it('says that nothing changes when an upload holds the data of the champion', async () => {
  const first = manifestOf('same', sha('2'), '01');
  await registerTrained(first);
  expect(await train(first)).toMatchObject({ kind: 'promoted' });
  const again = await train(manifestOf('same', sha('3'), '02'));
  expect(again).toMatchObject({ kind: 'kept', version: 1, detail: expect.stringContaining('same data') });
  expect(await getUpload(registry.table, 'same', sha('3'))).toMatchObject({ status: 'registered' });
});

it('registers a version that does not pass the gate without promoting it, and says why', async () => {
  const manifest = manifestOf('noise', sha('9'), '01');
  const detail = 'no better than guessing';
  await registerTrained(manifest, {
    passed: false,
    tests: [{ test: 'baseline', outcome: 'failed', detail }],
  });
  expect(await train(manifest)).toMatchObject({
    kind: 'kept',
    version: 1,
    detail: `not promoted: ${detail}`,
  });
  expect(await newestDecision(registry.table, 'noise')).toBeUndefined();
  expect(await getUpload(registry.table, 'noise', sha('9'))).toMatchObject({ status: 'registered' });
});

it('records an upload as promoted when it was, even when it was rolled back before that was recorded', async () => {
  const manifest = manifestOf('rolled-back', sha('4'), '02');
  await registerTrained(manifest);
  const second = { ...manifestOf('rolled-back', sha('5'), '03'), dataset_sha256: sha('f') };
  await registerTrained(second);
  const advance = vi.spyOn(registry.table, 'advance').mockRejectedValueOnce(new Error('the reply was lost'));
  await expect(train(manifest)).rejects.toThrow('the reply was lost');
  advance.mockRestore();
  await promoteByHand(
    registry.table,
    {
      model: 'rolled-back',
      version: 2,
      basedOn: 1,
      actor: 'ann',
      reason: 'test',
      decidedAt: '2026-01-02T00:00:00.000Z',
    },
    async () => true,
  );
  const detail = 'v1 was promoted; another version has taken its place since';
  expect(await train(manifest)).toMatchObject({ kind: 'promoted', version: 1, detail });
  expect(await getUpload(registry.table, 'rolled-back', sha('4'))).toMatchObject({
    status: 'promoted',
    detail,
  });
  expect(await newestDecision(registry.table, 'rolled-back')).toMatchObject({ decision: 2, champion: 2 });
});

it('says what to do when an upload holds the data of a retired version', async () => {
  const manifest = manifestOf('retired', sha('6'), '01');
  await registerTrained(manifest);
  await retireVersion(registry.table, {
    model: 'retired',
    version: 1,
    basedOn: 0,
    actor: 'ann',
    reason: 'test',
    decidedAt: '2026-01-02T00:00:00.000Z',
  });
  expect(await train(manifest)).toMatchObject({
    kind: 'kept',
    detail: expect.stringContaining('change the seed'),
  });
});

it('makes a version wait whose contract asks for a person, once, and records why', async () => {
  const first = manifestOf('held', sha('1'), '01');
  await registerTrained(first);
  const byHand = { ...first, promotion: 'by_hand' as const };
  for (let delivery = 0; delivery < 2; delivery++)
    expect(await train(byHand)).toMatchObject({
      kind: 'kept',
      version: 1,
      detail: expect.stringContaining('waits for approval'),
    });
  expect(await newestDecision(registry.table, 'held')).toMatchObject({
    ...{ decision: 1, action: 'hold', held: 1, champion: null },
    reason: expect.stringContaining('macro-F1 0.9000, and its contract has "promotion": "by_hand"'),
  });
  expect(await getUpload(registry.table, 'held', sha('1'))).toMatchObject({
    status: 'registered',
    version: 1,
  });
  const request = { model: 'held', version: 1, basedOn: 1, actor: 'ann', reason: 'r', decidedAt: '' };
  await promoteByHand(registry.table, request, async () => true);
  expect(await train(byHand)).toMatchObject({ detail: expect.stringContaining('the champion already') });
  expect(await newestDecision(registry.table, 'held')).toMatchObject({ decision: 2, champion: 1 });
});

it('makes nothing wait that did not pass the gate', async () => {
  const manifest = { ...manifestOf('weak', sha('1'), '01'), promotion: 'by_hand' as const };
  const tests = [{ test: 'floor', outcome: 'failed', detail: 'too weak' } as const];
  await registerTrained(manifest, { passed: false, tests });
  expect(await train(manifest)).toMatchObject({ kind: 'kept', detail: 'not promoted: too weak' });
  expect(await newestDecision(registry.table, 'weak')).toBeUndefined();
});
