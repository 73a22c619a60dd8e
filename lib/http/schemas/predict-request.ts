import * as z from 'zod/mini';

/**
 * Schemas that check prediction requests. This file holds nothing else, because every cold start builds its
 * schemas.
 */

/** Maximum instances in one request. */
export const MAX_INSTANCES = 10_000;
/** Maximum with `explain=true`: each answer then includes the values of all neighbours. */
export const MAX_EXPLAINED_INSTANCES = 100;

export type Instance = readonly unknown[] | Readonly<Record<string, unknown>>;

/**
 * Accepts any row. The model's features check it later, because they know more than a schema can say, and
 * because a zod record drops a feature called `__proto__`.
 */
const anyInstance = z.custom<Instance>(
  (value) => typeof value === 'object' && value !== null,
  'expected an array of values, or an object of values by name',
);

type BodyIssue = z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys;

/** Maximum number of unexpected names that an error lists. */
const LISTED_KEYS = 5;

function describeBodyFault(issue: z.core.$ZodRawIssue<BodyIssue>): string {
  const expected = 'expected {"features": ...} or {"instances": [...]}';
  if (issue.code !== 'unrecognized_keys') return expected;
  const names = issue.keys.slice(0, LISTED_KEYS).map((key) => `"${key.slice(0, 100)}"`);
  return `${expected}, got also ${names.join(', ')}`;
}

/** The body of a request for one prediction. */
export const singleOf = <T extends z.ZodMiniType>(instance: T) =>
  z.strictObject({ features: instance }, { error: describeBodyFault });

/** The body of a request for many predictions. @param when is added to the error for too many instances */
export const batchOf = <T extends z.ZodMiniType>(instance: T, maximum: number, when = '') =>
  z.strictObject(
    {
      instances: z
        .array(instance, 'expected an array of instances')
        .check(
          z.minLength(1, 'expected at least one instance'),
          z.maxLength(maximum, `expected at most ${maximum} instances${when}`),
        ),
    },
    { error: describeBodyFault },
  );

export const singleRequest = singleOf(anyInstance);
export const batchRequest = batchOf(anyInstance, MAX_INSTANCES);
export const explainedBatchRequest = batchOf(anyInstance, MAX_EXPLAINED_INSTANCES, ' with explain=true');

/** The query of a prediction request. */
export const predictParameters = {
  explain: z.optional(z.enum(['true', 'false'], 'expected true or false')),
  version: z.optional(
    z.string().check(z.regex(/^v?[1-9]\d{0,11}$/, 'expected the number of a version, such as 2 or v2')),
  ),
};

/** The query of `GET /health`. */
export const healthParameters = { model: z.optional(z.string()) };
