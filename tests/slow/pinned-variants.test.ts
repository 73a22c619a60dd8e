import { describe, expect, it } from 'vitest';
import { contractOf } from '../../lib/dataset/contract-of.ts';
import { unmet } from '../helpers/table-cases.ts';
import { readVariant, VARIANT_SEEDS, VariantOutcomes } from '../helpers/variant-outcomes.ts';

describe.each(VARIANT_SEEDS)('tables of seed %i under what check-csv --write-schema writes', (seed) => {
  const { all, named } = new VariantOutcomes(seed);

  it.each(all.filter(({ contract }) => contract === undefined))(
    '$id is the same data set',
    async (variant) => {
      const outcome = await named(variant.id);
      if (outcome.verdict === 'refused') return;
      const pinned = await readVariant({ ...variant, contract: JSON.stringify(contractOf(outcome.report)) });
      expect(await unmet({ verdict: 'accepted', same_dataset_as: variant.id }, pinned, named)).toEqual([]);
    },
  );
});
