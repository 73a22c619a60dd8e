import type { Model, Prediction, PredictionObserver } from '../../lib/classifier/model.ts';
import { validate } from '../../lib/http/request.ts';
import type { ExplainedPrediction } from '../../lib/http/schemas/predict-api.ts';
import {
  batchRequest,
  explainedBatchRequest,
  type Instance,
  singleRequest,
} from '../../lib/http/schemas/predict-request.ts';
import { AnswerSize, explain } from './explain.ts';
import { readInstances } from './read-instances.ts';

/** The body of an answer: one prediction with its confidence, or a list of them, and the version that made them. */
export type PredictionAnswer<T extends Prediction = Prediction> = (
  | T
  | { readonly predictions: readonly T[] }
) & {
  readonly model_version: string;
};

/**
 * Answers `{"features": ...}` or `{"instances": [...]}` with one named version.
 *
 * @param body the parsed JSON of the request.
 * @param observer is told of each prediction
 * @throws HttpError 400 naming the path of each fault; one bad instance fails all.
 */
export function predict(
  body: unknown,
  model: Model,
  version: number,
  observer?: PredictionObserver,
): PredictionAnswer {
  const model_version = `v${version}`;
  if (isBatch(body)) {
    const { instances } = validate(batchRequest, body);
    const predictions = rowsOfBatch(instances, model).map((values) => model.predict(values, observer));
    return { predictions, model_version };
  }
  return { ...model.predict(rowOfSingle(body, model), observer), model_version };
}

/**
 * Answers as `predict` does, and says why: see explainedAnswer.
 *
 * @throws HttpError 400 as `predict` does; 400 `answer_size` as soon as the answer cannot be sent
 */
export function predictExplained(
  body: unknown,
  model: Model,
  version: number,
  observer?: PredictionObserver,
): PredictionAnswer<ExplainedPrediction> {
  const model_version = `v${version}`;
  const size = new AnswerSize();
  if (isBatch(body)) {
    const { instances } = validate(explainedBatchRequest, body);
    const predictions = rowsOfBatch(instances, model).map((values) => explain(values, model, size, observer));
    return { predictions, model_version };
  }
  return { ...explain(rowOfSingle(body, model), model, size, observer), model_version };
}

const isBatch = (body: unknown) => typeof body === 'object' && body !== null && 'instances' in body;

function rowsOfBatch(instances: readonly Instance[], model: Model) {
  return readInstances(
    instances.map((given, i) => [`instances[${i}]`, given]),
    model,
  );
}

function rowOfSingle(body: unknown, model: Model) {
  const { features } = validate(singleRequest, body);
  return readInstances([['features', features]], model)[0]!;
}
