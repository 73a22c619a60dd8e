import type { Problem } from '../../../lib/http/problem.ts';
import type { HttpAnswer, HttpRequest, WordedError } from '../../../lib/http/stack.ts';
import type { Protocol, ProtocolRoute } from '../../../lib/routes.ts';
import type { PredictionService } from '../prediction-service.ts';

/** A request for a face, with the moment at which it came, by `performance.now()`. */
export interface FaceRequest extends HttpRequest {
  readonly startedMs: number;
}

type FaceAnswer = (request: FaceRequest, service: PredictionService) => Promise<HttpAnswer>;

/** How a protocol asks for predictions, and how it words them. */
export interface Face<Name extends Protocol> {
  readonly answers: Readonly<
    Record<Extract<ProtocolRoute, { readonly protocol: Name }>['routeKey'], FaceAnswer>
  >;
  wordError(problem: Problem): WordedError;
}

/** The face of any protocol. */
export interface AnyFace {
  readonly answers: Readonly<Record<string, FaceAnswer>>;
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
