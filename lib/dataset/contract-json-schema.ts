import * as z from 'zod/mini';
import { contractSchema } from './understand/contract.ts';

/** Descriptions of the keys of a column's rule, for editors. */
const COLUMN_KEYS: Readonly<Record<string, string>> = {
  name: 'The name in the header.',
  type: 'The kind of column.',
  nullable: 'False: requests must give a value; a gap is refused.',
  min: 'The least value, included: a row with a lower one is rejected.',
  max: 'The greatest value, included: a row with a higher one is rejected.',
  categories: 'All values that are allowed: a row with another one is rejected.',
  format: 'How the values are written.',
};

type Node = Record<string, unknown>;

/** JSON Schema (2020-12) of schema.json, with which editors complete and check it. */
export function contractJsonSchema(): Node {
  const { $schema, ...rest } = z.toJSONSchema(contractSchema, { target: 'draft-2020-12' }) as Node;
  const { columns } = rest.properties as { columns: { items: { anyOf?: Node[]; oneOf?: Node[] } } };
  for (const rule of columns.items.oneOf ?? columns.items.anyOf ?? [])
    describeKeys(rule.properties as Record<string, Node>);
  return {
    $schema,
    title: 'schema.json: a data contract',
    description:
      'What the owner of the data promises about every file of a model. Every key is optional; what is left out is inferred.',
    ...rest,
  };
}

function describeKeys(properties: Record<string, Node>): void {
  for (const [key, property] of Object.entries(properties)) {
    const description = COLUMN_KEYS[key];
    if (description === undefined)
      throw new Error(`contract-json-schema.ts does not say what "${key}" of a column means`);
    property.description = description;
  }
}
