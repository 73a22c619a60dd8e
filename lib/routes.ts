import type { RouteFunctionName } from './functions.ts';

/**
 * What a token may allow. Each is separate: who administers and reads needs both. Only what `upload` allows,
 * `admin` allows too.
 */
export const SCOPES = ['predict', 'read', 'upload', 'admin', 'metrics'] as const;

export type Scope = (typeof SCOPES)[number];

/** Protocols that others made. Metrics count the routes of each together. */
export const PROTOCOLS = ['open-inference', 'kserve-v1', 'mlflow', 'sagemaker'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/**
 * One route of the API: the key by which the gateway names it, who answers it, and the scope that it needs.
 */
export interface ApiRoute {
  readonly routeKey: string;
  readonly functionName: RouteFunctionName;
  /** A list: one of them is enough. null: open to everyone */
  readonly scope: Scope | readonly [Scope, ...Scope[]] | null;
  /** The protocol that it belongs to, when that is not this API's own. */
  readonly protocol?: Protocol;
  /** What it is about: of a route that needs a token and whose path names no model. */
  readonly about?: About;
}

/**
 * What a route is about, for tokens that are bound to models: `default`, the model of that name; `header`,
 * the one that `X-Model-Name` names; `listed`, those that the token is for, which its answer is held to;
 * `nothing`, no model; `all`, all of them together, which a bound token never gets.
 */
export type About = 'default' | 'header' | 'listed' | 'nothing' | 'all';

/** Who brings data. */
const UPLOADING = ['upload', 'admin'] as const;
/** Who looks at the answers to a whole file. */
const ANSWERS = ['predict', 'read'] as const;
/** Who looks at what became of a file: its uploader may, without reading everything else. */
const FOLLOWING = ['read', 'upload', 'admin'] as const;

/**
 * Every route of the API, in one place: the gateways, the functions, the OpenAPI document and the metrics
 * take theirs from here. What is not in here lands at `$default`.
 */
export const API_ROUTES = [
  { routeKey: 'POST /predict', functionName: 'predict', scope: 'predict', about: 'default' },
  { routeKey: 'POST /models/{model}/predict', functionName: 'predict', scope: 'predict' },
  // Open, so not of predict: strangers must not make the function run that loads models.
  { routeKey: 'GET /health', functionName: 'models', scope: null },
  { routeKey: 'GET /models/{model}/schema', functionName: 'predict', scope: ['predict', 'read'] },
  // The Open Inference Protocol. Its health asks for a token too: strangers must not make this function run.
  {
    routeKey: 'GET /v2',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
    about: 'nothing',
  },
  {
    routeKey: 'GET /v2/health/live',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
    about: 'nothing',
  },
  {
    routeKey: 'GET /v2/health/ready',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
    about: 'default',
  },
  {
    routeKey: 'GET /v2/models/{model}',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
  },
  {
    routeKey: 'GET /v2/models/{model}/ready',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
  },
  {
    routeKey: 'POST /v2/models/{model}/infer',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
  },
  {
    routeKey: 'GET /v2/models/{model}/versions/{version}',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
  },
  {
    routeKey: 'GET /v2/models/{model}/versions/{version}/ready',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
  },
  {
    routeKey: 'POST /v2/models/{model}/versions/{version}/infer',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'open-inference',
  },
  // KServe's first protocol. A variable takes a whole segment, so `{model}` of the POST is `iris:predict`.
  {
    routeKey: 'GET /v1/models',
    functionName: 'predict',
    scope: 'read',
    protocol: 'kserve-v1',
    about: 'listed',
  },
  { routeKey: 'GET /v1/models/{model}', functionName: 'predict', scope: 'predict', protocol: 'kserve-v1' },
  { routeKey: 'POST /v1/models/{model}', functionName: 'predict', scope: 'predict', protocol: 'kserve-v1' },
  // MLflow's scoring server, whose first two are also what SageMaker asks of a container.
  { routeKey: 'GET /ping', functionName: 'predict', scope: 'predict', protocol: 'mlflow', about: 'default' },
  {
    routeKey: 'POST /invocations',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'mlflow',
    about: 'header',
  },
  {
    routeKey: 'GET /version',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'mlflow',
    about: 'nothing',
  },
  {
    routeKey: 'POST /endpoints/{model}/invocations',
    functionName: 'predict',
    scope: 'predict',
    protocol: 'sagemaker',
  },
  { routeKey: 'GET /metrics', functionName: 'metrics', scope: 'metrics', about: 'all' },
  { routeKey: 'GET /events', functionName: 'models', scope: 'read', about: 'listed' },
  { routeKey: 'GET /models', functionName: 'models', scope: 'read', about: 'listed' },
  { routeKey: 'GET /models/{model}', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/versions', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/versions/{version}', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/versions/{version}/report', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/versions/{version}/artifact', functionName: 'models', scope: 'admin' },
  { routeKey: 'PUT /models/{model}/versions/{version}/notes', functionName: 'models', scope: 'admin' },
  { routeKey: 'PUT /models/{model}/versions/{version}/retirement', functionName: 'models', scope: 'admin' },
  { routeKey: 'GET /models/{model}/champion', functionName: 'models', scope: 'read' },
  { routeKey: 'PUT /models/{model}/champion', functionName: 'models', scope: 'admin' },
  { routeKey: 'GET /models/{model}/decisions', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/aliases', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/aliases/{alias}', functionName: 'models', scope: 'read' },
  { routeKey: 'PUT /models/{model}/aliases/{alias}', functionName: 'models', scope: 'admin' },
  { routeKey: 'DELETE /models/{model}/aliases/{alias}', functionName: 'models', scope: 'admin' },
  { routeKey: 'GET /models/{model}/drift', functionName: 'models', scope: 'read' },
  { routeKey: 'GET /models/{model}/uploads', functionName: 'models', scope: 'read' },
  { routeKey: 'POST /models/{model}/uploads', functionName: 'uploads', scope: UPLOADING },
  { routeKey: 'GET /models/{model}/uploads/{id}', functionName: 'uploads', scope: FOLLOWING },
  { routeKey: 'GET /models/{model}/uploads/{id}/report', functionName: 'uploads', scope: FOLLOWING },
  { routeKey: 'GET /models/{model}/uploads/{id}/rejects', functionName: 'uploads', scope: FOLLOWING },
  { routeKey: 'GET /models/{model}/contract', functionName: 'uploads', scope: FOLLOWING },
  { routeKey: 'POST /models/{model}/preview', functionName: 'uploads', scope: UPLOADING },
  { routeKey: 'POST /models/{model}/batches', functionName: 'batches', scope: 'predict' },
  { routeKey: 'GET /models/{model}/batches', functionName: 'batches', scope: ANSWERS },
  { routeKey: 'GET /models/{model}/batches/{id}', functionName: 'batches', scope: ANSWERS },
  // Who predicts is who learns the truth later, and a label decides nothing.
  { routeKey: 'POST /models/{model}/feedback', functionName: 'models', scope: 'predict' },
  { routeKey: 'GET /costs', functionName: 'metrics', scope: 'read', about: 'all' },
  { routeKey: 'GET /dead-letters', functionName: 'metrics', scope: 'read', about: 'all' },
  // Any token says what it allows; without one there is nothing to say.
  { routeKey: 'GET /token', functionName: 'console', scope: SCOPES, about: 'nothing' },
  { routeKey: 'GET /', functionName: 'console', scope: null },
  { routeKey: 'GET /console/{file}', functionName: 'console', scope: null },
  { routeKey: 'GET /openapi.json', functionName: 'models', scope: null },
  { routeKey: 'GET /docs', functionName: 'models', scope: null },
  { routeKey: 'GET /docs/{file}', functionName: 'models', scope: null },
] as const satisfies readonly ApiRoute[];

export type RouteKey = (typeof API_ROUTES)[number]['routeKey'];

/** The routes of protocols that others made. */
export type ProtocolRoute = Extract<(typeof API_ROUTES)[number], { readonly protocol: Protocol }>;

/** The protocol of a route; undefined for those of this API's own. */
export const protocolOf = (route: ApiRoute): Protocol | undefined => route.protocol;

/**
 * What a route is about, for whoever has a token: `path` when its path names the model. A route that does not
 * say it is about all models, so that bound tokens do not get it by mistake.
 */
export const aboutOf = (route: ApiRoute): About | 'path' =>
  route.routeKey.includes('{model}') ? 'path' : (route.about ?? 'all');

/** The scopes of which a route needs one; none when it is open. */
export const scopesOf = ({ scope }: Pick<ApiRoute, 'scope'>): readonly Scope[] =>
  scope === null ? [] : typeof scope === 'string' ? [scope] : scope;

/** Where requests go that match no route: to the function that costs least, since anybody can send them. */
export const DEFAULT_ROUTE = { routeKey: '$default', functionName: 'console' } as const satisfies Omit<
  ApiRoute,
  'scope'
>;

/**
 * The routes that a gateway has: those of the API, and for each GET a HEAD, since a gateway answers HEAD only
 * where it has a route for it.
 */
export const GATEWAY_ROUTES: readonly (Omit<ApiRoute, 'routeKey'> & { readonly routeKey: string })[] =
  API_ROUTES.flatMap((route) => {
    const head = route.routeKey.replace(/^GET /, 'HEAD ');
    return head === route.routeKey ? [route] : [route, { ...route, routeKey: head }];
  });

/** The route of the API that a gateway's key means: HEAD means GET. Undefined for `$default`. */
export function apiRouteOf(gatewayKey: string): (typeof API_ROUTES)[number] | undefined {
  const key = gatewayKey.replace(/^HEAD /, 'GET ');
  return API_ROUTES.find(({ routeKey }) => routeKey === key);
}

/** The methods that a path takes, in the order of the routes; none for a path that is not in the API. */
export function methodsOf(path: string): string[] {
  const parts = path.split('/');
  return GATEWAY_ROUTES.map(({ routeKey }) => routeKey.split(' ') as [method: string, pattern: string])
    .filter(([, pattern]) => matches(pattern.split('/'), parts))
    .map(([method]) => method);
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((segment, i) => (segment.startsWith('{') ? parts[i] !== '' : segment === parts[i]))
  );
}
