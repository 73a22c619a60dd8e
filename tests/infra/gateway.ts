import { httpEvent } from '../helpers/http-event.ts';
import type { AwsCli } from './aws-cli.ts';
import { type FunctionHost, invokeDeployed } from './deployed-function.ts';
import { InfraTestError } from './processes.ts';

interface Route {
  readonly RouteKey: string;
  readonly Target: string;
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: string;
}

interface Authorizer {
  readonly AuthorizerId: string;
  readonly AuthorizerUri: string;
}

/** The HTTP API as AWS stores it. */
export interface Gateway {
  readonly routes: ReadonlyMap<string, Route>;
  readonly integrations: ReadonlyMap<string, string>;
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  /** What the authorizer said, by token and route: the gateway keeps it for a minute. */
  readonly verdicts: Map<string, unknown>;
  /** How many requests were answered, as `POST /predict 2xx`. */
  readonly answered: Map<string, number>;
}

export async function readGateway(aws: AwsCli, apiId: string): Promise<Gateway> {
  const list = async <T>(command: string) =>
    (await aws.json<{ Items: T[] }>('apigatewayv2', command, '--api-id', apiId)).Items;
  const routes = await list<Route>('get-routes');
  const integrations = await list<{ IntegrationId: string; IntegrationUri: string }>('get-integrations');
  const authorizerIds = new Set(routes.flatMap(({ AuthorizerId }) => AuthorizerId ?? []));
  const authorizers: Authorizer[] = [];
  for (const id of authorizerIds)
    authorizers.push(
      await aws.json<Authorizer>('apigatewayv2', 'get-authorizer', '--api-id', apiId, '--authorizer-id', id),
    );
  return {
    routes: new Map(routes.map((route) => [route.RouteKey, route])),
    integrations: new Map(
      integrations.map(({ IntegrationId, IntegrationUri }) => [IntegrationId, IntegrationUri]),
    ),
    authorizers: new Map(authorizers.map((each) => [each.AuthorizerId, each])),
    verdicts: new Map(),
    answered: new Map(),
  };
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * Sends a request as the gateway is configured to: through the route's authorizer, if it has one, to its
 * integration.
 */
export async function callApi(
  gateway: Gateway,
  host: FunctionHost,
  routeKey: string,
  options: Parameters<typeof httpEvent>[1] & { readonly token?: string } = {},
): Promise<HttpAnswer> {
  const route = gateway.routes.get(routeKey);
  if (!route)
    throw new InfraTestError(
      `${routeKey}: expected a route, there are ${[...gateway.routes.keys()].join(', ')}`,
    );
  const { token, ...given } = options;
  const headers = { ...given.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const event = httpEvent(routeKey, { ...given, headers });
  const authorizer = gateway.authorizers.get(route.AuthorizerId ?? '');
  if (route.AuthorizationType !== 'NONE' && !authorizer)
    throw new InfraTestError(`${routeKey}: expected an authorizer, AWS holds ${JSON.stringify(route)}`);
  const context = authorizer && (await verdictOf(gateway, authorizer, host, event));
  const requestContext = { ...event.requestContext, ...(context ? { authorizer: { lambda: context } } : {}) };
  const uri = gateway.integrations.get(route.Target.replace('integrations/', '')) ?? '';
  const answer = (await invokeDeployed(host, functionOf(uri), { ...event, requestContext })) as HttpAnswer;
  const status = `${routeKey} ${Math.floor(answer.statusCode / 100)}xx`;
  gateway.answered.set(status, (gateway.answered.get(status) ?? 0) + 1);
  return answer;
}

async function verdictOf(
  { verdicts }: Gateway,
  authorizer: Authorizer,
  host: FunctionHost,
  event: ReturnType<typeof httpEvent>,
): Promise<unknown> {
  const key = `${event.headers.authorization} ${event.routeKey}`;
  if (!verdicts.has(key)) verdicts.set(key, await authorize(authorizer, host, event));
  return verdicts.get(key);
}

async function authorize(
  authorizer: Authorizer,
  host: FunctionHost,
  event: ReturnType<typeof httpEvent>,
): Promise<unknown> {
  const question = {
    ...event,
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:${host.region}:123456789012:api/$default/any`,
    identitySource: [event.headers.authorization, event.routeKey],
  };
  const answer = (await invokeDeployed(host, functionOf(authorizer.AuthorizerUri), question)) as {
    isAuthorized: boolean;
    context: unknown;
  };
  if (!answer.isAuthorized)
    throw new InfraTestError(`${event.routeKey}: the authorizer refused: ${JSON.stringify(answer)}`);
  return answer.context;
}

/** The function's ARN in the URI that the gateway calls. */
function functionOf(uri: string): string {
  const found = /\/functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1];
  if (found !== undefined) return found;
  throw new InfraTestError(`expected the URI of a function, got "${uri}"`);
}
