import { byCodeUnits } from '../code-units.ts';
import type { RegistryReads } from './item-reads.ts';

/** Those of some names that are registered models, in code-unit order. */
export async function knownModels(table: RegistryReads, names: readonly string[]): Promise<string[]> {
  const items = await Promise.all(names.map((name) => table.get('MODELS', name)));
  return items.flatMap((item) => (item ? [item.sk] : [])).sort(byCodeUnits);
}
