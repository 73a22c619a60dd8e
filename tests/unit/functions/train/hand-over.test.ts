import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exceedsBounds, hasLargerChampion } from '../../../../functions/train/hand-over.ts';
import { type TrainDependencies, trainFromManifest } from '../../../../functions/train/train.ts';
import type { Executions } from '../../../../lib/aws/executions.ts';
import { isTrainingRunning } from '../../../../lib/aws/training-executions.ts';
import { type Manifest, manifestKey } from '../../../../lib/dataset/manifest.ts';
import { attemptsAt, trainingTask } from '../../../../lib/registry/attempts.ts';
import { promoteByHand } from '../../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { sha256Hex } from '../../../../lib/sha256.ts';
import { createdObjects } from '../../../../lib/storage/object-events.ts';
import { putObject } from '../../../../lib/storage/objects.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import type { TrainingBounds } from '../../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../../lib/training/settings.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { manifestOfUpload } from '../../../helpers/manifest-of-upload.ts';
import { MemoryS3 } from '../../../helpers/memory-s3.ts';

const s3 = new MemoryS3().client((_command, _input, send) => send());
let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const logger = createLogger();
logger.setLogLevel('SILENT');

const UPLOADED_AT = '2026-01-01T00:00:00.000Z';

const manifestOf = (model: string, accepted: number, digit = '1') =>
  manifestOfUpload(model, digit.repeat(64), { rows: accepted });

/** A state machine that runs until it is told that an execution ended. */
class Machine implements Executions {
  readonly started = new Map<string, { readonly input: string; isRunning: boolean }>();

  async start(name: string, input: unknown): Promise<boolean> {
    const text = JSON.stringify(input);
    const known = this.started.get(name);
    if (!known) this.started.set(name, { input: text, isRunning: true });
    return known === undefined || (known.isRunning && known.input === text);
  }

  async find(name: string) {
    const known = this.started.get(name);
    return known && { status: known.isRunning ? ('running' as const) : ('ended' as const), cause: undefined };
  }
}

/** Registers and promotes a version whose artifact has so many bytes. */
async function makeChampion(model: string, sizeBytes: number): Promise<void> {
  const Key = `${model}/x.knn`;
  await putObject(s3, { bucket: 'models', key: Key }, new Uint8Array(sizeBytes), 'application/octet-stream');
  await registerVersion(registry.table, {
    model,
    fingerprint: sha256Hex(model),
    dataset_sha256: 'd'.repeat(64),
    artifact_sha256: 'a'.repeat(64),
    artifact_key: Key,
    report_key: 'r',
    metrics: { macro_f1: 0.9 },
    gate: { passed: true, tests: [] },
    settings: {},
    schema: {},
    lineage: {},
    registered_at: UPLOADED_AT,
  });
  const decision = { model, version: 1, basedOn: 0, actor: 'ann', reason: 'test', decidedAt: UPLOADED_AT };
  await promoteByHand(registry.table, decision, async () => true);
}

async function deliver(
  manifest: Manifest,
  executions: Executions | undefined,
  eventTime: string,
  bounds?: TrainingBounds,
) {
  const key = manifestKey(manifest.model, manifest.upload_id);
  const object = { bucket: 'processed', key, versionId: undefined, sizeBytes: 1, sequencer: undefined };
  await putObject(s3, object, JSON.stringify(manifest), 'application/json');
  const deps: TrainDependencies = {
    s3,
    table: registry.table,
    modelsBucket: 'models',
    settings: DEFAULT_SETTINGS,
    codeVersion: 'test',
    emit: () => undefined,
    logger,
    now: () => 0,
    ...(executions && { executions }),
    ...(bounds && { bounds }),
  };
  const learn = () => Promise.reject(new Error('trained here'));
  return await trainFromManifest({ ...object, eventTime }, deps, learn);
}

describe('a training that exceeds the bounds of the function', () => {
  it('is handed over once, however often it is delivered, and is no attempt of the function', async () => {
    const machine = new Machine();
    const manifest = manifestOf('large', 100_000_000);
    for (const hour of ['00', '01', '02', '03']) {
      const outcome = await deliver(manifest, machine, `2026-01-02T${hour}:00:00.000Z`);
      expect(outcome).toEqual({ kind: 'handed_over', model: 'large' });
    }
    expect([...machine.started.keys()]).toEqual([manifest.upload_id]);
    const { input } = machine.started.get(manifest.upload_id)!;
    expect(createdObjects(JSON.parse(input))).toMatchObject([
      { bucket: 'processed', key: manifestKey('large', manifest.upload_id), eventTime: UPLOADED_AT },
    ]);
    const attempts = await attemptsAt(registry.table, trainingTask('large', manifest.upload_id));
    expect(attempts.begun.size).toBe(0);
  });

  it('is handed over again when its execution ended, under the next name', async () => {
    const machine = new Machine();
    const manifest = manifestOf('again', 100_000_000);
    const id = manifest.upload_id;
    expect(await isTrainingRunning(machine, id)).toBe(false);
    await deliver(manifest, machine, UPLOADED_AT);
    machine.started.get(id)!.isRunning = false;
    expect(await isTrainingRunning(machine, id)).toBe(false);
    await deliver(manifest, machine, UPLOADED_AT);
    await deliver(manifest, machine, UPLOADED_AT);
    expect([...machine.started.keys()]).toEqual([id, `${id}-2`]);
    expect(await isTrainingRunning(machine, id)).toBe(true);
  });

  it('is tried again when it could not be handed over', async () => {
    const broken: Executions = {
      start: () => Promise.reject(new Error('throttled')),
      find: () => Promise.resolve(undefined),
    };
    await expect(deliver(manifestOf('throttled', 100_000_000), broken, UPLOADED_AT)).rejects.toThrow(
      'throttled',
    );
  });

  it('stays in the function where there is no state machine, and so does one within the bounds', async () => {
    const machine = new Machine();
    await expect(deliver(manifestOf('alone', 100_000), undefined, UPLOADED_AT)).rejects.toThrow(
      'trained here',
    );
    await expect(deliver(manifestOf('small', 100_000), machine, UPLOADED_AT)).rejects.toThrow('trained here');
    expect(machine.started.size).toBe(0);
    expect(await deliver(manifestOf('refused', 1e12), undefined, UPLOADED_AT)).toMatchObject({
      kind: 'failed',
    });
  });

  it('is one whose champion is larger than the function could have made', async () => {
    const bounds = { seconds: 300, bytes: 2.4e8 };
    const deps = {
      s3,
      table: registry.table,
      modelsBucket: 'models',
      settings: DEFAULT_SETTINGS,
      logger,
      bounds,
    };
    expect(await hasLargerChampion('first', deps)).toBe(false);
    for (const [sizeBytes, isLarger] of [
      [1e8, false],
      [1.01e8, true],
    ] as const) {
      const model = `champion-${sizeBytes}`;
      await makeChampion(model, sizeBytes);
      expect(await hasLargerChampion(model, deps), model).toBe(isLarger);
    }
    const machine = new Machine();
    const outcome = await deliver(manifestOf(`champion-${1.01e8}`, 100), machine, UPLOADED_AT, bounds);
    expect(outcome.kind).toBe('handed_over');
  });

  it('is one that the bounds thin, and not one that the settings thin', () => {
    const settings = { ...DEFAULT_SETTINGS, training_rows: 50_000 };
    expect(exceedsBounds(manifestOf('m', 1_000_000), { settings })).toBe(false);
    expect(exceedsBounds(manifestOf('m', 100_000_000), { settings: DEFAULT_SETTINGS })).toBe(true);
    expect(exceedsBounds(manifestOf('m', 1e12), { settings: DEFAULT_SETTINGS })).toBe(true);
  });
});
