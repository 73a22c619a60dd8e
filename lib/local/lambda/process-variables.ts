import { basename, dirname, extname } from 'node:path';
import type { AccountLocation, FunctionDefinition } from './function-definition.ts';

/** What sets one execution environment apart from its siblings. */
export interface EnvironmentIdentity {
  /** host:port and path prefix under which this environment alone finds the Runtime API. */
  readonly runtimeApi: string;
  readonly logStreamName: string;
}

/**
 * The complete environment of a function's process: what Lambda defines, then the function's own variables (they
 * win, as a deployed function may set AWS_ENDPOINT_URL_S3 or NODE_OPTIONS), and of ours only PATH: a developer's
 * AWS_PROFILE or tokens must neither change what a function does nor reach it.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function processVariables(
  definition: FunctionDefinition,
  location: AccountLocation,
  identity: EnvironmentIdentity,
): Record<string, string> {
  const { bundle, name, memorySizeMb } = definition;
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: location.region,
    AWS_DEFAULT_REGION: location.region,
    // Any credentials are accepted locally; the SDK only insists that there are some.
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySizeMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    LAMBDA_TASK_ROOT: dirname(bundle),
    // Functions that invoke functions find them here: the host is the local Lambda itself.
    AWS_ENDPOINT_URL_LAMBDA: `http://${identity.runtimeApi.split('/', 1)[0]}`,
    ...definition.environment,
    AWS_LAMBDA_LOG_STREAM_NAME: identity.logStreamName,
    AWS_LAMBDA_RUNTIME_API: identity.runtimeApi,
    _HANDLER: `${basename(bundle, extname(bundle))}.handler`,
  };
}
