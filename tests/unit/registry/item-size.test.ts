import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemBytes, MAX_ITEM_BYTES } from '../../../lib/registry/item-size.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

describe('itemBytes', () => {
  it('counts names and texts in UTF-8, numbers by their digits, and members of lists and maps', () => {
    expect(itemBytes({ é: { S: '中' } })).toBe(2 + 3);
    expect(itemBytes({ n: { N: '12345' } })).toBe(1 + 4);
    expect(itemBytes({ l: { L: [{ S: 'ab' }, { NULL: true }] } })).toBe(1 + 3 + 2 + 2 + 1);
    expect(itemBytes({ m: { M: { k: { BOOL: true } } } })).toBe(1 + 3 + 1 + 1 + 1);
    expect(itemBytes({ s: { SS: ['a', 'é'] } })).toBe(1 + 1 + 2);
  });

  it('counts binary values by their bytes, in the SDK and in JSON', () => {
    const bytes = new Uint8Array(7);
    expect(itemBytes({ b: { B: bytes } })).toBe(8);
    const inJson = { b: { B: Buffer.from(bytes).toString('base64') } };
    expect(itemBytes(inJson as unknown as Parameters<typeof itemBytes>[0])).toBe(8);
  });
});

describe('the table', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await openTestRegistry();
  });
  afterAll(() => registry.close());

  const at = { pk: 'MODEL#m', sk: 'I#1' };
  const tooLarge = { code: 'item_size', message: expect.stringContaining('MODEL#m I#') };
  /** Under the bound in characters, over it in UTF-8. */
  const text = '中'.repeat(MAX_ITEM_BYTES / 2);

  it('puts an item at the bound, and none above it', async () => {
    const empty = itemBytes(marshall({ ...at, write_id: '0'.repeat(36), text: '' }));
    const exact = 'x'.repeat(MAX_ITEM_BYTES - empty);
    expect(await registry.table.putIfAbsent({ ...at, text: exact })).toEqual({ kind: 'written' });
    await expect(registry.table.putIfAbsent({ ...at, sk: 'I#2', text: `${exact}x` })).rejects.toMatchObject(
      tooLarge,
    );
    await expect(registry.table.putIfAbsent({ ...at, sk: 'I#3', text })).rejects.toMatchObject(tooLarge);
    expect(await registry.table.get(at.pk, 'I#3')).toBeUndefined();
  });

  it('updates no item with as much', async () => {
    await expect(registry.table.advance(at.pk, 'I#4', 1, { text })).rejects.toMatchObject(tooLarge);
    await expect(registry.table.setOnce(at.pk, 'I#4', 'text', text)).rejects.toMatchObject(tooLarge);
    expect(await registry.table.get(at.pk, 'I#4')).toBeUndefined();
  });
});
