import * as z from 'zod/mini';

/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Converts named zod schemas to JSON Schemas for `components.schemas`. A schema refers to other named schemas
 * by name. Only strict objects forbid additional members, so a client that validates answers still works when
 * a release adds a member.
 *
 * @throws Error for a schema that JSON Schema cannot express, such as one with a check in code
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
 * Removes what zod states of every record (names are strings) and integer (it is safe). The strict parser
 * already guarantees both.
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

/** Removes what only a standalone schema document needs. */
function withoutIdentity(schema: JsonSchema): JsonSchema {
  const { $schema, $id, '~standard': _, ...rest } = schema;
  return rest;
}
