import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { buildTrainJob } from '../../lib/build/local-bundles.ts';
import type { AwsCli } from './aws-cli.ts';
import type { RunJob, SubmittedJob } from './batch-jobs.ts';
import type { FunctionHost } from './deployed-function.ts';
import { InfraTestError } from './processes.ts';

/** A job's definition as AWS holds it, as far as it says how the container runs. */
interface ContainerProperties {
  readonly image: string;
  readonly jobRoleArn: string;
  readonly executionRoleArn: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
}

/**
 * Runs the container that trains, as Fargate would: the image's command in a process that has the environment
 * of the definition that AWS holds and nothing else, with the role of the job. What it wrote is put into the
 * log by the role that starts it. Both sign with their names.
 *
 * @param aws a person
 */
export async function trainContainer(host: FunctionHost, aws: AwsCli, workFolder: string): Promise<RunJob> {
  const folder = join(workFolder, 'train-job');
  await buildTrainJob(folder);
  // As the image's ENTRYPOINT has it.
  const entry = [join(folder, 'train.mjs'), join(host.packages.bundleFolder, 'train', 'handler.mjs')];
  return async (job) => {
    const container = await containerOf(aws, job);
    const { environment = [], command = [] } = job.overrides;
    const given = [...container.environment, ...environment].map(({ name, value }) => [name, value]);
    const { code, stdout, stderr } = await host.processes.run(process.execPath, [...entry, ...command], {
      env: {
        ...Object.fromEntries(given),
        PATH: process.env.PATH,
        ...callsAs(container.jobRoleArn, host),
      },
    });
    await keepLog(`${stdout}${stderr}`, container, job, host);
    await host.onOutput?.(stdout);
    return code;
  };
}

async function containerOf(aws: AwsCli, { definition }: SubmittedJob): Promise<ContainerProperties> {
  const { jobDefinitions } = await aws.json<{
    readonly jobDefinitions: readonly {
      readonly status: string;
      readonly containerProperties: ContainerProperties;
    }[];
  }>('batch', 'describe-job-definitions', '--job-definitions', definition);
  const [found] = jobDefinitions;
  if (found?.status === 'ACTIVE') return found.containerProperties;
  throw new InfraTestError(`expected the job definition ${definition}, AWS holds ${JSON.stringify(found)}`);
}

const nameOf = (roleArn: string) => roleArn.split('/').at(-1)!;

const callsAs = (roleArn: string, { endpoint }: FunctionHost) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: nameOf(roleArn),
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** As the log driver `awslogs` does. Source: "Using the awslogs log driver", Amazon ECS Developer Guide. */
async function keepLog(
  text: string,
  { logConfiguration: { options }, executionRoleArn }: ContainerProperties,
  { id }: SubmittedJob,
  { endpoint }: FunctionHost,
): Promise<void> {
  const logs = new CloudWatchLogsClient({
    endpoint,
    region: options['awslogs-region']!,
    credentials: { accessKeyId: nameOf(executionRoleArn), secretAccessKey: 'local' },
  });
  const at = {
    logGroupName: options['awslogs-group'],
    logStreamName: `${options['awslogs-stream-prefix']}/default/${id}`,
  };
  const logEvents = text
    .split('\n')
    .filter((message) => message !== '')
    .map((message) => ({ message, timestamp: Date.now() }));
  await logs.send(new CreateLogStreamCommand(at));
  await logs.send(new PutLogEventsCommand({ ...at, logEvents }));
}
