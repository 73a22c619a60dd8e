import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestMishap, newestRefusal } from '../../../lib/registry/newest-refusal.ts';
import { recordUpload, type UploadStatus } from '../../../lib/registry/uploads.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

async function record(
  model: string,
  statuses: readonly UploadStatus[],
  timeOf = (entry: number) => `2026-01-0${entry + 1}T00:00:00.000Z`,
): Promise<void> {
  for (const [day, status] of statuses.entries())
    await recordUpload(registry.table, {
      model,
      upload_id: String(day).repeat(64),
      status,
      key: `${model}/x.csv`,
      version_id: 'v',
      uploaded_at: timeOf(day),
      ...(status === 'refused' ? { detail: `no_rows: day ${day}` } : {}),
    });
}

describe('newestRefusal', () => {
  it('says of a model whose newest upload was refused why, past contracts and what was deleted', async () => {
    await record('a', ['promoted', 'refused', 'applied', 'gone']);
    expect(await newestRefusal(registry.table, 'a')).toBe('its newest upload was refused: no_rows: day 1');
  });

  it('says why it failed, or could not be learnt from', async () => {
    await record('g', ['promoted', 'failed']);
    await record('h', ['promoted', 'training_failed']);
    expect(await newestMishap(registry.table, 'g')).toEqual({
      status: 'failed',
      words: 'its newest upload failed: g/x.csv',
    });
    expect(await newestRefusal(registry.table, 'h')).toBe(
      'its newest upload could not be learnt from: h/x.csv',
    );
  });

  it('says nothing when a newer upload was taken, or is on its way, or there is none', async () => {
    await record('b', ['refused', 'promoted']);
    await record('c', ['refused', 'received']);
    for (const model of ['b', 'c', 'nobody'])
      expect(await newestRefusal(registry.table, model)).toBeUndefined();
  });

  it('takes the reading under a new contract for the newer one in the same second', async () => {
    const oneSecond = () => '2026-01-01T00:00:00.000Z';
    await record('d', ['refused', 'promoted'], oneSecond);
    await record('e', ['promoted', 'refused'], oneSecond);
    await record('f', ['refused', 'applied'], oneSecond);
    expect(await newestRefusal(registry.table, 'd')).toBeUndefined();
    expect(await newestRefusal(registry.table, 'e')).toBeUndefined();
    expect(await newestRefusal(registry.table, 'f')).toContain('no_rows');
  });
});
