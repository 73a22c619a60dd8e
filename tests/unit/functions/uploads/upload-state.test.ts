import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpload } from '../../../../functions/uploads/start-upload.ts';
import { uploadState } from '../../../../functions/uploads/upload-state.ts';
import { uploadId } from '../../../../lib/dataset/manifest.ts';
import { freezeContract } from '../../../../lib/registry/receipts.ts';
import {
  endAcceptedUpload,
  notePhase,
  recordUpload,
  type UploadEntry,
  type UploadStatus,
} from '../../../../lib/registry/uploads.ts';
import { putObject } from '../../../../lib/storage/objects.ts';
import { presigner } from '../../../../lib/storage/presigned.ts';
import { uploadKeys } from '../../../../lib/storage/upload-keys.ts';
import { TICKET_SECONDS } from '../../../../lib/storage/upload-ticket.ts';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';

let s3: S3Fixture;
let registry: TestRegistry;
let nowMs = Date.now();
beforeAll(async () => {
  s3 = await openS3Fixture({
    buckets: ['raw', 'processed', 'models'].map((name) => ({ name, versioned: true, notifications: [] })),
    now: () => nowMs,
  });
  registry = await openTestRegistry();
});
afterAll(() => Promise.all([s3.remove(), registry.close()]));

function depsOf() {
  const environment = {
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  };
  const now = () => nowMs;
  const buckets = { rawBucket: 'raw', processedBucket: 'processed', modelsBucket: 'models' };
  return { s3: s3.client, table: registry.table, ...buckets, presign: presigner(environment, now), now };
}

const CONTENT = 'a,b\n1,2\n';
const start = (key: string) =>
  startUpload('wine', key, { file_name: 'x.csv', size_bytes: CONTENT.length }, depsOf());

async function send({ url, headers }: Awaited<ReturnType<typeof start>>): Promise<string> {
  const answer = await fetch(url, { method: 'PUT', headers, body: CONTENT });
  expect(answer.status).toBe(200);
  return answer.headers.get('x-amz-version-id')!;
}

/** An upload with its ticket, of which the ledger can be told. */
async function sent(key: string) {
  const ticket = await start(key);
  const versionId = await send(ticket);
  await freezeContract(registry.table, { model: 'wine', object_id: uploadId(key, versionId, null) }, null);
  const id = uploadId(key, versionId, null);
  const entry = (status: UploadStatus): UploadEntry => ({
    ...{ model: 'wine', upload_id: id, status, key, version_id: versionId },
    uploaded_at: '2026-01-01T00:00:00.000Z',
  });
  return { ticket, id, entry };
}

const state = async (id: string) => await uploadState('wine', id, depsOf());
const statuses = ({ stages }: Awaited<ReturnType<typeof state>>) =>
  stages.map(({ status }) => status).join(' ');

const putManifest = (id: string) =>
  putObject(
    s3.client,
    { bucket: 'processed', key: uploadKeys('wine', id).manifest },
    JSON.stringify({ rows: { read: 1, accepted: 1, rejected: 0, blank: 0 }, source: { size_bytes: 8 } }),
    'application/json',
  );

describe('the state of an upload', () => {
  it('is waiting until its address expires, and then expired', async () => {
    nowMs = Date.UTC(2026, 10, 29, 12);
    const { id, expires_at } = await start('wine/never.csv');
    nowMs += TICKET_SECONDS * 1000 - 1;
    expect(await state(id)).toMatchObject({ state: 'waiting', expires_at, is_done: false });
    nowMs += 1;
    const expired = await state(id);
    expect(expired).toMatchObject({ state: 'expired', is_done: true });
    expect(statuses(expired)).toBe('failed skipped skipped skipped');
  });

  it('follows the ledger, with the phase of the training', async () => {
    const { ticket, id, entry } = await sent('wine/followed.csv');
    expect(await state(ticket.id)).toMatchObject({ state: 'received', upload_id: null, is_done: false });
    await recordUpload(registry.table, entry('received'));
    expect(await state(ticket.id)).toMatchObject({ state: 'reading', upload_id: id });
    await recordUpload(registry.table, entry('accepted'));
    await putManifest(id);
    expect(await state(ticket.id)).toMatchObject({ state: 'accepted', rows: { accepted: 1 }, phase: null });
    for (const phase of ['read', 'champion', 'fit', 'store'] as const) {
      await notePhase(registry.table, entry('accepted'), phase);
      const training = await state(ticket.id);
      expect(training).toMatchObject({ state: 'training', phase, is_done: false });
      expect(statuses(training)).toBe('done done running waiting');
    }
    await recordUpload(registry.table, { ...entry('registered'), version: 3, detail: 'not promoted: ...' });
    const registered = await state(ticket.id);
    expect(registered).toMatchObject({ state: 'registered', version: 3, phase: null, is_done: true });
    expect(statuses(registered)).toBe('done done done skipped');
    expect(await state(id)).toMatchObject({ ...registered, id });
  });

  it('tells a reading that failed from a training that failed', async () => {
    const unread = await sent('wine/unread.csv');
    await recordUpload(registry.table, unread.entry('failed'));
    expect(statuses(await state(unread.ticket.id))).toBe('done failed skipped skipped');
    const untrained = await sent('wine/untrained.csv');
    await putManifest(untrained.id);
    await recordUpload(registry.table, untrained.entry('accepted'));
    await endAcceptedUpload(registry.table, { ...untrained.entry('accepted'), status: 'failed' });
    const failed = await state(untrained.ticket.id);
    expect(failed).toMatchObject({ state: 'failed', is_done: true, rows: { accepted: 1 } });
    expect(statuses(failed)).toBe('done done failed skipped');
  });

  it('is of the newest version where an address was used twice', async () => {
    const ticket = await start('wine/twice.csv');
    await send(ticket);
    const second = await send(ticket);
    expect(await state(ticket.id)).toMatchObject({ state: 'received', version_id: second });
  });

  it('is not that of another file of the same key and size', async () => {
    const first = await start('wine/same.csv');
    const other = await start('wine/same.csv');
    const versionId = await send(other);
    expect((await state(first.id)).state).toBe('waiting');
    expect(await state(other.id)).toMatchObject({ state: 'received', version_id: versionId });
  });

  it('is not that of a key that begins with its own', async () => {
    const ticket = await start('wine/a.csv');
    await send(await start('wine/a.csv.gz'));
    expect((await state(ticket.id)).state).toBe('waiting');
  });

  it('notes no phase of an upload that the ledger does not know', async () => {
    const unknown = { model: 'wine', upload_id: 'f'.repeat(64) };
    await notePhase(registry.table, unknown, 'read');
    await expect(state(unknown.upload_id)).rejects.toMatchObject({ status: 404, code: 'unknown_upload' });
  });
});
