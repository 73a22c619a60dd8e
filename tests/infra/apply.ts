import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { AwsCli } from './aws-cli.ts';
import { runPipeline } from './end-to-end.ts';
import { readGateway } from './gateway.ts';
import type { Packages } from './packages.ts';
import { checkPolicies } from './policy-checks.ts';
import type { Recorder } from './recorder.ts';
import { InfraTestError, Terraform } from './terraform.ts';

const REGION = 'us-east-1';
/** moto's own. */
const ACCOUNT_ID = '123456789012';
const STATE_BUCKET = 'classifier-state';

export interface ApplyOptions {
  readonly roots: { readonly system: string; readonly bootstrap: string };
  readonly workFolder: string;
  readonly mirror: string | undefined;
  readonly packages: Packages;
  readonly recorder: Recorder;
  readonly say: (line: string) => void;
}

export interface SystemOutputs {
  readonly api_url: string;
  readonly buckets: Record<'raw' | 'processed' | 'models' | 'predictions', string>;
  readonly registry_table: string;
  readonly functions: Record<string, { readonly name: string }>;
}

/** As README has it for an empty account: bootstrap by a person, then the system by the roles of GitHub Actions; at last its end. */
export async function testApplied(options: ApplyOptions): Promise<void> {
  const { recorder, say } = options;
  const endpoint = recorder.url;
  const person = new AwsCli(endpoint, REGION, 'person');
  await person.run('s3api', 'create-bucket', '--bucket', STATE_BUCKET);
  const bootstrap = await started(options, 'bootstrap');
  await bootstrap.run(['apply', '-auto-approve'], 'person');
  await expectNoChanges(bootstrap, 'person', 'bootstrap');
  const { permissions_boundary_arn } = await bootstrap.outputs<{ permissions_boundary_arn: string }>(
    'person',
  );
  say('bootstrap: applied, and planned again without a change');

  const system = await started(options, 'system', {
    TF_VAR_permissions_boundary_arn: permissions_boundary_arn,
  });
  await system.run(['apply', '-auto-approve'], 'apply');
  await expectNoChanges(system, 'plan', 'system', ['-lock=false']);
  say('system: applied, and planned again without a change');

  const outputs = await system.outputs<SystemOutputs>('apply');
  const seen = await runPipeline(await appliedSystem(outputs, options, person));
  for (const line of seen) say(`end to end: ${line}`);
  say(
    await checkPolicies(recorder.calls, person, actorsOf(outputs), { region: REGION, accountId: ACCOUNT_ID }),
  );
  await destroy(system, person);
  say(
    'system: destroyed; what is left is the state bucket, the roles of bootstrap and no function, table or queue',
  );
}

async function started(
  { roots, workFolder, mirror, packages, recorder }: ApplyOptions,
  root: 'system' | 'bootstrap',
  variables: NodeJS.ProcessEnv = {},
): Promise<Terraform> {
  const env = {
    AWS_ENDPOINT_URL: recorder.url,
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    // moto answers what it does not know with 500, which the provider would otherwise try for minutes.
    AWS_MAX_ATTEMPTS: '2',
    TF_VAR_package_dir: packages.packageFolder,
    TF_VAR_state_bucket: STATE_BUCKET,
    TF_VAR_repository: '{owner="octo",owner_id=1,name="classifier",id=2}',
    ...variables,
  };
  const terraform = await Terraform.in(roots[root], { workFolder, mirror, env });
  const backend = [`bucket=${STATE_BUCKET}`, `key=classifier/${root}.tfstate`, `region=${REGION}`];
  // An address has no names below it, so that the bucket must be in the path.
  const local = [
    'use_path_style=true',
    'skip_credentials_validation=true',
    'skip_requesting_account_id=true',
  ];
  await terraform.run(
    ['init', ...[...backend, ...local].map((setting) => `-backend-config=${setting}`)],
    root === 'system' ? 'apply' : 'person',
  );
  return terraform;
}

async function expectNoChanges(
  terraform: Terraform,
  as: string,
  what: string,
  options: readonly string[] = [],
) {
  const { code, stdout, stderr } = await terraform.try(['plan', '-detailed-exitcode', ...options], as);
  if (code !== 0)
    throw new InfraTestError(`${what}: expected a second plan without a change\n${stdout}${stderr}`);
}

export async function appliedSystem(
  outputs: SystemOutputs,
  { recorder, packages }: ApplyOptions,
  aws: AwsCli,
) {
  const endpoint = recorder.url;
  const credentials = { accessKeyId: 'person', secretAccessKey: 'local' };
  const client = { endpoint, region: REGION, credentials };
  const names = Object.fromEntries(Object.entries(outputs.functions).map(([key, { name }]) => [key, name]));
  const apiId = new URL(outputs.api_url).hostname.split('.')[0] ?? '';
  return {
    aws,
    s3: new S3Client({ ...client, forcePathStyle: true }),
    host: { lambda: new LambdaClient(client), names, packages, endpoint, region: REGION },
    gateway: await readGateway(aws, apiId),
    buckets: outputs.buckets,
    table: outputs.registry_table,
  };
}

/** Which role each access key id of the run stands for. */
export function actorsOf({ functions }: SystemOutputs): Record<string, string> {
  const names = Object.entries(functions).map(([key, { name }]) => [key, name]);
  return { plan: 'classifier-github-plan', apply: 'classifier-github-apply', ...Object.fromEntries(names) };
}

/** With protection first, which must hold; then without it. */
async function destroy(system: Terraform, aws: AwsCli): Promise<void> {
  const kept = await system.try(
    ['destroy', '-auto-approve', '-target=aws_dynamodb_table.registry'],
    'person',
  );
  if (kept.code === 0)
    throw new InfraTestError('destroy: expected the table to be protected, it was deleted');
  await system.run(['apply', '-auto-approve', '-var=protect_data=false'], 'person');
  await system.run(['destroy', '-auto-approve', '-var=protect_data=false'], 'person');
  const left = await Promise.all([
    aws.run('lambda', 'list-functions', '--query', 'Functions[].FunctionName', '--output', 'text'),
    aws.run('dynamodb', 'list-tables', '--query', 'TableNames', '--output', 'text'),
    aws.run('s3api', 'list-buckets', '--query', 'Buckets[].Name', '--output', 'text'),
  ]);
  const text = left.map((each) => each.trim()).filter((each) => each !== '' && each !== 'None');
  if (text.join() !== STATE_BUCKET)
    throw new InfraTestError(`destroy: expected ${STATE_BUCKET} alone, found ${text.join()}`);
}
