import { describe, expect, it } from 'vitest';
import { memoryFile } from '../helpers/csv-ingest.ts';
import { outcomeOf, type TableOutcome, unmet } from '../helpers/table-cases.ts';
import { type Variant, variants } from '../helpers/table-variants.ts';

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
});
