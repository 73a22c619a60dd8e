import type { Model, Prediction, PredictionObserver } from '../../lib/classifier/model.ts';
import { validate } from '../../lib/http/request.ts';
import type { ExplainedPrediction } from '../../lib/http/schemas/predict-api.ts';
import {
  batchRequest,
  explainedBatchRequest,
  singleRequest,
} from '../../lib/http/schemas/predict-request.ts';
import { AnswerSize, explain } from './explain.ts';
import type { TakePrediction } from './prediction-log.ts';
import { type ReadRow, readInstances } from './read-instances.ts';
import type { RowRemarks } from './row-remarks.ts';

/** The body of an answer: one prediction with its confidence, or a list of predictions, and the version. */
export type PredictionAnswer<T extends Prediction = Prediction> = (
  | T
  | { readonly predictions: readonly T[] }
) & {
  readonly model_version: string;
};

/** Callbacks for predictions: to sum them up and to log them. */
export interface PredictionWatch {
  readonly observer?: PredictionObserver;
  /** Called with each prediction and its position in a batch. */
  readonly take?: TakePrediction | undefined;
  /** Called with the remarks on each row. */
  readonly remark?: (remarks: RowRemarks) => void;
}

/**
 * Answers `{"features": ...}` or `{"instances": [...]}` with one named version.
 *
 * @param body the parsed JSON of the request
 * @param watch is called with each prediction
 * @throws HttpError 400 naming the path of each fault; one bad instance fails all
 */
export function predict(
  body: unknown,
  model: Model,
  version: number,
  watch: PredictionWatch = {},
): PredictionAnswer {
  const model_version = `v${version}`;
  const predictOne = predictor(model, watch);
  if (isBatch(body)) {
    const { instances } = validate(batchRequest, body);
    return { predictions: rowsOfBatch(instances, model).map(predictOne), model_version };
  }
  return { ...predictOne(rowOfSingle(body, model)), model_version };
}

/** Predicts rows that were read, in order. Its functions take a row and its place in a batch. */
export const predictor = (model: Model, watch: PredictionWatch) =>
  watched(({ values }: ReadRow) => model.predict(values, watch.observer), watch);

/** The same with the probability of every class. */
export const probabilityPredictor = (model: Model, watch: PredictionWatch) =>
  watched(({ values }: ReadRow) => model.predictProbabilities(values, watch.observer), watch);

/** The same with the reasons. @throws HttpError 400 `answer_size` as soon as all answers are too large */
export function explainer(model: Model, watch: PredictionWatch) {
  const size = new AnswerSize();
  return watched((row: ReadRow) => explain(row, model, size, watch.observer), watch);
}

/** Passes on each prediction. */
function watched<T extends Prediction>(predictOne: (row: ReadRow) => T, { take, remark }: PredictionWatch) {
  return (row: ReadRow, index?: number): T => {
    const prediction = predictOne(row);
    take?.(row.values, prediction, index);
    remark?.(row.remarks);
    return prediction;
  };
}

/**
 * Answers as `predict` does, with the reasons: see explain.
 *
 * @throws HttpError 400 as `predict` does; 400 `answer_size` as soon as the answer is too large
 */
export function predictExplained(
  body: unknown,
  model: Model,
  version: number,
  watch: PredictionWatch = {},
): PredictionAnswer<ExplainedPrediction> {
  const model_version = `v${version}`;
  const explainOne = explainer(model, watch);
  if (isBatch(body)) {
    const { instances } = validate(explainedBatchRequest, body);
    return { predictions: rowsOfBatch(instances, model).map(explainOne), model_version };
  }
  return { ...explainOne(rowOfSingle(body, model)), model_version };
}

/** Whether a body asks for a batch of predictions. */
export const isBatch = (body: unknown) => typeof body === 'object' && body !== null && 'instances' in body;

function rowsOfBatch(instances: readonly unknown[], model: Model) {
  return readInstances(
    instances.map((given, i) => [`instances[${i}]`, given]),
    model,
  );
}

const rowOfSingle = (body: unknown, model: Model) =>
  readInstances([['features', singleBody(body)]], model)[0]!;

/** The row of a body that asks for one prediction. @throws HttpError 400 for any other body */
export const singleBody = (body: unknown) => validate(singleRequest, body).features;
