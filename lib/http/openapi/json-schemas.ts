import * as z from 'zod/mini';

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schemas of named zod schemas, as `components.schemas` of the document. Where one contains another,
 * it refers to it by name. Objects are left open unless they are closed, so that a client which validates
 * answers survives a new member.
 *
 * @throws Error for a schema that JSON Schema cannot say, such as one that checks by code.
 */
export function componentSchemas(
  named: Readonly<Record<string, z.core.$ZodType>>,
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, uri: componentRef });
  return Object.fromEntries(Object.keys(named).map((id) => [id, withoutIdentity(schemas[id]!)]));
}

/** The JSON Schema of one zod schema, such as a parameter's. */
export function inlineSchema(schema: z.core.$ZodType): JsonSchema {
  return withoutIdentity(z.toJSONSchema(schema, OPTIONS));
}

export const componentRef = (id: string) => `#/components/schemas/${id}`;

const OPTIONS = {
  target: 'draft-2020-12',
  io: 'input',
  override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => simplify(jsonSchema),
} as const;

/**
 * zod says of every record that its names are strings, and of every integer that it is safe: JSON's are, or
 * parsing refuses them.
 */
function simplify(schema: Record<string, unknown>): void {
  const { propertyNames, minimum, maximum } = schema as {
    propertyNames?: { type?: unknown; pattern?: unknown };
  } & typeof schema;
  if (propertyNames?.type === 'string' && Object.keys(propertyNames).length === 1)
    delete schema.propertyNames;
  if (minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** Without what makes a schema a document of its own. */
function withoutIdentity(schema: JsonSchema): JsonSchema {
  const { $schema, $id, '~standard': _, ...rest } = schema;
  return rest;
}
