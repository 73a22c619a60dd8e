import { fileURLToPath } from 'node:url';
import { SCOPES } from '../../lib/routes.ts';
import type { AppliedSystem } from './applied-system.ts';
import { deliveriesOf } from './bucket-events.ts';
import { invokeDeployed } from './deployed-function.ts';
import { callApi } from './gateway.ts';
import { InfraTestError } from './processes.ts';

const TOKEN_CLI = fileURLToPath(new URL('../../lib/cli/token.ts', import.meta.url));

/** Calls a route. @returns the body's text @throws InfraTestError for another status */
export async function call(
  { gateway, host }: AppliedSystem,
  routeKey: string,
  options: Parameters<typeof callApi>[3],
  status: number,
): Promise<string> {
  const { statusCode, body, isBase64Encoded } = await callApi(gateway, host, routeKey, options);
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  if (statusCode === status) return text;
  throw new InfraTestError(`${routeKey}: expected ${status}, got ${statusCode} ${text}`);
}

/**
 * Delivers the notifications for all objects of the bucket whose keys begin with the prefix, and returns the
 * answers as JSON.
 */
export async function deliverAll({ s3, host }: AppliedSystem, bucket: string, prefix = ''): Promise<string> {
  const answers: unknown[] = [];
  const place = { bucket, prefix, region: host.region };
  for (const { functionArn, event } of await deliveriesOf({ s3, lambda: host.lambda }, place))
    answers.push(await invokeDeployed(host, functionArn, event));
  return JSON.stringify(answers);
}

/** Runs housekeeping once. @returns its report, as JSON */
export async function keepHouse(system: AppliedSystem): Promise<string> {
  const functionArn = await scheduledFunction(system, 'housekeeping');
  return JSON.stringify(await invokeDeployed(system.host, functionArn, {}));
}

/** The target of the function's schedule, which has the function's name, as AWS stores it. */
export async function scheduledFunction({ aws, host }: AppliedSystem, key: string): Promise<string> {
  const name = host.names[key] ?? '';
  const { Target } = await aws.json<{ Target: { Arn: string } }>('scheduler', 'get-schedule', '--name', name);
  return Target.Arn;
}

/** Creates a token with the command that people use. */
export async function makeToken({ host, table }: AppliedSystem): Promise<string> {
  const scopes = SCOPES.flatMap((scope) => ['--scope', scope]);
  const args = [TOKEN_CLI, 'create', '--aws', '--table', table, '--name', 'infra-test', ...scopes];
  const { code, stdout, stderr } = await host.processes.run(process.execPath, args, {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: host.endpoint,
      AWS_REGION: host.region,
      AWS_ACCESS_KEY_ID: host.actorPrefix === 'sandbox-' ? 'sandbox' : 'apply',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  if (code === 0) return stdout.trim();
  throw new InfraTestError(`token create: ${stderr}`);
}

/** @throws InfraTestError for a part that the text has not */
export function expectText(what: string, text: string, ...parts: readonly string[]): void {
  for (const part of parts) {
    if (!text.includes(part)) throw new InfraTestError(`${what}: expected ${part} in ${text}`);
  }
}
