import * as z from 'zod/mini';
import {
  batchAnswer,
  explainedAnswer,
  explainedBatchAnswer,
  healthAnswer,
  healthQuery,
  LINEAGE_HEADERS,
  predictionAnswer,
  predictQuery,
  predictRequest,
  REMARK_HEADERS,
} from '../schemas/predict-api.ts';
import PREDICT_EXAMPLES from './examples/predict.json' with { type: 'json' };
import type { HeaderName, Operation, Problems } from './operation.ts';

export const PREDICT_SCHEMAS = {
  PredictionRequest: predictRequest,
  Prediction: predictionAnswer,
  Predictions: batchAnswer,
  ExplainedPrediction: explainedAnswer,
  ExplainedPredictions: explainedBatchAnswer,
  PredictionAnswer: z.union([predictionAnswer, batchAnswer, explainedAnswer, explainedBatchAnswer]),
  Health: healthAnswer,
};

const LINEAGE = Object.keys(LINEAGE_HEADERS) as (keyof typeof LINEAGE_HEADERS)[];

const REMARKS = Object.keys(REMARK_HEADERS) as (keyof typeof REMARK_HEADERS)[];

const NOT_NOW: Problems = {
  when: 'The model has no champion yet, or it cannot be loaded at the moment.',
  codes: ['no_champion', 'unavailable', 'model_size'],
  headers: ['retry-after'],
};

const PREDICTION = {
  tag: 'Predictions',
  query: predictQuery,
  body: 'PredictionRequest',
  answer: {
    description:
      'One prediction for `features`, or a list in the order of the `instances`, and the version that made them; with `explain=true` also why.',
    mediaType: 'application/json',
    schema: 'PredictionAnswer',
    headers: [...LINEAGE, 'x-prediction-id', 'x-model-stale', ...REMARKS] as readonly HeaderName[],
  },
  problems: {
    400: { when: 'The answer would be larger than can be sent.', codes: ['answer_size'] },
    404: {
      when: 'There is no such model, or no such version of it.',
      codes: ['unknown_model', 'unknown_version'],
    },
    410: {
      when: 'The version that was asked for is retired: known within MODEL_REFRESH_SECONDS of the decision.',
      codes: ['version_retired'],
    },
    503: NOT_NOW,
  },
} as const;

/** Operations of the predict function. */
export const PREDICT_OPERATIONS: readonly Operation[] = [
  {
    ...PREDICTION,
    route: 'POST /predict',
    operationId: 'predict',
    summary: 'Predict with the default model',
    description:
      'Answers with the champion of the model `default`, or with the version that the query names. Send one row as `features`, or up to 10,000 as `instances` (100 with `explain=true`); one bad instance fails all, with its path.',
    examples: PREDICT_EXAMPLES['POST /predict'],
  },
  {
    ...PREDICTION,
    route: 'POST /models/{model}/predict',
    operationId: 'predictWithModel',
    summary: 'Predict with a model',
    description: 'As `POST /predict`, with the model that the path names.',
    examples: PREDICT_EXAMPLES['POST /models/{model}/predict'],
  },
  {
    route: 'GET /health',
    operationId: 'health',
    tag: 'Operation',
    summary: 'Say whether the default model can answer',
    description:
      'Ready when the model has a champion whose artifact is there; else a problem that says why not. Of other models than `default` it tells only where the server asks for no tokens: elsewhere ask `GET /models/{model}`.',
    query: healthQuery,
    answer: { description: 'The model can answer.', mediaType: 'application/json', schema: 'Health' },
    problems: {
      401: {
        when: 'Another model than `default` was asked for, where tokens are required.',
        codes: ['unauthorized'],
        headers: ['www-authenticate'],
      },
      404: { when: 'There is no such model.', codes: ['unknown_model'] },
      503: NOT_NOW,
    },
    examples: PREDICT_EXAMPLES['GET /health'],
  },
];
