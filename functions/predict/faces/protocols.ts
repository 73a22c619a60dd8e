import type { Problem } from '../../../lib/http/problem.ts';
import type { HttpRequest, RouteHandlers, WordedError } from '../../../lib/http/stack.ts';
import type { RouteKey } from '../../../lib/routes.ts';
import type { PredictionService } from '../prediction-service.ts';
import type { Face, FaceRoute } from './face.ts';

/** The protocols. Each is loaded when it is first asked for, so that a cold start does not pay for them. */
const PROTOCOLS = {
  kserve: async () => (await import('./kserve/face.ts')).face,
  mlflow: async () => (await import('./mlflow/face.ts')).face,
  openInference: async () => (await import('./open-inference/face.ts')).face,
  sagemaker: async () => (await import('./sagemaker/face.ts')).face,
} satisfies Readonly<Record<string, () => Promise<Face<never>>>>;

type ProtocolName = keyof typeof PROTOCOLS;

/** The protocol of each route. */
const PROTOCOL_OF: Readonly<Record<FaceRoute, ProtocolName>> = {
  'GET /v2': 'openInference',
  'GET /v2/health/live': 'openInference',
  'GET /v2/health/ready': 'openInference',
  'GET /v2/models/{model}': 'openInference',
  'GET /v2/models/{model}/ready': 'openInference',
  'POST /v2/models/{model}/infer': 'openInference',
  'GET /v2/models/{model}/versions/{version}': 'openInference',
  'GET /v2/models/{model}/versions/{version}/ready': 'openInference',
  'POST /v2/models/{model}/versions/{version}/infer': 'openInference',
  'GET /v1/models': 'kserve',
  'GET /v1/models/{model}': 'kserve',
  'POST /v1/models/{model}': 'kserve',
  'GET /ping': 'mlflow',
  'POST /invocations': 'mlflow',
  'GET /version': 'mlflow',
  'POST /endpoints/{model}/invocations': 'sagemaker',
};

const faceOf = async (route: FaceRoute): Promise<Face> => (await PROTOCOLS[PROTOCOL_OF[route]]()) as Face;

/** The handlers of all protocols. */
export const faceHandlers = (service: PredictionService): RouteHandlers =>
  Object.fromEntries(
    (Object.keys(PROTOCOL_OF) as FaceRoute[]).map((route) => [
      route,
      async (request: HttpRequest) => {
        const startedMs = performance.now();
        const face = await faceOf(route);
        return await face.answers[route]({ ...request, startedMs }, service);
      },
    ]),
  );

/** Words an error as the route's protocol does; undefined for the routes of this API's own. */
export async function wordError(route: RouteKey, problem: Problem): Promise<WordedError | undefined> {
  return isFaceRoute(route) ? (await faceOf(route)).wordError(problem) : undefined;
}

const isFaceRoute = (route: RouteKey): route is FaceRoute => Object.hasOwn(PROTOCOL_OF, route);
