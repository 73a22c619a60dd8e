import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionState } from '../../../lib/aws/executions.ts';
import { canonicalJson } from '../../../lib/canonical-json.ts';
import { settledBatch } from '../../../lib/registry/batch-execution.ts';
import {
  type BatchEntry,
  batchEntry,
  batchId,
  getBatch,
  listBatches,
  recordBatch,
} from '../../../lib/registry/batches.ts';
import { promoteByHand } from '../../../lib/registry/manual-decisions.ts';
import { type BatchRequest, startBatch } from '../../../lib/registry/start-batch.ts';
import { registerVersion } from '../../../lib/registry/versions.ts';
import { sha256Hex } from '../../../lib/sha256.ts';
import { openS3Fixture, type S3Fixture } from '../../contract/s3-fixture.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

const Bucket = 'batches';
const NOW = 1_796_000_000_000;

let s3: S3Fixture;
let registry: TestRegistry;
beforeAll(async () => {
  [s3, registry] = await Promise.all([openS3Fixture(), openTestRegistry()]);
  await s3.client.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
});
afterAll(async () => {
  await Promise.all([s3.remove(), registry.close()]);
});

/** Executions as they were started, and how each stands. */
let started: string[];
let states: Map<string, ExecutionState>;
let model: string;
let models = 0;
beforeEach(async () => {
  started = [];
  states = new Map();
  model = `m${++models}`;
  await registerVersion(registry.table, versionDraft(model, 'd'));
  await registerVersion(registry.table, { ...versionDraft(model, 'e'), artifact_sha256: 'c'.repeat(64) });
  await promote(1, 0);
});

const promote = (version: number, basedOn: number) =>
  promoteByHand(
    registry.table,
    { model, version, basedOn, actor: 'test', reason: 'test', decidedAt: '2026-11-30T00:00:00Z' },
    async () => true,
  );

const deps = (nowMs = NOW) => ({
  s3: s3.client,
  table: registry.table,
  batchesBucket: Bucket,
  now: () => nowMs,
  executions: {
    start: async (name: string) => {
      const isNew = !states.has(name);
      if (isNew) started.push(name);
      if (isNew) states.set(name, { status: 'running', cause: undefined });
      return isNew;
    },
    find: async (name: string) => states.get(name),
  },
});

async function put(name: string, body: string, Metadata: Record<string, string> = {}) {
  const Key = `${model}/${name}`;
  const { VersionId } = await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: body, Metadata }));
  return { key: Key, versionId: VersionId };
}

const start = async (request: Partial<BatchRequest> & { key: string }) =>
  (await startBatch({ model, retries: false, ...request }, deps()))!;

const fail = (entry: BatchEntry) =>
  recordBatch(registry.table, { ...entry, state: 'failed', reason: 'because' });

describe('a batch', () => {
  it('is the same for the same bytes, and another for other bytes, models, contracts and choices', async () => {
    const first = await start(await put('a.csv', 'a\n1\n'));
    expect(first).toMatchObject({ state: 'running', attempt: 1, version: 1, explain: false });
    expect(first.batch_id).toMatch(/^[0-9a-f]{64}$/);
    expect((await start(await put('a.csv', 'a\n1\n'))).batch_id).toBe(first.batch_id);
    expect(started).toEqual([first.batch_id]);
    const key = `${model}/a.csv`;
    const ids = [
      await start({ key, explain: true }),
      await start({ key, probabilities: true }),
      await start({ key, format: 'parquet' }),
      await start({ key, probabilities: true, format: 'parquet' }),
      await start({ key, version: 2 }),
      await start(await put('b.csv', 'a\n1\n')),
      await start(await put('a.csv', 'a\n2\n')),
    ].map(({ batch_id }) => batch_id);
    await put('schema.json', '{}');
    ids.push((await start({ key })).batch_id);
    await promote(2, 1);
    ids.push((await start({ key })).batch_id);
    expect(new Set([first.batch_id, ...ids]).size).toBe(10);
    const { entries } = await listBatches(registry.table, model, { limit: 20 });
    expect(entries).toHaveLength(10);
  });

  it('is predicted as the metadata of its file say, where no request does', async () => {
    const file = await put('a.csv', 'a\n', { 'batch-version': 'v2', 'batch-explain': 'true' });
    expect(await start(file)).toMatchObject({ version: 2, explain: true });
    expect(await start({ ...file, version: 1, explain: false })).toMatchObject({
      version: 1,
      explain: false,
    });
    const chosen = await put('b.csv', 'a\n', { probabilities: 'true', format: 'parquet' });
    expect(await start(chosen)).toMatchObject({ probabilities: true, format: 'parquet', explain: false });
    const asked = { ...chosen, probabilities: false, format: 'csv' } as const;
    expect(await start(asked)).toMatchObject({ probabilities: false, format: 'csv', state: 'running' });
  });

  it.each([
    ['batch-explain', 'yes', 'expected true or false, got "yes"'],
    ['probabilities', 'TRUE', 'expected true or false, got "TRUE"'],
    ['format', 'toString', 'expected csv or parquet, got "toString"'],
  ])('is refused when the metadata %s of its file is %s, until it is mended', async (name, value, told) => {
    const refused = await start(await put('a.csv', 'a\n', { [name]: value }));
    expect(refused).toMatchObject({
      state: 'refused',
      reason: `the object's metadata x-amz-meta-${name}: ${told}`,
    });
    const other = await start(await put('a.csv', 'a\n', { [name]: 'other' }));
    expect(other).toMatchObject({ state: 'refused', reason: expect.stringContaining('"other"') });
    expect(await start(await put('a.csv', 'a\n'))).toMatchObject({ state: 'running' });
    expect(started).toHaveLength(1);
  });

  it('keeps the id and the entry that it had before there were probabilities and formats', async () => {
    const input = { key: 'm/a.csv', etag: '"e"', sizeBytes: 2, contractSha256: null, artifactSha256: 'd' };
    for (const explain of [false, true]) {
      const choices = { explain, probabilities: false, format: 'csv' } as const;
      const before = sha256Hex(canonicalJson({ ...input, explain }));
      expect(batchId({ ...input, choices, fault: undefined })).toBe(before);
    }
    const { probabilities, format, ...old } = await start(await put('a.csv', 'a\n'));
    expect(batchEntry.parse(old)).toEqual({ ...old, probabilities, format });
    expect({ probabilities, format }).toEqual({ probabilities: false, format: 'csv' });
  });

  it('that failed is tried again when its file comes again or is asked for, three times at most', async () => {
    const file = await put('a.csv', 'a\n1\n');
    const first = await start(file);
    await fail(first);
    // A redelivered event.
    expect(await start(file)).toMatchObject({ state: 'failed', attempt: 1 });
    const second = await start(await put('a.csv', 'a\n1\n'));
    expect(second).toMatchObject({ state: 'running', attempt: 2, batch_id: first.batch_id });
    await fail(second);
    const third = await start({ key: file.key, retries: true });
    expect(third).toMatchObject({ state: 'running', attempt: 3 });
    expect(third.reason).toBeUndefined();
    await fail(third);
    expect(await start({ key: file.key, retries: true })).toMatchObject({ state: 'failed', attempt: 3 });
    expect(started).toEqual([first.batch_id, `${first.batch_id}-2`, `${first.batch_id}-3`]);
  });

  it('that is refused or done is not tried again', async () => {
    const file = await put('a.csv', 'a\n1\n');
    const entry = await start(file);
    await recordBatch(registry.table, { ...entry, state: 'done' });
    expect(await start({ ...file, retries: true })).toMatchObject({ state: 'done', attempt: 1 });
    // What a late worker of the same attempt tells changes nothing.
    expect(await fail(entry)).toBe(false);
  });

  it('has failed when its execution ended without telling so, or never began', async () => {
    const entry = await start(await put('a.csv', 'a\n1\n'));
    const id = entry.batch_id;
    const settle = (nowMs = NOW) => settledBatch(entry, deps(nowMs));
    expect(await settle()).toBe(entry);
    states.delete(id);
    expect(await settle(NOW + 60_000)).toBe(entry);
    expect(await settle(NOW + 180_000)).toMatchObject({
      state: 'failed',
      reason: 'its execution was never started; send it again',
    });
    const other = await start(await put('b.csv', 'b\n'));
    states.set(other.batch_id, { status: 'ended', cause: 'stopped by hand' });
    expect(await settledBatch(other, deps())).toMatchObject({
      state: 'failed',
      reason: 'its execution ended: stopped by hand',
    });
    const third = await start(await put('c.csv', 'c\n'));
    states.set(third.batch_id, { status: 'succeeded', cause: undefined });
    await recordBatch(registry.table, { ...third, state: 'done' });
    expect(await settledBatch(third, deps())).toMatchObject({ state: 'done' });
    expect(await getBatch(registry.table, model, third.batch_id)).toMatchObject({ state: 'done' });
  });

  it('is refused without a champion, and is no batch without a file', async () => {
    await put('a.csv', 'a\n');
    const request = { key: `${model}/a.csv`, model: 'nobody', retries: false };
    expect(await startBatch(request, deps())).toMatchObject({
      state: 'refused',
      reason: 'the model "nobody" has no champion',
    });
    expect(await startBatch({ ...request, key: 'nobody/none.csv' }, deps())).toBeUndefined();
    expect(started).toEqual([]);
  });
});
