import * as z from 'zod/mini';
import { ConfigurationError } from './errors.ts';

const MASKED = /secret|token|password|key$/i;

/**
 * Parses a function's environment once, at start, and reports all faults together.
 *
 * @param fields one zod schema for each variable; other variables are ignored, because Lambda sets many of
 *   its own
 * @param environment usually the process's own
 * @throws ConfigurationError naming each variable, what was expected and what was found (secrets masked)
 */
export function readConfiguration<T extends z.core.$ZodShape>(
  fields: T,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodMiniObject<T>> {
  const parsed = z.safeParse(z.object(fields), environment);
  if (parsed.success) return parsed.data as z.infer<z.ZodMiniObject<T>>;
  throw new ConfigurationError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      const at = issue.path.slice(1).join('.');
      const found = environment[name];
      const shown = found === undefined ? 'it is not set' : MASKED.test(name) ? 'got ***' : `got "${found}"`;
      return `${name}: ${at === '' ? '' : `${at}: `}${issue.message}; ${shown}`;
    }),
  );
}

/**
 * A field with what it means. Registered rather than checked by `z.describe`, which makes every field twice,
 * at every cold start.
 *
 * @param meaning for functions/SETTINGS.md
 */
export function described<T extends z.core.$ZodType>(field: T, meaning: string): T {
  z.globalRegistry.add<z.core.$ZodType>(field, { description: meaning });
  return field;
}

/**
 * A variable that must be set and not be empty, such as a bucket's name.
 *
 * @param meaning what it is, for the fault of leaving it out and for functions/SETTINGS.md
 */
export const requiredText = (meaning: string) =>
  described(z.string(`expected ${meaning}`).check(z.minLength(1, `expected ${meaning}`)), meaning);

/**
 * A variable that holds a JSON document of the given shape. @param schema closed, so that a misspelt key is a
 * fault
 */
export const jsonOr = <T extends z.core.$ZodType>(fallback: string, schema: T, meaning: string) =>
  described(
    z.pipe(
      z.pipe(
        z._default(z.string(), fallback),
        z.transform((text: string, context) => {
          try {
            return JSON.parse(text) as unknown;
          } catch {
            context.issues.push({ code: 'custom', message: 'expected JSON', input: text });
            return z.NEVER;
          }
        }),
      ),
      schema,
    ),
    meaning,
  );

/** A variable with a default. */
export const textOr = (fallback: string, meaning: string) =>
  described(z._default(z.string(), fallback), meaning);

/** A variable that may be left out. */
export const optionalText = (meaning: string) => described(z.optional(z.string()), meaning);

/** Both ends included, in the unit that the variable's name carries. */
interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number within bounds, as text in the environment. */
export const integerOr = (fallback: number, range: Range, meaning: string) =>
  described(z.pipe(z._default(z.string(), String(fallback)), integer(range)), meaning);

/** A whole number as `integerOr` takes it, or undefined when the variable is not set. */
export const optionalInteger = (range: Range, meaning: string) =>
  described(z.optional(integer(range)), meaning);

/** A share as a plain decimal number. @param range within 0 and 1 */
export const shareOr = (fallback: number, range: Range, meaning: string) => {
  const expected = `expected a number from ${range.min} to ${range.max}, such as ${fallback}`;
  return described(
    z.pipe(
      z._default(z.string(), String(fallback)),
      z.pipe(
        z.string().check(z.regex(/^(?:\d|\d?\.\d{1,15})$/, expected)),
        z.pipe(
          z.transform((text: string) => Number(text)),
          z.number().check(z.minimum(range.min, expected), z.maximum(range.max, expected)),
        ),
      ),
    ),
    meaning,
  );
};

/** A switch: `true` or `false`. */
export const flagOr = (fallback: boolean, meaning: string) =>
  described(
    z.pipe(
      z._default(z.enum(['true', 'false'], 'expected "true" or "false"'), fallback ? 'true' : 'false'),
      z.transform((text: 'true' | 'false') => text === 'true'),
    ),
    meaning,
  );

function integer(range: Range) {
  const expected = `expected a whole number from ${range.min} to ${range.max}`;
  return z.pipe(
    z.string(expected).check(z.regex(/^\d{1,15}$/, expected)),
    z.pipe(
      z.transform((text: string) => Number(text)),
      z.int().check(z.minimum(range.min, expected), z.maximum(range.max, expected)),
    ),
  );
}
