import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2, Context } from 'aws-lambda';
import { readConfiguration } from '../../lib/config.ts';
import { expiryClock } from '../../lib/freshness.ts';
import { signedRegistry } from '../../lib/registry/signed-items.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { type AuthorizerAnswer, authorize } from './authorize.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricBuffer('authorize');
const table = signedRegistry(process.env, config.REGISTRY_TABLE);
const now = expiryClock();

/**
 * The Lambda authorizer of the HTTP API: payload format 2.0, simple responses. Its event contains the token,
 * so it is never logged.
 */
export const handler = middy<APIGatewayRequestAuthorizerEventV2, AuthorizerAnswer, Error, Context>()
  .before(({ event, context }) => {
    logger.addContext(context);
    logger.appendKeys({ request_id: event.requestContext?.requestId });
    metrics.flush();
  })
  .onError(({ error }) => {
    logger.error('authorization failed', error as Error);
  })
  .handler(({ headers }) => authorize(table, headers?.authorization, now()));
