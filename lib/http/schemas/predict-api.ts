import * as z from 'zod/mini';
import {
  batchOf,
  healthParameters,
  MAX_INSTANCES,
  predictParameters,
  singleOf,
  tableParameters,
} from './predict-request.ts';

/** A feature's value in an answer. */
const shownValue = z.nullable(z.union([z.number(), z.string()]));

/** A feature's value in a request: null is a gap. Booleans stand for the categories true and false. */
const featureValue = z.nullable(z.union([z.number(), z.string(), z.boolean()]));

/** One row, as far as a schema can describe it. The model's features decide the rest. */
const instance = z
  .union([z.array(featureValue), z.record(z.string(), featureValue)])
  .check(
    z.describe(
      'Values in the order of the features, or by name; null is a gap. By name, the label and columns that the model does not use may be there.',
    ),
  );

/** The bodies of a prediction request. */
export const predictRequest = z.union([singleOf(instance), batchOf(instance, MAX_INSTANCES)]);

const version = predictParameters.version.check(
  z.describe('Answers from this version, by its number, instead of the champion.'),
);

const alias = predictParameters.alias.check(
  z.describe('Answers from the version that this alias names. Not together with `version`.'),
);

/** The query of a request that may name a version, and nothing else. */
export const versionQuery = z.strictObject({ version, alias });

/** The query of a prediction request. */
export const predictQuery = z.strictObject({
  explain: predictParameters.explain.check(
    z.describe('Adds why: probabilities, vote share, neighbours and novelty of each prediction.'),
  ),
  version,
  alias,
  join: tableParameters.join.check(
    z.describe('Writes each row in front of its prediction: for answers in CSV or in lines of JSON only.'),
  ),
});

/** The query of `GET /health`. */
export const healthQuery = z.strictObject({
  model: healthParameters.model.check(
    z.describe('The model whose state is asked for: "default", unless the server asks for no tokens.'),
  ),
});

const share = z.number().check(z.minimum(0), z.maximum(1));
const modelVersion = z.string().check(z.regex(/^v[1-9]\d*$/));

const predictionFields = {
  prediction: z.string().check(z.describe('The predicted class.')),
  confidence: share.check(
    z.describe(
      'How often answers like this one were right on rows that the model had not seen; never 0 or 1.',
    ),
  ),
};

const explanationFields = {
  vote_share: share.check(
    z.describe(
      'The share of the votes of the neighbours for the prediction, as they were cast, before balance and calibration.',
    ),
  ),
  probabilities: z
    .array(z.strictObject({ label: z.string(), probability: share }))
    .check(z.describe('Of every class, in the order of the classes; they sum to 1.')),
  neighbours: z
    .array(
      z.strictObject({
        label: z.string(),
        distance: z.number().check(z.minimum(0), z.describe('In the space of the model.')),
        values: z.record(z.string(), shownValue).check(z.describe('As they stood in the data, by feature.')),
        written: z.optional(
          z
            .record(z.string(), z.string())
            .check(
              z.describe('Numbers as the file writes them, by feature, where these are no plain decimals.'),
            ),
        ),
      }),
    )
    .check(z.describe('The training rows that the answer rests on, nearest first.')),
  novelty: z
    .strictObject({
      distance: z
        .number()
        .check(z.minimum(0), z.describe('Mean distance to the neighbours, in the space of the model.')),
      threshold: z
        .number()
        .check(z.minimum(0), z.describe('The distance that 99 of 100 training rows do not exceed.')),
      percentile: share.check(
        z.describe('Share of the training rows that lie nearer to their own neighbours than this row does.'),
      ),
      is_novel: z.boolean().check(z.describe('Whether the distance exceeds the threshold.')),
    })
    .check(z.describe('How far outside the training data the row lies.')),
  unseen: z
    .strictObject({
      categories: z
        .array(z.strictObject({ feature: z.string(), value: z.string() }))
        .check(z.describe('Texts that were no category of their feature, cut to 128 characters.')),
      gaps: z
        .array(z.string())
        .check(
          z.describe(
            'Features without a value that had one in every row of the data: the median stands in for a number.',
          ),
        ),
    })
    .check(z.describe('What was accepted though training did not see it.')),
  ignored: z
    .array(z.string())
    .check(z.describe('Members of the row that the model does not use: the label, and ignored columns.')),
};

/** The answer to `{"features": ...}`. */
export const predictionAnswer = z.strictObject({ ...predictionFields, model_version: modelVersion });

/** The answer to `{"instances": [...]}`, in the order of the instances. */
export const batchAnswer = z.strictObject({
  predictions: z.array(z.strictObject(predictionFields)),
  model_version: modelVersion,
});

/** The same with `explain=true`. */
export const explainedAnswer = z.strictObject({
  ...predictionFields,
  ...explanationFields,
  model_version: modelVersion,
});

export const explainedBatchAnswer = z.strictObject({
  predictions: z.array(z.strictObject({ ...predictionFields, ...explanationFields })),
  model_version: modelVersion,
});

export type ExplainedPrediction = z.infer<typeof explainedBatchAnswer>['predictions'][number];

/** The body of `GET /health` when the model can answer. */
export const healthAnswer = z.strictObject({
  status: z.literal('ready'),
  model: z.string(),
  model_version: modelVersion,
  code_version: z.string(),
  stale: z.optional(
    z
      .literal(true)
      .check(z.describe('The registry did not confirm the version within MODEL_REFRESH_SECONDS.')),
  ),
  newest_upload: z.optional(
    z
      .strictObject({
        status: z.enum(['refused', 'failed', 'training_failed']),
        reason: z.optional(
          z.string().check(z.describe('Why, and what to do. Told only to callers with the scope `predict`.')),
        ),
      })
      .check(
        z.describe(
          'The newest upload of the model came to nothing, so the champion is of an earlier one. Absent otherwise. At most 30 seconds old.',
        ),
      ),
  ),
});

/**
 * Headers of every prediction: the version that answered, and its origin. All are printable ASCII.
 */
export const LINEAGE_HEADERS = {
  'x-model-name': 'The model.',
  'x-model-version': 'The version that answered, such as v3.',
  'x-model-artifact': 'The sha256 of the artifact that answered, in hexadecimal.',
  'x-model-dataset': 'The sha256 of the data set that it was trained on, in hexadecimal.',
  'x-model-code-version':
    'The version of the code that trained it, percent-encoded where it is not plain ASCII.',
} as const;

/** This header is `true` when the model may be more than MODEL_REFRESH_SECONDS out of date. */
export const STALE_HEADERS = {
  'x-model-stale':
    'true when the registry did not confirm within MODEL_REFRESH_SECONDS that the version is the champion, or that the one asked for is not retired.',
} as const;

/**
 * Headers for accepted values that training did not see, and for members that the model does not use.
 * Printable ASCII, at most 1,000 characters.
 */
export const REMARK_HEADERS = {
  'x-unseen-categories':
    'Texts that training did not see, as `feature=text`, percent-encoded and separated by commas; in a batch each with `;count=` and the number of its rows. At most 10 are listed; `+3` at the end stands for three more.',
  'x-unseen-gaps':
    'Features without a value that had one in every row of the data, in the same form without the text.',
  'x-ignored-columns':
    'What rows held that the model does not use, the label or ignored columns, in the same form.',
} as const;

/** Header of every prediction: the id that feedback uses to name the prediction. */
export const PREDICTION_ID_HEADERS = {
  'x-prediction-id':
    'The id of the prediction, or of the batch: of an instance, `.` and its position from 0 are added. It ends in `-unlogged` where it is not in the log, so that no label can be joined to it.',
} as const;
