import * as z from 'zod/mini';

type Instance = readonly unknown[] | Readonly<Record<string, unknown>>;

export const MAX_INSTANCES = 10_000;

/**
 * The values themselves are held against the model's features, which says more than a schema can. Not a zod record: that
 * drops the name `__proto__`, which a column may have.
 */
export const instance = z.custom<Instance>(
  (value) => typeof value === 'object' && value !== null,
  'expected an array of values, or an object of values by name',
);

export const single = z.strictObject({ features: instance }, { error: describeBodyFault });
export const batch = z.strictObject(
  {
    instances: z
      .array(instance, 'expected an array of instances')
      .check(
        z.minLength(1, 'expected at least one instance'),
        z.maxLength(MAX_INSTANCES, `expected at most ${MAX_INSTANCES} instances`),
      ),
  },
  { error: describeBodyFault },
);

type BodyIssue = z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys;

function describeBodyFault(issue: z.core.$ZodRawIssue<BodyIssue>): string {
  const expected = 'expected {"features": ...} or {"instances": [...]}';
  if (issue.code !== 'unrecognized_keys') return expected;
  return `${expected}, got also ${issue.keys.map((key) => `"${key.slice(0, 100)}"`).join(', ')}`;
}

const modelVersion = z.string().check(z.regex(/^v[1-9]\d*$/));
const confidence = z.number().check(z.minimum(0), z.maximum(1));
const prediction = z.object({ prediction: z.string(), confidence });

export const singleAnswer = z.object({ prediction: z.string(), confidence, model_version: modelVersion });
export const batchAnswer = z.object({ predictions: z.array(prediction), model_version: modelVersion });

export const healthAnswer = z.object({
  status: z.enum(['ready']),
  model_version: modelVersion,
  code_version: z.string(),
});
