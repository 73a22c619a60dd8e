import { describe, expect, it } from 'vitest';
import { unmet } from '../helpers/table-cases.ts';
import { VARIANT_SEEDS, VariantOutcomes } from '../helpers/variant-outcomes.ts';

describe.each(VARIANT_SEEDS)('tables of seed %i', (seed) => {
  const { all, named } = new VariantOutcomes(seed);

  it('are called by different names', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it.each(all)('$id', async ({ id, expect: expected }) => {
    expect(await unmet(expected, await named(id), named)).toEqual([]);
  });
});
