import type { GatewayEvent } from './request-event.ts';

/** The parts of the API's ARN. */
export interface ApiLocation {
  readonly region: string;
  readonly accountId: string;
  readonly apiId: string;
}

/**
 * The authorizer's event in payload format 2.0: the function's event without the body, and with the values
 * that identify the caller.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function authorizerEvent(
  { region, accountId, apiId }: ApiLocation,
  { body: _, isBase64Encoded: __, ...request }: GatewayEvent,
  identitySource: readonly string[],
) {
  const { stage, http } = request.requestContext;
  return {
    ...request,
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${http.method}${request.rawPath}`,
    identitySource,
  };
}
