import type { Problem } from '../../../lib/http/problem.ts';
import type { HttpAnswer, HttpRequest, WordedError } from '../../../lib/http/stack.ts';
import type { RouteOf } from '../../../lib/routes.ts';
import type { PredictionService } from '../prediction-service.ts';

/** The routes of this API's own protocol. */
export type PlainRoute =
  | 'POST /predict'
  | 'POST /models/{model}/predict'
  | 'GET /models/{model}/schema'
  | 'GET /health';

/** The routes of the protocols that others made. */
export type FaceRoute = Exclude<RouteOf<'predict'>, PlainRoute>;

/** A request for a face, with the moment at which it came, by `performance.now()`. */
export interface FaceRequest extends HttpRequest {
  readonly startedMs: number;
}

/** How a protocol asks for predictions, and how it words them. */
export interface Face<Route extends FaceRoute = FaceRoute> {
  readonly answers: Readonly<
    Record<Route, (request: FaceRequest, service: PredictionService) => Promise<HttpAnswer>>
  >;
  wordError(problem: Problem): WordedError;
}

/** In UTF-16 code units: each takes at most 6 bytes, as an escape, so an error stays within 16 KB. */
const MAX_ERROR_TEXT = 2500;

/** A problem in one text: what is wrong first, and then the other faults. */
export function errorText({ detail, errors = [] }: Problem): string {
  const others = errors.slice(1).map(({ path, message }) => `${path}: ${message}`);
  const text = [detail, ...others].join('; ');
  return text.length <= MAX_ERROR_TEXT ? text : `${text.slice(0, MAX_ERROR_TEXT - 1).toWellFormed()}…`;
}
