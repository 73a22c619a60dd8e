import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import * as changes from '../../../../lib/http/schemas/changes.ts';
import * as answers from '../../../../lib/http/schemas/models-api.ts';
import * as paging from '../../../../lib/http/schemas/paging.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const exported: Record<string, unknown> = { ...answers, ...paging, ...changes };
const schemas = Object.entries(exported).filter(
  (entry): entry is [string, z.ZodMiniType] => entry[1] instanceof z.ZodMiniType,
);

/** The paths of fields without a description. The gate's verdict has its own schema. */
function undescribed({ properties = {}, items, anyOf = [] }: Schema, path: string): string[] {
  const fields = Object.entries(properties).filter(([name]) => name !== 'gate');
  return [
    ...fields.filter(([, field]) => !field.description).map(([name]) => `${path}.${name}`),
    ...fields.flatMap(([name, field]) => undescribed(field, `${path}.${name}`)),
    ...(items ? undescribed(items, `${path}[]`) : []),
    ...anyOf.flatMap((part) => undescribed(part, path)),
  ];
}

describe('the schemas of the models API', () => {
  it('are found at all', () => {
    expect(schemas.map(([name]) => name)).toEqual(
      expect.arrayContaining(['modelCard', 'uploadsQuery', 'promotionRequest']),
    );
  });

  it.each(schemas)('say of %s in JSON Schema what each field means', (name, schema) => {
    const shown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' }) as Schema;
    expect(undescribed(shown, name)).toEqual([]);
  });
});
