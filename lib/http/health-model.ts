import { DEFAULT_MODEL, isModelName } from '../names.ts';
import { mayPredict } from './access.ts';
import { HttpError } from './problem.ts';
import { readQuery } from './query.ts';
import { healthParameters } from './schemas/predict-request.ts';
import type { HttpRequest } from './stack.ts';
import { unknownModel } from './unknown-model.ts';

/**
 * The model of which a request for `GET /health` asks. The route is open: who may not predict with a
 * model is told of the default one only, so that nobody learns which other models exist, or makes a
 * function look for them.
 *
 * @throws HttpError 401 for another model than the default one, 404 for an invalid name
 */
export function healthModelOf({ event, caller }: HttpRequest): string {
  const { model = DEFAULT_MODEL } = readQuery(event.rawQueryString, healthParameters);
  if (model !== DEFAULT_MODEL && !mayPredict(caller, model)) throw defaultOnly();
  if (!isModelName(model)) throw unknownModel(model);
  return model;
}

function defaultOnly(): HttpError {
  const message = `Without a token this tells of the model "${DEFAULT_MODEL}" only. GET /models/{model}, with a token of the scope "read", tells of any other.`;
  return new HttpError(401, 'unauthorized', message, {
    headers: { 'www-authenticate': 'Bearer scope="predict"' },
  });
}
