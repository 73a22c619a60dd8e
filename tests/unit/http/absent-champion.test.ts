import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it } from 'vitest';
import { absentChampion } from '../../../lib/http/absent-champion.ts';
import { type ItemSource, RegistryReads } from '../../../lib/registry/item-reads.ts';

it('reads no more of a long log than a page, since strangers ask, too', async () => {
  const limits: (number | undefined)[] = [];
  const source: ItemSource = {
    getItem: async () => ({ Item: marshall({ pk: 'MODELS', sk: 'm' }) }),
    query: async ({ Limit }) => {
      limits.push(Limit);
      return { Items: [] };
    },
  };
  await absentChampion(new RegistryReads(source, 'registry'), 'm');
  expect(limits.length).toBeGreaterThan(0);
  for (const limit of limits) expect(limit).toBeLessThanOrEqual(100);
});
