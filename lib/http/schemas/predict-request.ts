import * as z from 'zod/mini';

/**
 * What requests for predictions are held against while they are served: no more than that, since each schema
 * is a part of every start.
 */

/** Instances in one request. */
export const MAX_INSTANCES = 10_000;
/** With `explain=true`: every instance brings all its neighbours' values along. */
export const MAX_EXPLAINED_INSTANCES = 100;

export type Instance = readonly unknown[] | Readonly<Record<string, unknown>>;

/**
 * A row is held against the model's features, which says more than a schema can, and takes a feature called
 * `__proto__`, which a zod record drops.
 */
const anyInstance = z.custom<Instance>(
  (value) => typeof value === 'object' && value !== null,
  'expected an array of values, or an object of values by name',
);

type BodyIssue = z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys;

/** Of the names that a body should not have. */
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

/** The body of a request for many. @param when is added to what is said of too many */
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
