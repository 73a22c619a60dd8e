import * as z from 'zod/mini';
import { aliasName } from './alias-name.ts';
import { bodyFault } from './body-fault.ts';

/**
 * Schemas that check prediction requests. This file holds nothing else, because every cold start builds its
 * schemas.
 */

/** Maximum instances in one request. */
export const MAX_INSTANCES = 10_000;
/** Maximum with `explain=true`: each answer then includes the values of all neighbours. */
export const MAX_EXPLAINED_INSTANCES = 100;

export type Instance = readonly unknown[] | Readonly<Record<string, unknown>>;

export const EXPECTED_INSTANCE = 'expected an array of values, or an object of values by name';

export const isInstance = (value: unknown): value is Instance => typeof value === 'object' && value !== null;

/**
 * Accepts any row. The model's features check it later, because they know more than a schema can say, and
 * because a zod record drops a feature called `__proto__`.
 */
const anyInstance = z.custom<Instance>(isInstance, EXPECTED_INSTANCE);

const describeBodyFault = bodyFault('{"features": ...} or {"instances": [...]}');

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
/** Rows are checked by the reader of rows, which stops after MAX_FAULTS. A schema would list each bad one. */
export const batchRequest = batchOf(z.unknown(), MAX_INSTANCES);
export const explainedBatchRequest = batchOf(z.unknown(), MAX_EXPLAINED_INSTANCES, ' with explain=true');

/** The parameters by which a query asks for another version than the champion. */
export const versionParameters = {
  version: z.optional(
    z.string().check(z.regex(/^v?[1-9]\d{0,11}$/, 'expected the number of a version, such as 2 or v2')),
  ),
  alias: z.optional(aliasName),
};

/** The query of a prediction request. */
export const predictParameters = {
  explain: z.optional(z.enum(['true', 'false'], 'expected true or false')),
  ...versionParameters,
};

/** The query of a prediction request that sends or wants a table. */
export const tableParameters = {
  ...predictParameters,
  join: z.optional(z.enum(['input'], 'expected input')),
};

/** The query of `GET /health`. */
export const healthParameters = { model: z.optional(z.string()) };
