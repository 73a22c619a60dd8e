import { HeadObjectCommand, ListObjectVersionsCommand, NotFound, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../../../functions/housekeeping/reconcile.ts';
import { uploadId } from '../../../../lib/dataset/manifest.ts';
import { NO_MODEL } from '../../../../lib/names.ts';
import { beginAttempt, MAX_ATTEMPTS, readingTask } from '../../../../lib/registry/attempts.ts';
import { freezeContract } from '../../../../lib/registry/receipts.ts';
import {
  freezeEffect,
  getUpload,
  recordUpload,
  type UploadStatus,
} from '../../../../lib/registry/uploads.ts';
import { createdObjects } from '../../../../lib/storage/object-events.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const NOW = Date.UTC(2026, 0, 2);
const OLD = new Date(NOW - 2 * 3600_000);

async function run(
  versions: { key: string; version: string; at?: Date; status?: UploadStatus }[],
  {
    hidden = [],
    hoursLater = 0,
    running = [],
  }: { hidden?: string[]; hoursLater?: number; running?: string[] } = {},
) {
  const client = new S3Client({});
  const s3 = mockClient(client);
  const listed = versions.map(({ key, version, at = OLD }) => ({
    Key: key,
    VersionId: version,
    Size: 7,
    LastModified: at,
  }));
  // The keys fill two pages, so the tests see that both are read.
  s3.on(ListObjectVersionsCommand)
    .resolvesOnce({
      Versions: listed.slice(0, 1),
      IsTruncated: true,
      NextKeyMarker: 'k',
      NextVersionIdMarker: 'v',
    })
    .resolves({ Versions: listed.slice(1) });
  if (hidden.length > 0)
    s3.on(ListObjectVersionsCommand).resolves({
      Versions: listed,
      DeleteMarkers: hidden.map((Key) => ({ Key, IsLatest: true })),
    });
  s3.on(HeadObjectCommand).callsFake((input: { Key: string }) => {
    if (input.Key.startsWith('nodata/')) throw new NotFound({ message: 'gone', $metadata: {} });
    return { ContentLength: 9, LastModified: OLD };
  });
  for (const { key, version, status } of versions) {
    if (!status) continue;
    const model = key.includes('/') ? key.split('/')[0]! : 'default';
    await recordUpload(registry.table, {
      model,
      upload_id: uploadId(key, version, null),
      status,
      key,
      version_id: version,
      uploaded_at: OLD.toISOString(),
    });
  }
  const logger = createLogger();
  logger.setLogLevel('SILENT');
  const invoked: { target: string; key: string; versionId: string | undefined }[] = [];
  const emitted: [string, number][] = [];
  const report = await reconcile({
    s3: client,
    table: registry.table,
    rawBucket: 'raw',
    processedBucket: 'processed',
    graceSeconds: 3600,
    invokeAsync: async (target, event) => {
      for (const { key, versionId } of createdObjects(event)) invoked.push({ target, key, versionId });
    },
    isTrainingRunning: async (id) => running.includes(id),
    emit: (metric, _dimensions, value) => emitted.push([metric, value]),
    logger,
    now: () => NOW + hoursLater * 3600_000,
  });
  return { report, invoked, emitted };
}

const record = (model: string, id: string, status: UploadStatus) =>
  recordUpload(registry.table, {
    model,
    upload_id: id,
    status,
    key: `${model}/x.csv`,
    version_id: 'v1',
    uploaded_at: OLD.toISOString(),
  });

describe('reconcile', () => {
  it('re-drives what the ledger does not know or knows as unfinished, and skips the rest', async () => {
    const { report, invoked, emitted } = await run([
      { key: 'r1/unknown a+b.csv', version: 'v1' },
      { key: 'r1/received.csv', version: 'v1', status: 'received' },
      { key: 'r1/accepted.csv', version: 'v1', status: 'accepted' },
      { key: 'r1/refused.csv', version: 'v1', status: 'refused' },
      { key: 'r1/promoted.csv', version: 'v1', status: 'promoted' },
      { key: 'r1/schema.json', version: 'v1', status: 'applied' },
    ]);
    expect(report).toEqual({
      compared: 6,
      reingested: ['r1/unknown a+b.csv', 'r1/received.csv'],
      retrained: ['r1/accepted.csv'],
      ended: [],
    });
    expect(emitted).toEqual([['pendingUploadAge', 2 * 3600]]);
    expect(invoked).toEqual([
      { target: 'ingest', key: 'r1/unknown a+b.csv', versionId: 'v1' },
      { target: 'ingest', key: 'r1/received.csv', versionId: 'v1' },
      {
        target: 'train',
        key: `r1/${uploadId('r1/accepted.csv', 'v1', null)}/manifest.json`,
        versionId: undefined,
      },
    ]);
  });

  it('re-drives a contract that was never applied', async () => {
    const { report } = await run([{ key: 'r4/schema.json', version: 'v1' }]);
    expect(report.reingested).toEqual(['r4/schema.json']);
  });

  it('finds a file by the contract that it was received under', async () => {
    const contract = { version_id: 'c1', sha256: 'c'.repeat(64) };
    const objectId = uploadId('r5/x.csv', 'v1', null);
    await freezeContract(registry.table, { model: 'r5', object_id: objectId }, contract);
    const missing = await run([{ key: 'r5/x.csv', version: 'v1' }]);
    expect(missing.report.reingested).toEqual(['r5/x.csv']);

    const id = uploadId('r5/x.csv', 'v1', contract.sha256);
    await record('r5', id, 'accepted');
    const { report, invoked } = await run([{ key: 'r5/x.csv', version: 'v1' }]);
    expect(report).toMatchObject({ reingested: [], retrained: ['r5/x.csv'] });
    expect(invoked).toEqual([{ target: 'train', key: `r5/${id}/manifest.json`, versionId: undefined }]);
  });

  it('trains data that was read again under a contract and never trained', async () => {
    const file = { key: 'r6/x.csv', version_id: 'v1', upload_id: 'd'.repeat(64) };
    const contractId = uploadId('r6/schema.json', 'v1', null);
    await freezeEffect(registry.table, { model: 'r6', upload_id: contractId }, { kind: 'read_again', file });
    await record('r6', file.upload_id, 'accepted');
    const { invoked } = await run([{ key: 'r6/schema.json', version: 'v1', status: 'applied' }]);
    expect(invoked).toEqual([
      { target: 'train', key: `r6/${file.upload_id}/manifest.json`, versionId: undefined },
    ]);
    await record('r6', file.upload_id, 'promoted');
    expect((await run([{ key: 'r6/schema.json', version: 'v1' }])).invoked).toEqual([]);
  });

  it('waits for a training that runs beyond the function, which no alarm on what is pending counts', async () => {
    const id = uploadId('beyond/x.csv', 'v1', null);
    const accepted = [{ key: 'beyond/x.csv', version: 'v1', status: 'accepted' as const }];
    for (const hoursLater of [0, 1, 2, 3, 4]) {
      const { report, invoked, emitted } = await run(accepted, { running: [id], hoursLater });
      expect(report).toMatchObject({ compared: 1, retrained: [], ended: [] });
      expect([invoked, emitted]).toEqual([[], [['pendingUploadAge', 0]]]);
    }
    const { report } = await run(accepted, { hoursLater: 5 });
    expect(report.retrained).toEqual(['beyond/x.csv']);
  });

  it('skips uploads that may still be in progress', async () => {
    const { report } = await run([{ key: 'r2/young.csv', version: 'v1', at: new Date(NOW - 3599_000) }]);
    expect(report).toEqual({ compared: 0, reingested: [], retrained: [], ended: [] });
  });

  it('tells versions of one key apart', async () => {
    const { report } = await run([
      { key: 'r3/x.csv', version: 'v1', status: 'promoted' },
      { key: 'r3/x.csv', version: 'v2' },
    ]);
    expect(report.reingested).toEqual(['r3/x.csv']);
  });

  it('re-drives a key that belongs to no model, so that its refusal is recorded', async () => {
    const { report } = await run([{ key: 'a/b/c/d.csv', version: 'v1' }]);
    expect(report.reingested).toEqual(['a/b/c/d.csv']);
  });

  it('re-drives a key whose name no table has, unless it was refused before as one of no model', async () => {
    const key = 'sheets/book.xlsx';
    await recordUpload(registry.table, {
      model: NO_MODEL,
      upload_id: uploadId(key, 'v1', null),
      status: 'refused',
      key,
      version_id: 'v1',
      uploaded_at: OLD.toISOString(),
    });
    const { report, emitted } = await run([
      { key, version: 'v1' },
      { key, version: 'v2' },
    ]);
    expect(report.reingested).toEqual([key]);
    expect((await run([{ key, version: 'v1' }])).emitted).toEqual([['pendingUploadAge', 0]]);
    expect(emitted).toEqual([['pendingUploadAge', 7200]]);
  });

  it('re-drives what completes a set, and none of its parts', async () => {
    const { report } = await run([
      { key: 'parts/2026/_COMPLETE', version: 'v1' },
      { key: 'parts/2026/_committed_1', version: 'v1' },
      { key: 'parts/2026/a.csv', version: 'v1' },
    ]);
    expect(report).toMatchObject({ compared: 1, reingested: ['parts/2026/_COMPLETE'] });
  });

  const statusOf = async (model: string, id: string) => {
    const { status, detail } = (await getUpload(registry.table, model, id))!;
    return { status, detail };
  };

  it('ends a data set whose manifest is gone', async () => {
    const { invoked, report } = await run([{ key: 'nodata/x.csv', version: 'v1', status: 'accepted' }]);
    expect(invoked).toEqual([]);
    expect(report.ended).toEqual(['nodata/x.csv']);
    expect(await statusOf('nodata', uploadId('nodata/x.csv', 'v1', null))).toEqual({
      status: 'failed',
      detail: expect.stringContaining('Its manifest was deleted'),
    });
  });

  it.each([
    [
      'reading',
      'nodata/unread.csv',
      'received',
      'Reading it was started 3 times and never began: the logs of ingest',
    ],
    [
      'training',
      'r7/x.csv',
      'accepted',
      'Training on it was started 3 times and never began: the logs of train',
    ],
  ] as const)('starts %s three times that never begins, and then ends it', async (_, key, status, detail) => {
    for (const hour of [0, 1, 2]) {
      const { invoked, emitted } = await run([{ key, version: 'v1', status }], { hoursLater: hour });
      expect(invoked, String(hour)).toHaveLength(1);
      expect(emitted).toEqual([['pendingUploadAge', (2 + hour) * 3600]]);
    }
    const { invoked, report, emitted } = await run([{ key, version: 'v1' }], { hoursLater: 3 });
    expect(invoked).toEqual([]);
    expect(report.ended).toEqual([key]);
    expect(emitted).toEqual([['pendingUploadAge', 0]]);
    expect(await statusOf(key.split('/')[0]!, uploadId(key, 'v1', null))).toEqual({
      status: 'failed',
      detail: expect.stringContaining(detail),
    });
    expect((await run([{ key, version: 'v1' }], { hoursLater: 4 })).report.ended).toEqual([]);
  });

  it('waits while an attempt may be in progress, and ends what three attempts were killed at', async () => {
    const task = readingTask('nodata', 'nodata/killed.csv', 'v1');
    for (const _ of [1, 2, 3]) await beginAttempt(registry.table, task, NOW, MAX_ATTEMPTS);
    const versions = [{ key: 'nodata/killed.csv', version: 'v1' }];
    const early = await run(versions);
    expect(early).toMatchObject({ invoked: [], report: { ended: [] } });
    expect(early.emitted).toEqual([['pendingUploadAge', 2 * 3600]]);
    const late = await run(versions, { hoursLater: 1 });
    expect(late).toMatchObject({ invoked: [], report: { ended: ['nodata/killed.csv'] } });
    const { detail } = await statusOf('nodata', uploadId('nodata/killed.csv', 'v1', null));
    expect(detail).toContain('Reading it failed 3 times without a word');
  });

  it('trains on what an attempt committed that could not say so', async () => {
    const task = readingTask('r8', 'r8/x.csv', 'v1');
    for (const _ of [1, 2, 3]) await beginAttempt(registry.table, task, NOW, MAX_ATTEMPTS);
    const { report } = await run([{ key: 'r8/x.csv', version: 'v1', status: 'received' }], { hoursLater: 1 });
    expect(report).toMatchObject({ retrained: ['r8/x.csv'], ended: [] });
    expect((await statusOf('r8', uploadId('r8/x.csv', 'v1', null))).status).toBe('accepted');
  });

  it('ends what a delete marker hides as gone, and drives nothing of it', async () => {
    const contract = uploadId('r9/schema.json', 'v1', null);
    const file = { key: 'r9/b.csv', version_id: 'v1', upload_id: 'e'.repeat(64) };
    await freezeEffect(registry.table, { model: 'r9', upload_id: contract }, { kind: 'read_again', file });
    const hidden = ['r9/a.csv', 'r9/b.csv', 'r9/schema.json'];
    const { report, invoked } = await run(
      [
        { key: 'r9/a.csv', version: 'v2' },
        { key: 'r9/a.csv', version: 'v1', status: 'received' },
        { key: 'r9/b.csv', version: 'v1', status: 'accepted' },
        { key: 'r9/c.csv', version: 'v1', status: 'received' },
        { key: 'r9/schema.json', version: 'v1', status: 'received' },
      ],
      { hidden },
    );
    expect(report).toMatchObject({ reingested: ['r9/c.csv'], retrained: [] });
    expect(report.ended).toEqual(['r9/a.csv', ...hidden]);
    expect(invoked.map(({ key }) => key)).toEqual(['r9/c.csv']);
    for (const id of [uploadId('r9/b.csv', 'v1', null), contract, file.upload_id])
      expect((await statusOf('r9', id)).status).toBe('gone');
  });
});
