import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetFunctionCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { sha256 } from '../../lib/sha256.ts';
import type { Packages } from './packages.ts';
import { InfraTestError, type Processes, textOf } from './processes.ts';

const INVOKER = fileURLToPath(new URL('invoke-bundle.mjs', import.meta.url));

/**
 * The means to run deployed functions: their names by key from Terraform's outputs, and the packages that
 * Terraform received.
 */
export interface FunctionHost {
  readonly processes: Processes;
  readonly lambda: LambdaClient;
  /** Names by key, such as `classifier-predict` for `predict`. */
  readonly names: Readonly<Record<string, string>>;
  readonly packages: Packages;
  readonly endpoint: string;
  readonly region: string;
  /** Begins the access key ids of the functions: the system's name where another one stands beside it. */
  readonly actorPrefix?: string;
  /** Called with what a function wrote, before its answer is given. */
  readonly onOutput?: (output: string) => Promise<void>;
}

/** A deployed function failed. */
export class FunctionFailedError extends InfraTestError {
  /** As Lambda tells it: the name of the error's class. */
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/**
 * Runs a deployed function on an event in a process with the settings and the version of its ARN. Its calls
 * are signed with its name.
 *
 * @param arn the alias's ARN, as in a trigger
 * @throws FunctionFailedError when the function fails
 * @throws InfraTestError when the code that AWS stores is not the package's
 */
export async function invokeDeployed(host: FunctionHost, arn: string, event: unknown): Promise<unknown> {
  const { Configuration } = await host.lambda.send(new GetFunctionCommand({ FunctionName: arn }));
  const name = Configuration?.FunctionName ?? '';
  const key = Object.keys(host.names).find((each) => host.names[each] === name);
  if (key === undefined)
    throw new InfraTestError(`${arn}: expected one of ${Object.values(host.names).join(', ')}`);
  const zip = await readFile(join(host.packages.packageFolder, `${key}.zip`));
  const digest = sha256(zip).toString('base64');
  if (Configuration?.CodeSha256 !== digest)
    throw new InfraTestError(
      `${arn}: expected the code of ${key}.zip, ${digest}, AWS holds ${Configuration?.CodeSha256}`,
    );
  const answer = await runBundle(host, key, {
    event,
    env: Configuration.Environment?.Variables ?? {},
    context: {
      functionName: name,
      invokedFunctionArn: arn,
      memoryLimitInMB: String(Configuration.MemorySize),
    },
  });
  if ('result' in answer) return answer.result;
  throw new FunctionFailedError(answer.errorType, `${arn} failed: ${answer.error}`);
}

interface Invocation {
  readonly event: unknown;
  readonly env: Readonly<Record<string, string>>;
  readonly context: {
    readonly functionName: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
  };
}

type Answer = { readonly result: unknown } | { readonly errorType: string; readonly error: string };

function runBundle(host: FunctionHost, key: string, { event, env, context }: Invocation): Promise<Answer> {
  const child = host.processes.start(process.execPath, [INVOKER], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...env,
      PATH: process.env.PATH,
      AWS_REGION: host.region,
      AWS_ENDPOINT_URL: host.endpoint,
      AWS_ACCESS_KEY_ID: `${host.actorPrefix ?? ''}${key}`,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_LAMBDA_FUNCTION_NAME: context.functionName,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: context.memoryLimitInMB,
      AWS_LAMBDA_FUNCTION_VERSION: '1',
    },
  });
  const log = [textOf(child.stdout), textOf(child.stderr)];
  const file = join(host.packages.bundleFolder, key, 'handler.mjs');
  child.send({ file, event, context: { ...context, awsRequestId: `${key}-1`, functionVersion: '1' } });
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    child.on('message', (message: Answer) => {
      answer = message;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const output = log.map((text) => text()).join('');
      Promise.resolve(host.onOutput?.(output)).then(
        () =>
          resolve(
            answer ?? {
              errorType: 'Runtime.ExitError',
              error: `exit code ${code} without an answer\n${output}`,
            },
          ),
        reject,
      );
    });
  });
}
