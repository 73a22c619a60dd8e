import { memoryFile } from './csv-ingest.ts';
import { outcomeOf, type TableOutcome } from './table-cases.ts';
import { type Variant, variants } from './table-variants.ts';

/** Others are tried by `VARIANT_SEEDS=2,3 npx vitest run tests/property/table-variants.test.ts`. */
export const VARIANT_SEEDS: readonly number[] = process.env.VARIANT_SEEDS?.split(',').map(Number) ?? [1];

/** The variants of a seed, each read when it is first asked for. */
export class VariantOutcomes {
  readonly all: readonly Variant[];
  readonly #byId: ReadonlyMap<string, Variant>;
  readonly #outcomes = new Map<string, Promise<TableOutcome>>();

  constructor(seed: number) {
    this.all = variants(seed);
    this.#byId = new Map(this.all.map((variant) => [variant.id, variant]));
  }

  readonly named = (id: string): Promise<TableOutcome> => {
    const outcome = this.#outcomes.get(id) ?? readVariant(this.#byId.get(id)!);
    this.#outcomes.set(id, outcome);
    return outcome;
  };
}

export const readVariant = ({ bytes, name, contract, label }: Variant): Promise<TableOutcome> =>
  outcomeOf({ file: memoryFile(bytes, [], name), contract, label });
