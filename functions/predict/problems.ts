import { HttpError } from '../../lib/http/problem.ts';

/** 404: nobody made a model of that name, or could. */
export function unknownModel(model: string): HttpError {
  const message = `There is no model "${model.slice(0, 100)}". Upload a CSV to make it.`;
  return new HttpError(404, 'unknown_model', message);
}

/** 503 with Retry-After. */
export function unavailable(
  code: string,
  message: string,
  retryAfterSeconds: number,
  cause?: unknown,
): HttpError {
  return new HttpError(503, code, message, {
    headers: { 'retry-after': String(retryAfterSeconds) },
    ...(cause === undefined ? {} : { cause }),
  });
}
