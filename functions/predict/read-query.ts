import * as z from 'zod/mini';
import type { RequestFault } from '../../lib/http/problem.ts';
import { invalidRequest } from '../../lib/http/request.ts';

/**
 * A query's parameters, each held against its own schema.
 *
 * @param rawQuery as it was sent, percent-encoded: only there it can be seen that a parameter was given twice
 * @param shape the parameters that are known
 * @throws HttpError 400 naming `query.<parameter>` of each that is unknown, repeated or not as it should be.
 */
export function readQuery<T extends Readonly<Record<string, z.ZodMiniOptional<z.ZodMiniType<string>>>>>(
  rawQuery: string,
  shape: T,
): { readonly [K in keyof T]?: z.infer<T[K]> } {
  if (rawQuery === '') return {};
  const faults: RequestFault[] = [];
  const values = new Map<string, unknown>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const path = `query.${name.slice(0, 100)}`;
    const schema = Object.hasOwn(shape, name) ? shape[name]! : undefined;
    if (!schema) {
      faults.push({ path, message: `unknown parameter; expected ${Object.keys(shape).join(' or ')}` });
      continue;
    }
    if (values.has(name)) faults.push({ path, message: 'given more than once' });
    const parsed = z.safeParse(schema, value);
    if (!parsed.success) faults.push({ path, message: parsed.error.issues[0]!.message });
    values.set(name, parsed.data);
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return Object.fromEntries(values) as { readonly [K in keyof T]?: z.infer<T[K]> };
}
