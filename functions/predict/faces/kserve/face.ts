import * as z from 'zod/mini';
import { HttpError } from '../../../../lib/http/problem.ts';
import { readQuery } from '../../../../lib/http/query.ts';
import { parseJsonBytes, readBytes, validate } from '../../../../lib/http/request.ts';
import { batchOf, MAX_INSTANCES, versionParameters } from '../../../../lib/http/schemas/predict-request.ts';
import { type HttpAnswer, json } from '../../../../lib/http/stack.ts';
import { shown } from '../../../../lib/text-safety.ts';
import { predictor } from '../../predict.ts';
import { askedOf, checkName, type PredictionService } from '../../prediction-service.ts';
import { readInstances } from '../../read-instances.ts';
import { sizedAnswer } from '../../sized-answer.ts';
import { errorText, type Face, type FaceRequest } from '../face.ts';

/** The protocol has no pages: who has more models asks `GET /models`. */
const MAX_NAMES = 1000;

/**
 * KServe's first protocol, which is TensorFlow Serving's:
 * https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol
 */
export const face: Face<'kserve-v1'> = {
  answers: {
    'GET /v1/models': async ({ event, caller }, service) => {
      readQuery(event.rawQueryString, {});
      return json(200, { models: await service.names(MAX_NAMES, caller) });
    },
    'GET /v1/models/{model}': async ({ event }, service) => {
      readQuery(event.rawQueryString, {});
      const { facts } = await service.model(event.pathParameters?.model ?? '');
      return json(200, { name: facts.model, ready: true });
    },
    'POST /v1/models/{model}': predict,
  },
  wordError: (problem) => ({ status: problem.status, body: { error: errorText(problem) } }),
};

const request = batchOf(z.unknown(), MAX_INSTANCES);

async function predict({ event, startedMs }: FaceRequest, service: PredictionService): Promise<HttpAnswer> {
  const asked = askedOf(readQuery(event.rawQueryString, versionParameters));
  const name = namedModel(event.pathParameters?.model ?? '');
  checkName(name);
  const { instances } = validate(request, parseJsonBytes(readBytes(event, service.maxBodyBytes)));
  const served = await service.model(name, asked);
  const { model } = served;
  const rows = readInstances(
    instances.map((instance, i) => [`instances[${i}]`, instance]),
    model,
  );
  return service.answer({ route: 'kserve-v1', startedMs, served, isBatch: true }, (watch) => {
    const predictions = rows.map(predictor(model, watch)).map(({ prediction }) => prediction);
    return sizedAnswer({ predictions }, {});
  });
}

/** The model in `iris:predict`. @throws HttpError 404 for anything else that may be asked of a model */
function namedModel(call: string): string {
  const [name = '', verb, ...others] = call.split(':');
  if (verb === 'predict' && others.length === 0) return name;
  const message = `There is nothing at ${shown(call)}: a model is asked by POST /v1/models/<model>:predict.`;
  throw new HttpError(404, 'not_found', message);
}
