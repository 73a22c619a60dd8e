import { isDeepStrictEqual } from 'node:util';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { moveAlias, readAlias } from '../../lib/deploy/alias-traffic.ts';
import { costTable, idleMonth } from '../../lib/deploy/cost.ts';
import { IDLE_COUNTS } from '../../lib/deploy/idle-counts.ts';
import { type AppliedResource, resourceFaults, resourcesIn } from './applied-resources.ts';
import type { AppliedSystem } from './applied-system.ts';
import type { ApplyOptions, SystemOutputs } from './apply-options.ts';
import { AwsCli } from './aws-cli.ts';
import { invokeDeployed } from './deployed-function.ts';
import { destroySystem } from './destroy.ts';
import { putEmitted } from './emitted-metrics.ts';
import { countedPredictions, runPipeline } from './end-to-end.ts';
import { readGateway } from './gateway.ts';
import { checkPolicies, readRoles } from './policy-checks.ts';
import { InfraTestError } from './processes.ts';
import type { Recorder } from './recorder.ts';
import { checkBrake } from './rollout-brake.ts';
import { runSandbox } from './sandbox-run.ts';
import { makeToken } from './system-calls.ts';
import { Terraform } from './terraform.ts';
import { trainContainer } from './train-container.ts';
import { expectGivenUp, trainBeyond } from './train-on-fargate.ts';
import type { WithheldTags } from './withheld-tags.ts';

const REGION = 'us-east-1';
/** The account that moto stands in for. */
export const MOTO_PLACE = { region: REGION, accountId: '123456789012' };
const STATE_BUCKET = 'classifier-state';

/** Settings that let one run show work of several days: no object is too young, and one version is kept. */
const HOUSEKEEPING = {
  RECONCILE_GRACE_SECONDS: '0',
  RETAIN_VERSIONS: '1',
  RETAIN_CHAMPIONS: '1',
  RETAIN_DAYS: '0',
};

/** So that a table of a few thousand rows exceeds the bounds of the train function. */
const TRAINING = { TRAINING_SECONDS: '1' };
/** No engine pulls it. */
const TRAIN_IMAGE = `${MOTO_PLACE.accountId}.dkr.ecr.${REGION}.amazonaws.com/classifier-train@sha256:${'0'.repeat(64)}`;

/** A target of its own kind each. Their connections are made by a person, and asked for by nobody here. */
const EVENT_TARGETS = {
  http: {
    url: 'https://events.example.org/classifier',
    connection_arn: `arn:aws:events:${REGION}:${MOTO_PLACE.accountId}:connection/http/0`,
  },
  slack: {
    url: 'https://slack.com/api/chat.postMessage',
    connection_arn: `arn:aws:events:${REGION}:${MOTO_PLACE.accountId}:connection/slack/0`,
    types: ['classifier.version.promoted'],
    slack_channel: '#models',
  },
};

/**
 * Follows terraform/README.md for an empty account: a person applies bootstrap, then the roles of GitHub
 * Actions apply the system. Finally the system is destroyed.
 */
export async function testApplied(options: ApplyOptions): Promise<void> {
  const { processes, recorder, say } = options;
  const person = new AwsCli(processes, recorder.url, REGION, 'person');
  const boundaries = await applyBootstrap(options, person);
  await learnRoles(options.withheldTags, person);
  const system = await initTerraform(options, 'system', {
    TF_VAR_permissions_boundary_arn: boundaries.system,
  });
  await system.run(['apply', '-auto-approve'], 'apply');
  const outputs = await system.outputs<SystemOutputs>('apply');
  const applied = await appliedSystem(outputs, options, person);
  await moveAliases(outputs, recorder.url);
  await expectNoChanges(system, 'plan', 'system', ['-lock=false']);
  say('system: applied, its aliases moved as a rollout does, and planned again without a change');
  await expectTagsMissed(system, say);
  say(idleCost(await expectSound(system, 'system', say)));
  options.steps.run = (arn, event) => invokeDeployed(applied.host, arn, event);
  await runPipeline(applied, (line) => say(`end to end: ${line}`));
  const beyond = {
    jobs: options.jobs,
    container: await trainContainer(applied.host, person, options.workFolder),
    token: await makeToken(applied),
    say: (line: string) => say(`on Fargate: ${line}`),
  };
  const failing = await trainBeyond(applied, beyond);
  const cloudwatch = new CloudWatchClient(clientOf(recorder));
  say(await checkBrake(person, cloudwatch, outputs.rollout_alarms, outputs.functions.predict!.name));
  await runSandbox({
    ...options,
    region: REGION,
    stateBucket: STATE_BUCKET,
    boundary: boundaries.sandbox,
    systemOf: (sandbox) => appliedSystem(sandbox, options, person, 'sandbox-'),
    whileBothStand: async (sandbox) => say(await expectSeparateTotals({ classifier: applied, sandbox })),
  });
  say('sandbox.yml: every step passed, and what it applied is gone');
  beyond.say(await expectGivenUp(applied, beyond, failing));
  say(await checkPolicies(recorder.calls, person, actorsOf(outputs), MOTO_PLACE));
  await destroySystem(system, person, STATE_BUCKET, Object.values(outputs.buckets));
  say('system: destroyed; the state bucket and the roles of bootstrap are left');
}

/** @returns the ARNs of the permissions boundaries */
async function applyBootstrap(
  options: ApplyOptions,
  person: AwsCli,
): Promise<Record<'system' | 'sandbox', string>> {
  const { say } = options;
  await person.run('s3api', 'create-bucket', '--bucket', STATE_BUCKET);
  const bootstrap = await initTerraform(options, 'bootstrap');
  await bootstrap.run(['apply', '-auto-approve'], 'person');
  await expectNoChanges(bootstrap, 'person', 'bootstrap');
  say('bootstrap: applied, and planned again without a change');
  await expectSound(bootstrap, 'bootstrap', say);
  const outputs = await bootstrap.outputs<BootstrapOutputs>('person');
  return {
    system: outputs.permissions_boundary_arn,
    sandbox: outputs.sandbox.permissions_boundary_arn,
  };
}

interface BootstrapOutputs {
  readonly permissions_boundary_arn: string;
  readonly sandbox: { readonly permissions_boundary_arn: string };
}

/** The roles of GitHub Actions, by the access key id of each. */
const GITHUB_ROLES = {
  plan: 'classifier-github-plan',
  apply: 'classifier-github-apply',
  sandbox: 'classifier-github-sandbox',
};

/** A role like the planning one, without the right to see tags. */
const BLIND = 'blind';

/** Tells the stand-in what each role may see. */
async function learnRoles(withheldTags: WithheldTags, person: AwsCli): Promise<void> {
  const roles = await readRoles(person);
  for (const [actor, name] of Object.entries(GITHUB_ROLES))
    withheldTags.learn(actor, roles.get(name)?.policies ?? []);
  withheldTags.learn(BLIND, []);
}

/** The stand-in withholds tags from whoever may not list them: then a plan never ends without a change. */
async function expectTagsMissed(system: Terraform, say: (line: string) => void): Promise<void> {
  const { code, stdout } = await system.try(
    [
      'plan',
      '-detailed-exitcode',
      '-lock=false',
      '-target=module.function["console"].aws_lambda_function.this',
    ],
    BLIND,
  );
  if (code !== 2 || !/\+ "Application"/.test(stdout))
    throw new InfraTestError(
      `expected a plan without lambda:ListTags to set tags again, got ${code}\n${stdout}`,
    );
  say('a plan by a role without lambda:ListTags would set every tag again; the planning role has it');
}

/**
 * Two systems in one account count their own requests only.
 *
 * @returns the result, in one line
 */
async function expectSeparateTotals(systems: Readonly<Record<string, AppliedSystem>>): Promise<string> {
  const totals: string[] = [];
  for (const [name, system] of Object.entries(systems)) {
    const wanted = system.gateway.answered.get('POST /predict 2xx') ?? 0;
    const got = await countedPredictions(system);
    if (wanted === 0 || got !== wanted)
      throw new InfraTestError(
        `/metrics of ${name}: expected the ${wanted} predictions that it answered, got ${got}`,
      );
    totals.push(`${name} ${got}`);
  }
  return `two systems side by side count their own predictions: ${totals.join(', ')}`;
}

/**
 * Checks the resources that Terraform created against the rules.
 *
 * @returns the resources
 */
async function expectSound(
  terraform: Terraform,
  name: string,
  say: (line: string) => void,
): Promise<AppliedResource[]> {
  const resources = resourcesIn(await terraform.run(['show', '-json'], 'person'));
  const faults = resourceFaults(resources);
  if (faults.length > 0)
    throw new InfraTestError(`${name}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  say(`${name}: ${resources.length} resources, none billed by the hour, open, or kept without an end`);
  return resources;
}

/** The cost of the created system while nobody uses it, which the documents say. */
function idleCost(resources: readonly AppliedResource[]): string {
  // Without what only events need: they are off unless asked for.
  const always = resources.filter(({ address }) => !address.includes('["events"]'));
  const count = (type: string) => always.filter((each) => each.type === type).length;
  const applied = {
    alarmResources: count('aws_cloudwatch_metric_alarm'),
    alarms: alarmMetrics(always),
    dashboards: count('aws_cloudwatch_dashboard'),
    schedules: count('aws_scheduler_schedule'),
    queues: count('aws_lambda_event_source_mapping'),
  };
  if (!isDeepStrictEqual(applied, IDLE_COUNTS))
    throw new InfraTestError(
      `lib/deploy/idle-counts.ts: expected ${JSON.stringify(applied)}, as applied, got ${JSON.stringify(IDLE_COUNTS)}`,
    );
  return costTable(
    'A month in which nobody uses it, before the free tier, in US dollars',
    idleMonth(applied),
  );
}

/** An alarm on several metrics is billed as several. */
function alarmMetrics(resources: readonly AppliedResource[]): number {
  return resources
    .filter(({ type }) => type === 'aws_cloudwatch_metric_alarm')
    .map(({ values }) => {
      const queries = (values.metric_query ?? []) as readonly { readonly metric?: readonly unknown[] }[];
      return Math.max(1, queries.filter(({ metric = [] }) => metric.length > 0).length);
    })
    .reduce((sum, metrics) => sum + metrics, 0);
}

/** Moves the aliases as a release does: every alias says who moved it. Terraform must not change that. */
async function moveAliases({ functions, alias }: SystemOutputs, endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'apply', secretAccessKey: 'local' };
  const lambda = new LambdaClient({ endpoint, region: REGION, credentials });
  for (const { name: functionName, version } of Object.values(functions)) {
    const at = { functionName, alias };
    const takeover = { release: 'infra-test', from: version };
    await moveAlias(lambda, at, await readAlias(lambda, at), { version, takeover });
  }
}

async function initTerraform(
  { processes, roots, workFolder, mirror, packages, recorder }: ApplyOptions,
  root: 'system' | 'bootstrap',
  variables: NodeJS.ProcessEnv = {},
): Promise<Terraform> {
  const env = {
    AWS_ENDPOINT_URL: recorder.url,
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    // moto answers unknown calls with 500, which the provider would otherwise retry for minutes.
    AWS_MAX_ATTEMPTS: '2',
    TF_VAR_package_dir: packages.packageFolder,
    TF_VAR_state_bucket: STATE_BUCKET,
    TF_VAR_repository: '{owner="octo",owner_id=1,name="classifier",id=2}',
    TF_VAR_events: JSON.stringify({ targets: EVENT_TARGETS }),
    TF_VAR_sandbox_name: 'sandbox',
    // The sandbox is applied without it.
    TF_VAR_trains_on_fargate: 'true',
    TF_VAR_train_on: 'fargate',
    TF_VAR_train_image: TRAIN_IMAGE,
    TF_VAR_function_overrides: JSON.stringify({
      train: { environment: TRAINING },
      housekeeping: { environment: HOUSEKEEPING },
      metrics: { environment: { METRICS_REFRESH_SECONDS: '1' } },
    }),
    ...variables,
  };
  const terraform = await Terraform.in(roots[root], { processes, workFolder, mirror, env });
  const backend = [`bucket=${STATE_BUCKET}`, `key=classifier/${root}.tfstate`, `region=${REGION}`];
  // An IP address has no subdomains, so the bucket must be in the path.
  const local = [
    'use_path_style=true',
    'skip_credentials_validation=true',
    'skip_requesting_account_id=true',
  ];
  await terraform.run(
    ['init', '-lockfile=readonly', ...[...backend, ...local].map((setting) => `-backend-config=${setting}`)],
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
  { processes, recorder, packages, metrics }: ApplyOptions,
  aws: AwsCli,
  actorPrefix = '',
): Promise<AppliedSystem> {
  const client = clientOf(recorder);
  const { endpoint } = client;
  const names = Object.fromEntries(Object.entries(outputs.functions).map(([key, { name }]) => [key, name]));
  const apiId = new URL(outputs.api_url).hostname.split('.')[0] ?? '';
  return {
    aws,
    s3: new S3Client({ ...client, forcePathStyle: true }),
    host: {
      processes,
      lambda: new LambdaClient(client),
      names,
      packages,
      endpoint,
      region: REGION,
      actorPrefix,
      onOutput: (output) => putEmitted(metrics, output),
    },
    gateway: await readGateway(aws, apiId),
    apiUrl: outputs.api_url,
    buckets: outputs.buckets,
    table: outputs.registry_table,
    calls: () => recorder.calls,
  };
}

/** A person's client of any service. */
const clientOf = ({ url: endpoint }: Recorder) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'person', secretAccessKey: 'local' },
});

/** Their calls are signed with their names: see interpreting_moto.py and train-container.ts. */
const ROLES_OF_SERVICES = [
  'classifier-batch-state-machine',
  'classifier-ingest-set-state-machine',
  'classifier-train-state-machine',
  'classifier-train-job',
  'classifier-train-start',
];

/** The role of each access key id of the run. */
export function actorsOf({ functions }: SystemOutputs): Record<string, string> {
  const names = Object.entries(functions).map(([key, { name }]) => [key, name]);
  return {
    ...GITHUB_ROLES,
    ...Object.fromEntries(ROLES_OF_SERVICES.map((name) => [name, name])),
    ...Object.fromEntries(names),
  };
}
