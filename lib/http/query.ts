import * as z from 'zod/mini';
import type { RequestFault } from './problem.ts';
import { invalidRequest } from './request.ts';

/** A whole number as it is usually written; anything else stays a text, which no schema of a number takes. */
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

type Parameters = Readonly<Record<string, z.ZodMiniType>>;
type ValuesOf<T extends Parameters> = z.output<z.ZodMiniObject<T>>;

/**
 * A query's parameters, each held against its own schema.
 *
 * @param rawQuery as it was sent, percent-encoded: only there it can be seen that a parameter was given twice
 * @param shape the parameters that are known
 * @param integers those whose schema is one of whole numbers
 * @throws HttpError 400 naming `query.<parameter>` of each that is unknown, repeated or not as it should be.
 */
export function readQuery<T extends Parameters>(
  rawQuery: string,
  shape: T,
  integers: readonly string[] = [],
): ValuesOf<T> {
  const faults: RequestFault[] = [];
  const values = new Map<string, unknown>();
  const take = (name: string, schema: z.ZodMiniType, value: unknown) => {
    const parsed = z.safeParse(schema, value);
    if (!parsed.success) faults.push({ path: pathOf(name), message: parsed.error.issues[0]!.message });
    else if (parsed.data !== undefined) values.set(name, parsed.data);
  };
  const given = new Set<string>();
  for (const [name, text] of new URLSearchParams(rawQuery)) {
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!schema) faults.push({ path: pathOf(name), message: `unknown query parameter; ${taken(shape)}` });
    else if (given.has(name)) faults.push({ path: pathOf(name), message: 'given more than once' });
    else take(name, schema, integers.includes(name) && WHOLE_NUMBER.test(text) ? Number(text) : text);
    given.add(name);
  }
  for (const [name, schema] of Object.entries(shape)) if (!given.has(name)) take(name, schema, undefined);
  if (faults.length > 0) throw invalidRequest(faults);
  return Object.fromEntries(values) as ValuesOf<T>;
}

const pathOf = (name: string) => `query.${name.slice(0, 100)}`;

function taken(shape: Parameters): string {
  const names = Object.keys(shape).map((name) => `"${name}"`);
  return `this path takes ${names.length === 0 ? 'none' : names.join(' and ')}`;
}
