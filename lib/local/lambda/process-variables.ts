import { basename, dirname, extname } from 'node:path';
import type { AccountLocation, FunctionDefinition } from './function-definition.ts';

/** What distinguishes an execution environment from others of the same function. */
export interface EnvironmentIdentity {
  /** host:port and a path prefix. Only this environment has the Runtime API there. */
  readonly runtimeApi: string;
  readonly logStreamName: string;
}

/**
 * The complete environment of a function's process: first Lambda's variables, then the function's own. The
 * function's own win, because a deployed function may set AWS_ENDPOINT_URL_S3 or NODE_OPTIONS. Of this
 * process's variables only PATH is passed on: a developer's AWS_PROFILE or tokens must neither change a
 * function's behaviour nor reach it.
 * Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function processVariables(
  definition: FunctionDefinition,
  location: AccountLocation,
  identity: EnvironmentIdentity,
): Record<string, string> {
  const { bundle, name, memorySizeMb } = definition;
  const host = `http://${identity.runtimeApi.split('/', 1)[0]}`;
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: location.region,
    AWS_DEFAULT_REGION: location.region,
    // Any credentials are accepted locally, but the SDK requires some. Addresses that they sign are checked:
    // see lib/local/s3/presigned-request.ts.
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
    // Functions can invoke functions and look into dead-letter queues: the host has both.
    AWS_ENDPOINT_URL_LAMBDA: host,
    AWS_ENDPOINT_URL_SQS: host,
    ...definition.environment,
    AWS_LAMBDA_LOG_STREAM_NAME: identity.logStreamName,
    AWS_LAMBDA_RUNTIME_API: identity.runtimeApi,
    _HANDLER: `${basename(bundle, extname(bundle))}.handler`,
  };
}
