import type { ColumnCode } from './encoding.ts';

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Makes the JSON Schema of one kind's values in a request, gaps aside: it allows whatever is accepted, and
 * little else. `hasRoom` tells whether another text may be named; the first that may not ends the list.
 */
export interface RequestSchema<Code extends ColumnCode> {
  of(code: Code, hasRoom: (text: string) => boolean): JsonSchema;
}
