import type { AwsCli } from './aws-cli.ts';
import { InfraTestError } from './processes.ts';
import type { Terraform } from './terraform.ts';

/**
 * Tries to destroy the protected system, which must keep the table. Then follows terraform/README.md for
 * deleting everything.
 *
 * @throws InfraTestError with the resources that are left
 */
export async function destroySystem(
  system: Terraform,
  aws: AwsCli,
  stateBucket: string,
  buckets: readonly string[],
): Promise<void> {
  const kept = await system.try(
    ['destroy', '-auto-approve', '-target=aws_dynamodb_table.registry'],
    'person',
  );
  if (kept.code === 0)
    throw new InfraTestError('destroy: expected the table to be protected, it was deleted');
  await system.run(['apply', '-auto-approve', '-var=protect_data=false'], 'person');
  for (const bucket of buckets) await removeDeleteMarkers(aws, bucket);
  // Nothing has changed since the apply, and a refresh would take a minute.
  await system.run(['destroy', '-auto-approve', '-refresh=false', '-var=protect_data=false'], 'person');
  const left = await leftOvers(aws);
  if (left.join() !== stateBucket)
    throw new InfraTestError(`destroy: expected ${stateBucket} alone, found ${left.join(', ')}`);
}

/** Makes deleted objects current again: see MOTO_GAPS. */
async function removeDeleteMarkers(aws: AwsCli, bucket: string): Promise<void> {
  const query = 'DeleteMarkers[].[Key, VersionId]';
  const listing = ['s3api', 'list-object-versions', '--bucket', bucket, '--query', query];
  for (const [key, version] of (await aws.json<[string, string][] | null>(...listing)) ?? [])
    await aws.run('s3api', 'delete-object', '--bucket', bucket, '--key', key, '--version-id', version);
}

/** The names of resources that a destroyed system must not leave. */
async function leftOvers(aws: AwsCli): Promise<string[]> {
  const lists = [
    ['lambda', 'list-functions', 'Functions[].FunctionName'],
    ['dynamodb', 'list-tables', 'TableNames'],
    ['s3api', 'list-buckets', 'Buckets[].Name'],
    ['sqs', 'list-queues', 'QueueUrls'],
    ['sns', 'list-topics', 'Topics[].TopicArn'],
    ['apigatewayv2', 'get-apis', 'Items[].Name'],
    ['scheduler', 'list-schedules', 'Schedules[].Name'],
    ['logs', 'describe-log-groups', 'logGroups[].logGroupName'],
    ['cloudwatch', 'describe-alarms', 'MetricAlarms[].AlarmName'],
    ['stepfunctions', 'list-state-machines', 'stateMachines[].name'],
    ['batch', 'describe-compute-environments', 'computeEnvironments[].computeEnvironmentName'],
    ['batch', 'describe-job-queues', 'jobQueues[].jobQueueName'],
    ['batch', 'describe-job-definitions', 'jobDefinitions[?status!=`INACTIVE`].jobDefinitionArn'],
    ['ecr', 'describe-repositories', 'repositories[].repositoryName'],
    // The role of AWS Batch itself stays, as on AWS.
    [
      'iam',
      'list-roles',
      'Roles[?!contains(RoleName, `-github-`) && !starts_with(Path, `/aws-service-role/`)].RoleName',
    ],
  ] as const;
  const names: string[] = [];
  for (const [service, command, query] of lists)
    names.push(...((await aws.json<string[] | null>(service, command, '--query', query)) ?? []));
  return names;
}
