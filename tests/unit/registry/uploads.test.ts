import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  endAcceptedUpload,
  freezeBasis,
  getUpload,
  recordUpload,
  type UploadEntry,
} from '../../../lib/registry/uploads.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const sha = (digit: string) => digit.repeat(64);

describe('recordUpload', () => {
  const entry = (status: UploadEntry['status']): UploadEntry => ({
    model: 'wine',
    upload_id: sha('d'),
    status,
    key: 'wine/x.csv',
    version_id: null,
    uploaded_at: '2026-01-01T00:00:00.000Z',
  });

  it('moves forward only', async () => {
    expect(await recordUpload(registry.table, entry('received'))).toBe(true);
    expect(await recordUpload(registry.table, { ...entry('accepted'), detail: 'fine' })).toBe(true);
    expect(await recordUpload(registry.table, entry('received'))).toBe(false);
    expect(await recordUpload(registry.table, entry('refused'))).toBe(false);
    expect(await getUpload(registry.table, 'wine', sha('d'))).toMatchObject({
      status: 'accepted',
      detail: 'fine',
    });
  });

  it('knows an upload as promoted although a delivery that was refused reports later, or reported before', async () => {
    for (const [digit, order] of [
      ['1', ['registered', 'promoted']],
      ['2', ['promoted', 'registered']],
    ] as const) {
      for (const status of order)
        await recordUpload(registry.table, { ...entry(status), upload_id: sha(digit) });
      expect(await getUpload(registry.table, 'wine', sha(digit))).toMatchObject({ status: 'promoted' });
    }
  });

  it('leaves nothing of what an earlier step said when one delivery commits what another found deleted', async () => {
    const found = { ...entry('gone'), upload_id: sha('e'), detail: 'The object was deleted.' };
    expect(await recordUpload(registry.table, found)).toBe(true);
    expect(await recordUpload(registry.table, { ...entry('accepted'), upload_id: sha('e') })).toBe(true);
    const upload = await getUpload(registry.table, 'wine', sha('e'));
    expect(upload).toMatchObject({ status: 'accepted' });
    expect(upload).not.toHaveProperty('detail');
  });

  it('cuts a detail to 1 KB, without half a character', async () => {
    const upload_id = sha('a');
    for (const text of ['中'.repeat(400), '\u{1f40e}'.repeat(300), 'x'.repeat(100_000)]) {
      const of = { ...entry('refused'), model: text.slice(0, 2), upload_id };
      await recordUpload(registry.table, { ...of, detail: text });
      const { detail } = (await getUpload(registry.table, of.model, upload_id))!;
      expect(Buffer.byteLength(detail!)).toBeGreaterThan(1018);
      expect(Buffer.byteLength(detail!)).toBeLessThanOrEqual(1024);
      expect(text.startsWith(detail!.slice(0, -1))).toBe(true);
      expect(detail!.at(-1)).toBe('…');
    }
    const short = 'é'.repeat(512);
    await recordUpload(registry.table, { ...entry('refused'), upload_id, detail: short });
    expect((await getUpload(registry.table, 'wine', upload_id))!.detail).toBe(short);
  });

  it('lets a verdict that arrives late stand over a failure, and no failure over a verdict', async () => {
    const of = (status: UploadEntry['status']) => ({ ...entry(status), model: 'late', upload_id: sha('b') });
    expect(await recordUpload(registry.table, of('failed'))).toBe(true);
    expect(await recordUpload(registry.table, of('accepted'))).toBe(true);
    expect(await recordUpload(registry.table, of('failed'))).toBe(false);
    const failed = { ...of('failed'), status: 'failed' } as const;
    expect(await endAcceptedUpload(registry.table, failed)).toBe(true);
    expect(await recordUpload(registry.table, of('registered'))).toBe(true);
    expect(await endAcceptedUpload(registry.table, failed)).toBe(false);
  });

  it('freezes what decides an upload once, also where a delivery found the object deleted before', async () => {
    const gone = { ...entry('gone'), upload_id: 'f'.repeat(64) };
    await recordUpload(registry.table, gone);
    const [first, second] = ['v1', 'v2'].map((version) => ({
      contract_version_id: version,
      champion: null,
    }));
    expect(await freezeBasis(registry.table, gone, first!)).toEqual(first);
    expect(await freezeBasis(registry.table, gone, second!)).toEqual(first);
    expect(await getUpload(registry.table, gone.model, gone.upload_id)).toMatchObject({
      status: 'gone',
      basis: first,
    });
  });
});
