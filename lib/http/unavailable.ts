import { HttpError } from './problem.ts';

/** An HTTP 503 error with Retry-After. */
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
