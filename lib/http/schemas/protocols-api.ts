import * as z from 'zod/mini';
import { MAX_INSTANCES } from './predict-request.ts';

/** Schemas of the protocols that others made, for the document. The handlers read requests by hand. */

const said = (text: string) => z.describe(text);

const featureValue = z.nullable(z.union([z.number(), z.string(), z.boolean()]));
const row = z.union([z.array(featureValue), z.record(z.string(), featureValue)]);
const rows = z.array(row).check(z.minLength(1), z.maxLength(MAX_INSTANCES));

/** The body of an error of KServe's protocols. */
export const protocolError = z.strictObject({ error: z.string() });

export const serverMetadata = z.strictObject({
  name: z.string(),
  version: z.string().check(said('The version of the code.')),
  extensions: z.array(z.string()),
});
export const serverLive = z.strictObject({ live: z.literal(true) });
export const serverReady = z.strictObject({ ready: z.literal(true) });
export const modelReady = z.strictObject({ name: z.string(), ready: z.literal(true) });

const datatype = z.string().check(z.regex(/^(BOOL|U?INT(8|16|32|64)|FP(32|64)|BYTES)$/));
const tensorMetadata = z.strictObject({
  name: z.string(),
  datatype,
  shape: z.array(z.int()).check(said('-1 stands for any number of rows.')),
});

export const modelMetadata = z.strictObject({
  name: z.string(),
  versions: z.array(z.string()).check(said('The version that answers; others are asked for by number.')),
  platform: z.string(),
  inputs: z.array(tensorMetadata).check(said('A tensor for each feature.')),
  outputs: z.array(tensorMetadata),
  properties: z
    .record(z.string(), z.string())
    .check(said('The label, and as JSON the classes in the order of the probabilities.')),
});

const parameters = z.optional(z.record(z.string(), z.unknown()));
const element = z.nullable(z.union([z.number(), z.string(), z.boolean()]));
const elements = z.array(z.union([element, z.array(element)]));
const shape = z.array(z.int().check(z.minimum(0))).check(z.minLength(1), z.maxLength(2));

export const inferRequest = z.object({
  id: z.optional(z.string()),
  parameters,
  inputs: z
    .array(z.object({ name: z.string(), shape, datatype, parameters, data: z.optional(elements) }))
    .check(
      z.minLength(1),
      said('A tensor for each feature, or one of shape [rows, features]. null is a gap.'),
    ),
  outputs: z.optional(
    z
      .array(z.object({ name: z.enum(['label', 'confidence', 'probabilities']), parameters }))
      .check(said('All three, if none is chosen.')),
  ),
});

export const inferAnswer = z.strictObject({
  model_name: z.string(),
  model_version: z.string(),
  id: z.optional(z.string()),
  outputs: z.array(
    z.strictObject({
      name: z.string(),
      datatype,
      shape,
      data: z.optional(z.array(z.union([z.number(), z.string()]))),
      parameters: z.optional(z.strictObject({ binary_data_size: z.int() })),
    }),
  ),
});

export const modelNames = z.strictObject({
  models: z.array(z.string()).check(said('The first 1,000, in the order of their names.')),
});
export const kserveRequest = z.strictObject({ instances: rows });
export const kserveAnswer = z.strictObject({ predictions: z.array(z.string()).check(said('The labels.')) });

const invocationParams = z.optional(
  z.nullable(
    z
      .looseObject({
        version: z.optional(z.union([z.int(), z.string()])),
        confidence: z.optional(z.boolean()),
      })
      .check(
        said('`version` pins one; `confidence` makes each prediction an object. Anything else is ignored.'),
      ),
  ),
);
const split = z.object({ columns: z.optional(z.array(z.unknown())), data: z.array(z.array(featureValue)) });
const columns = z.record(z.string(), z.array(z.unknown()));
const rowOrFeatures = z.union([row, z.object({ features: row })]);

/** A body has exactly one of the forms. */
export const invocationRequest = z.union([
  z.object({ dataframe_split: split, params: invocationParams }),
  z.object({ dataframe_records: z.array(z.record(z.string(), featureValue)), params: invocationParams }),
  z.object({ instances: z.array(rowOrFeatures), params: invocationParams }),
  z.object({ inputs: z.union([rows, columns]), params: invocationParams }),
  z.object({ features: row }),
]);

export const invocationAnswer = z.strictObject({
  predictions: z
    .union([z.array(z.string()), z.array(z.strictObject({ prediction: z.string(), confidence: z.number() }))])
    .check(said('The labels; with `params.confidence` each beside its confidence.')),
});

export const pingAnswer = z.strictObject({});

export const mlflowError = z.strictObject({ error_code: z.string(), message: z.string() });

/** What a client of SageMaker reads: the type is in `x-amzn-errortype`. */
export const sagemakerError = z.union([
  z.strictObject({ Message: z.string() }),
  z.strictObject({
    ErrorCode: z.string(),
    Message: z.string(),
    OriginalMessage: z.string(),
    OriginalStatusCode: z.int(),
    LogStreamArn: z.string(),
  }),
]);

const jsonSchema = z.looseObject({ $schema: z.string() });

/** The answer of `GET /models/{model}/schema`. */
export const schemaAnswer = z.strictObject({
  model: z.string(),
  model_version: z.string(),
  instance: jsonSchema.check(said('JSON Schema 2020-12 of one row of a request.')),
  answer: jsonSchema.check(said('JSON Schema 2020-12 of the answer to one row.')),
});
