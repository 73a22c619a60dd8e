import type { Problem } from '../../../lib/http/problem.ts';
import type { HttpRequest, RouteHandlers, WordedError } from '../../../lib/http/stack.ts';
import { API_ROUTES, type ApiRoute, type Protocol, protocolOf } from '../../../lib/routes.ts';
import type { PredictionService } from '../prediction-service.ts';
import type { AnyFace, Face } from './face.ts';

/** The protocols. Each is loaded when it is first asked for, so that a cold start does not pay for them. */
const FACES: { readonly [Name in Protocol]: () => Promise<Face<Name>> } = {
  'open-inference': async () => (await import('./open-inference/face.ts')).face,
  'kserve-v1': async () => (await import('./kserve/face.ts')).face,
  mlflow: async () => (await import('./mlflow/face.ts')).face,
  sagemaker: async () => (await import('./sagemaker/face.ts')).face,
};

const faceOf = (protocol: Protocol) => FACES[protocol]() as Promise<AnyFace>;

/** The handlers of all protocols. */
export const faceHandlers = (service: PredictionService): RouteHandlers =>
  Object.fromEntries(
    (API_ROUTES as readonly ApiRoute[]).flatMap((route) => {
      const protocol = protocolOf(route);
      if (protocol === undefined) return [];
      const handler = async (request: HttpRequest) => {
        const startedMs = performance.now();
        const { answers } = await faceOf(protocol);
        return await answers[route.routeKey]!({ ...request, startedMs }, service);
      };
      return [[route.routeKey, handler]];
    }),
  );

/** Words an error as the route's protocol does; undefined for the routes of this API's own. */
export async function wordError(route: ApiRoute, problem: Problem): Promise<WordedError | undefined> {
  const protocol = protocolOf(route);
  return protocol && (await faceOf(protocol)).wordError(problem);
}
