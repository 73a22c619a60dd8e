import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decisionLog } from '../../lib/registry/decisions.ts';
import { promoteByHand, retireVersion } from '../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../lib/registry/versions.ts';
import { listObjectVersions } from '../../lib/storage/object-versions.ts';
import { putObject } from '../../lib/storage/objects.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { captureOutput } from '../helpers/captured-output.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { LAMBDA_CONTEXT } from '../helpers/http-event.ts';
import { versionDraft } from '../helpers/version-draft.ts';

type Handler = typeof import('../../functions/housekeeping/handler.ts')['handler'];

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const sha = (digit: string) => digit.repeat(64);

captureOutput();
let s3: S3Fixture;
let registry: TestRegistry;
let handler: Handler;
beforeAll(async () => {
  const bucket = (name: string) => ({ name, versioned: true, notifications: [] });
  s3 = await openS3Fixture({ buckets: ['raw', 'processed', 'models'].map(bucket) });
  registry = await openTestRegistry();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: registry.endpoint,
    RAW_BUCKET: 'raw',
    PROCESSED_BUCKET: 'processed',
    MODELS_BUCKET: 'models',
    REGISTRY_TABLE: 'registry',
    INGEST_FUNCTION: 'ingest',
    TRAIN_FUNCTION: 'train',
    RETAIN_VERSIONS: '1',
    RETAIN_CHAMPIONS: '1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    AWS_MAX_ATTEMPTS: '1',
  });
  ({ handler } = await import('../../functions/housekeeping/handler.ts'));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([s3.remove(), registry.close()]);
});

const run = () => handler({}, LAMBDA_CONTEXT);

/**
 * Makes versions 1 to 4 with artifacts, 31 days old. The first was retired two days ago; the second is
 * champion.
 */
async function liveSomePast(): Promise<void> {
  for (const digit of ['1', '2', '3', '4']) {
    const key = `wine/${sha(digit)}.knn`;
    await putObject(s3.client, { bucket: 'models', key }, digit, 'application/octet-stream');
    await registerVersion(registry.table, {
      ...versionDraft('wine', digit),
      artifact_sha256: sha(digit),
      artifact_key: key,
      registered_at: daysAgo(31),
    });
  }
  const asked = { model: 'wine', actor: 'ann', reason: 'test', decidedAt: daysAgo(2) };
  await promoteByHand(registry.table, { ...asked, version: 2, basedOn: 0 }, async () => true);
  await retireVersion(registry.table, { ...asked, version: 1, basedOn: 1 });
}

async function storedDigits(): Promise<string> {
  let digits = '';
  for await (const { Key } of listObjectVersions(s3.client, 'models', 'wine/')) digits += Key!.slice(5, 6);
  return digits;
}

describe('the housekeeping function', () => {
  it('retires by its settings, deletes what was retired before the grace period, and reports both', async () => {
    await liveSomePast();
    expect(await run()).toEqual({
      reconciled: { compared: 0, reingested: [], retrained: [], ended: [] },
      retained: { retired: [{ model: 'wine', version: 3 }], deleted: [`wine/${sha('1')}.knn`], kept: [] },
    });
    expect(await storedDigits()).toBe('234');
    expect((await decisionLog(registry.table, 'wine')).at(-1)).toMatchObject({
      action: 'retire',
      from: 3,
      actor: 'housekeeping',
    });
  });

  it('changes nothing in a second run', async () => {
    expect(await run()).toMatchObject({ retained: { retired: [], deleted: [], kept: [] } });
    expect(await decisionLog(registry.table, 'wine')).toHaveLength(3);
  });

  it('retires when the raw bucket cannot be compared, and then fails', async () => {
    await promoteByHand(
      registry.table,
      { model: 'wine', version: 4, basedOn: 3, actor: 'ann', reason: 'test', decidedAt: daysAgo(0) },
      async () => true,
    );
    await s3.client.send(new DeleteBucketCommand({ Bucket: 'raw' }));
    await expect(run()).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await s3.client.send(new CreateBucketCommand({ Bucket: 'raw' }));
    expect((await decisionLog(registry.table, 'wine')).at(-1)).toMatchObject({ action: 'retire', from: 2 });
  });

  it('compares the raw bucket when the artifacts cannot be processed, and then fails', async () => {
    const listed: string[] = [];
    const send = S3Client.prototype.send as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(S3Client.prototype, 'send').mockImplementation(function (this: S3Client, ...args: unknown[]) {
      const { Bucket } = (args[0] as { input: { Bucket: string } }).input;
      listed.push(Bucket);
      return Bucket === 'models' ? Promise.reject(new Error('SlowDown')) : send.apply(this, args);
    } as typeof S3Client.prototype.send);
    await expect(run()).rejects.toThrow('retention failed for 1 models');
    expect(listed).toEqual(['raw', 'models']);
  });
});
