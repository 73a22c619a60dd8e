import type { RegistryTable } from './table.ts';

const PAGE_SIZE = 100;

/** The names of all models that have a version, in code-unit order. */
export async function* modelNames(table: RegistryTable): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const { items, hasMore } = await table.page('MODELS', '', {
      limit: PAGE_SIZE,
      order: 'ascending',
      after,
    });
    for (const { sk } of items) yield sk;
    after = hasMore ? items.at(-1)?.sk : undefined;
  } while (after !== undefined);
}
