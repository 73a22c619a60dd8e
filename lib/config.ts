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

/** A variable that must be set and must not be empty, such as a bucket's name. */
export const requiredText = (meaning: string) =>
  z.string(`expected ${meaning}`).check(z.minLength(1, `expected ${meaning}`));

/**
 * A variable that holds a JSON document of the given shape.
 *
 * @param schema must be closed, so that a misspelt key is a fault
 */
export const jsonOr = <T extends z.core.$ZodType>(fallback: string, schema: T) =>
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
  );

/** A variable with a default. */
export const textOr = (fallback: string) => z._default(z.string(), fallback);

/**
 * A whole number, written as text in the environment.
 *
 * @param range both ends included, in the unit that the variable's name carries
 */
export const integerOr = (fallback: number, range: { min: number; max: number }) =>
  z.pipe(z._default(z.string(), String(fallback)), integer(range));

/** A whole number as in `integerOr`, or undefined when the variable is not set. */
export const optionalInteger = (range: { min: number; max: number }) => z.optional(integer(range));

/**
 * A share, written as a plain decimal number.
 *
 * @param range both ends included, within 0 and 1
 */
export const shareOr = (fallback: number, range: { min: number; max: number } = { min: 0, max: 1 }) => {
  const expected = `expected a number from ${range.min} to ${range.max}, such as ${fallback}`;
  return z.pipe(
    z._default(z.string(), String(fallback)),
    z.pipe(
      z.string().check(z.regex(/^(?:\d|\d?\.\d{1,15})$/, expected)),
      z.pipe(
        z.transform((text: string) => Number(text)),
        z.number().check(z.minimum(range.min, expected), z.maximum(range.max, expected)),
      ),
    ),
  );
};

/** A switch: `true` or `false`. */
export const flagOr = (fallback: boolean) =>
  z.pipe(
    z._default(z.enum(['true', 'false'], 'expected "true" or "false"'), fallback ? 'true' : 'false'),
    z.transform((text: 'true' | 'false') => text === 'true'),
  );

function integer(range: { min: number; max: number }) {
  const expected = `expected a whole number from ${range.min} to ${range.max}`;
  return z.pipe(
    z.string(expected).check(z.regex(/^\d{1,15}$/, expected)),
    z.pipe(
      z.transform((text: string) => Number(text)),
      z.number().check(z.minimum(range.min, expected), z.maximum(range.max, expected)),
    ),
  );
}
