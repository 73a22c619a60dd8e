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
  versionQuery,
} from '../schemas/predict-api.ts';
import { schemaAnswer } from '../schemas/protocols-api.ts';
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
  ModelSchema: schemaAnswer,
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
  bodies: {
    'text/csv': {
      type: 'string',
      description:
        "One row a line, with a header in any order, or with the features in theirs; in the dialect of the model's own file, or of any other that shows it.",
    },
    'application/x-ndjson': {
      type: 'string',
      description: 'One row a line, by place or by name, or as `{"features": row}`.',
    },
    'multipart/form-data': {
      type: 'string',
      description: 'One file of CSV, of lines of JSON, or of JSON, as `curl -F file=@rows.csv` sends it.',
    },
  },
  answer: {
    description:
      'One prediction for `features`, or a list in the order of the `instances`, and the version that made them; with `explain=true` also why.',
    mediaType: 'application/json',
    schema: 'PredictionAnswer',
    headers: [...LINEAGE, 'x-prediction-id', 'x-model-stale', ...REMARKS] as readonly HeaderName[],
    others: {
      'text/csv': {
        type: 'string',
        description:
          'Prediction and confidence of each row, with a header; behind the row itself with `join=input`.',
      },
      'application/x-ndjson': {
        type: 'string',
        description: 'One prediction a line; with `join=input` the row as `input`.',
      },
    },
  },
  problems: {
    400: {
      when: 'The body is no table of the model; or the answer would be larger than can be sent.',
      codes: ['csv', 'form', 'answer_size'],
    },
    404: {
      when: 'There is no such model, or no such version or alias of it.',
      codes: ['unknown_model', 'unknown_version', 'unknown_alias'],
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
      'Answers with the champion of the model `default`, or with the version that the query names, by number or by alias. Send one row as `features`, or up to 10,000 as `instances` (100 with `explain=true`), as CSV, or one JSON a line; one bad instance fails all, with its path or line. The answer is in the form of the request, or in the one that `Accept` names.',
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
    route: 'GET /models/{model}/schema',
    operationId: 'modelSchema',
    tag: 'Predictions',
    summary: 'Say what a model takes and gives, for programs',
    description:
      'JSON Schemas (draft 2020-12) of one row of a request and of the answer to it, of the champion or of any version.',
    query: versionQuery,
    answer: {
      description: 'The schemas.',
      mediaType: 'application/json',
      schema: 'ModelSchema',
    },
    problems: {
      400: { when: 'The schemas would be larger than can be sent.', codes: ['answer_size'] },
      404: PREDICTION.problems[404],
      410: PREDICTION.problems[410],
      503: NOT_NOW,
    },
    examples: PREDICT_EXAMPLES['GET /models/{model}/schema'],
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
