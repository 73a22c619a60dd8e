import * as z from 'zod/mini';
import { FaultList } from './problem.ts';
import { invalidRequest } from './request.ts';

/** A whole number in its usual form. Any other text stays a text, which number schemas refuse. */
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

type Parameters = Readonly<Record<string, z.ZodMiniType>>;
type ValuesOf<T extends Parameters> = z.output<z.ZodMiniObject<T>>;

/**
 * Reads a query's parameters and checks each against its schema.
 *
 * @param rawQuery percent-encoded, as sent: only this text shows repeated parameters
 * @param shape the known parameters
 * @param integers names of the parameters that are whole numbers
 * @throws HttpError 400 that names `query.<parameter>` for each unknown, repeated or invalid parameter
 */
export function readQuery<T extends Parameters>(
  rawQuery: string,
  shape: T,
  integers: readonly string[] = [],
): ValuesOf<T> {
  const faults = new FaultList();
  const values = new Map<string, unknown>();
  const take = (name: string, schema: z.ZodMiniType, value: unknown) => {
    const parsed = z.safeParse(schema, value);
    if (!parsed.success) faults.add(pathOf(name), parsed.error.issues[0]!.message);
    else if (parsed.data !== undefined) values.set(name, parsed.data);
  };
  const given = new Set<string>();
  for (const [name, text] of new URLSearchParams(rawQuery)) {
    if (faults.isFull) break;
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!schema) faults.add(pathOf(name), `unknown query parameter; ${taken(shape)}`);
    else if (given.has(name)) faults.add(pathOf(name), 'given more than once');
    else take(name, schema, integers.includes(name) && WHOLE_NUMBER.test(text) ? Number(text) : text);
    given.add(name);
  }
  for (const [name, schema] of Object.entries(shape)) if (!given.has(name)) take(name, schema, undefined);
  if (faults.faults.length > 0) throw invalidRequest(faults.faults);
  return Object.fromEntries(values) as ValuesOf<T>;
}

const pathOf = (name: string) => `query.${name.slice(0, 100)}`;

function taken(shape: Parameters): string {
  const names = Object.keys(shape).map((name) => `"${name}"`);
  return `this path takes ${names.length === 0 ? 'none' : names.join(' and ')}`;
}
