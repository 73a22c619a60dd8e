import * as z from 'zod/mini';
import { batch, batchAnswer, healthAnswer, instance, single, singleAnswer } from '../schemas/predict-api.ts';
import type { JsonSchema } from './json-schemas.ts';
import type { Operation, Problems } from './operation.ts';

const predictionRequest = z.union([single, batch]);
const predictionAnswer = z.union([singleAnswer, batchAnswer]);

export const PREDICT_SCHEMAS = {
  Instance: instance,
  PredictionRequest: predictionRequest,
  PredictionAnswer: predictionAnswer,
  Health: healthAnswer,
};

/** What the schemas that check by code take. */
export const PREDICT_DESCRIPTIONS = new Map<z.core.$ZodType, JsonSchema>([
  [
    instance,
    {
      description:
        "One row: its values in the order of the model's features, or an object of them by name. A numeric feature takes a number, a categorical one a text; null where the training data had gaps.",
      anyOf: [
        { type: 'array', items: { type: ['number', 'string', 'null'] } },
        { type: 'object', additionalProperties: { type: ['number', 'string', 'null'] } },
      ],
    },
  ],
]);

const MODEL_PROBLEMS: Readonly<Record<number, Problems>> = {
  404: { when: 'There is no such model.', codes: ['unknown_model'] },
  503: {
    when: 'The model has no champion yet, or none can be loaded at the moment.',
    codes: ['unavailable'],
    headers: ['Retry-After'],
  },
};

const PREDICTION = {
  tag: 'Predictions',
  body: 'PredictionRequest',
  answer: {
    description:
      'One prediction, or a list of them in the order of the instances, and the version that made them.',
    mediaType: 'application/json',
    schema: 'PredictionAnswer',
    headers: ['X-Model-Stale'],
  },
  problems: MODEL_PROBLEMS,
} as const;

const IRIS = [5.1, 3.5, 1.4, 0.2];

export const PREDICT_OPERATIONS: readonly Operation[] = [
  {
    ...PREDICTION,
    route: 'POST /predict',
    operationId: 'predict',
    summary: 'Predict with the default model',
    description:
      'Answers with the champion of the model `default`. Send one row as `features`, or up to 10,000 as `instances`; one bad instance fails all, with its path.',
    examples: [
      {
        name: 'iris',
        summary: 'One iris, its values in the order of the features',
        path: '/predict',
        body: { features: IRIS },
        status: 200,
        answer: { prediction: 'setosa', confidence: 0.9961538461538462, model_version: 'v1' },
      },
      {
        name: 'iris_by_name',
        summary: 'The same iris, its values by name',
        path: '/predict',
        body: { features: { petal_length: 1.4, petal_width: 0.2, sepal_length: 5.1, sepal_width: 3.5 } },
        status: 200,
        answer: { prediction: 'setosa', confidence: 0.9961538461538462, model_version: 'v1' },
      },
      {
        name: 'iris_batch',
        summary: 'Two irises',
        path: '/predict',
        body: { instances: [IRIS, [6.3, 3.3, 6, 2.5]] },
        status: 200,
        answer: {
          predictions: [
            { prediction: 'setosa', confidence: 0.9961538461538462 },
            { prediction: 'virginica', confidence: 0.9961538461538462 },
          ],
          model_version: 'v1',
        },
      },
      {
        name: 'text_for_a_number',
        summary: 'A text where the model has a number',
        path: '/predict',
        body: { features: [5.1, '3.5', 1.4, 0.2] },
        status: 400,
        answer: {
          type: 'about:blank',
          title: 'Bad Request',
          status: 400,
          detail: 'features[1]: "sepal_width": expected a number, got a value of type string',
          code: 'invalid_request',
          request_id: 'JKJaXmPLvHcESHA=',
          errors: [
            { path: 'features[1]', message: '"sepal_width": expected a number, got a value of type string' },
          ],
        },
      },
    ],
  },
  {
    ...PREDICTION,
    route: 'POST /models/{model}/predict',
    operationId: 'predictWithModel',
    summary: 'Predict with a model',
    description: 'As `POST /predict`, with the champion of the model that the path names.',
    examples: [
      {
        name: 'penguin',
        summary: 'One penguin whose sex is not known',
        path: '/models/penguins/predict',
        body: {
          features: {
            island: 'Biscoe',
            bill_length_mm: 46.1,
            bill_depth_mm: 13.2,
            flipper_length_mm: 211,
            body_mass_g: 4500,
            sex: null,
          },
        },
        status: 200,
        answer: { prediction: 'Gentoo', confidence: 0.9959677419354839, model_version: 'v1' },
      },
      {
        name: 'unknown_model',
        summary: 'A model that does not exist',
        path: '/models/unicorns/predict',
        body: { features: [1] },
        status: 404,
        answer: {
          type: 'about:blank',
          title: 'Not Found',
          status: 404,
          detail: 'There is no model "unicorns". Upload a CSV to make it.',
          code: 'unknown_model',
          request_id: 'JKJaXmPLvHcESHA=',
        },
      },
    ],
  },
  {
    route: 'GET /health',
    operationId: 'health',
    tag: 'Operation',
    summary: 'Say whether the default model can answer',
    description:
      'Ready when the champion of the model `default` is loaded; else a problem that says why not.',
    answer: {
      description: 'The default model can answer.',
      mediaType: 'application/json',
      schema: 'Health',
    },
    problems: MODEL_PROBLEMS,
    examples: [
      {
        name: 'ready',
        summary: 'Ready',
        path: '/health',
        status: 200,
        answer: { status: 'ready', model_version: 'v1', code_version: 'local' },
      },
    ],
  },
];
