import { describe, expect, it } from 'vitest';
import { contractOf } from '../../lib/dataset/contract-of.ts';
import { memoryFile } from '../helpers/csv-ingest.ts';
import { outcomeOf, type TableOutcome, unmet } from '../helpers/table-cases.ts';
import { type Variant, variants } from '../helpers/table-variants.ts';

/** Others are tried by `VARIANT_SEEDS=2,3 npx vitest run tests/property/table-variants.test.ts`. */
const SEEDS = process.env.VARIANT_SEEDS?.split(',').map(Number) ?? [1];

describe.each(SEEDS)('tables of seed %i', (seed) => {
  const all = variants(seed);
  const byId = new Map(all.map((variant) => [variant.id, variant]));
  const outcomes = new Map<string, Promise<TableOutcome>>();

  const read = ({ bytes, name, contract, label }: Variant) =>
    outcomeOf({ file: memoryFile(bytes, [], name), contract, label });

  const outcomeNamed = (id: string): Promise<TableOutcome> => {
    const outcome = outcomes.get(id) ?? read(byId.get(id)!);
    outcomes.set(id, outcome);
    return outcome;
  };

  it('are called by different names', () => {
    expect(byId.size).toBe(all.length);
  });

  it.each(all)('$id', async ({ id, expect: expected }) => {
    expect(await unmet(expected, await outcomeNamed(id), outcomeNamed)).toEqual([]);
  });

  it.each(all.filter(({ contract }) => contract === undefined))(
    '$id is the same data set under what check-csv --write-schema writes',
    async (variant) => {
      const outcome = await outcomeNamed(variant.id);
      if (outcome.verdict === 'refused') return;
      const pinned = await read({ ...variant, contract: JSON.stringify(contractOf(outcome.report)) });
      expect(await unmet({ verdict: 'accepted', same_dataset_as: variant.id }, pinned, outcomeNamed)).toEqual(
        [],
      );
    },
  );
});
