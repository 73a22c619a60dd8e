import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiFront, startFront } from './api-front.ts';
import type { AppliedSystem } from './applied-system.ts';
import type { ApplyOptions, SystemOutputs } from './apply-options.ts';
import { InfraTestError } from './processes.ts';
import { type ScriptStep, scriptSteps } from './sandbox-script.ts';
import { deliverAll } from './system-calls.ts';
import { cliConfig } from './terraform.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORKFLOW = '.github/workflows/sandbox.yml';
/** What this run has done before: the project is installed, and its functions are packaged. */
const DONE_BEFORE = ['Install', 'Package'];

/** What the steps are run on. */
export interface SandboxOptions extends ApplyOptions {
  readonly region: string;
  readonly stateBucket: string;
  readonly boundary: string;
  /** The clients for the system that the steps applied. */
  readonly systemOf: (outputs: SystemOutputs) => Promise<AppliedSystem>;
  /** Called when both systems have answered, before the rollout and the end of this one. */
  readonly whileBothStand: (system: AppliedSystem) => Promise<void>;
}

/**
 * Runs the steps of the workflow Sandbox in their order, as the role of its environment: those that GitHub's
 * own actions do are left out, and the API is answered by the gateway as AWS stores it.
 */
export async function runSandbox(options: SandboxOptions): Promise<void> {
  const folder = await prepare(options);
  const steps = scriptSteps(ROOT, WORKFLOW, {
    'vars.AWS_REGION': options.region,
    'vars.TF_STATE_BUCKET': options.stateBucket,
    'vars.SANDBOX_BOUNDARY_ARN': options.boundary,
    'vars.SANDBOX_CANARY_MINUTES': '0',
    'github.run_number': '1',
  }).filter(({ name }) => !DONE_BEFORE.includes(name));
  let front: ApiFront | undefined;
  let system: AppliedSystem | undefined;
  let delivered: Promise<void> | undefined;
  try {
    for (const step of steps) {
      await runStep(step, folder, options);
      if (step.name.startsWith('Outputs')) {
        const applied = await options.systemOf(await outputsIn(folder));
        system = applied;
        await front?.close();
        front = await startFront(applied.gateway, applied.host, () => {
          delivered ??= deliver(applied);
          return delivered;
        });
        await replaceApiUrl(folder, front.url);
      }
      if (step.name === 'Count in /metrics') await options.whileBothStand(system!);
      options.say(`sandbox.yml: ${step.name}`);
    }
  } finally {
    await front?.close();
  }
}

/** What S3 and the queues would do by themselves, once: a file is dropped before the first look. */
async function deliver(system: AppliedSystem): Promise<void> {
  await deliverAll(system, system.buckets.raw);
  await deliverAll(system, system.buckets.processed);
}

/** A folder like a clone of the repository, with the packages. */
async function prepare({ workFolder, roots, packages }: SandboxOptions): Promise<string> {
  const folder = join(workFolder, 'sandbox');
  await mkdir(join(folder, 'dist'), { recursive: true });
  await cp(roots.system, join(folder, 'terraform'), { recursive: true });
  for (const name of ['lib', 'data', 'node_modules', 'package.json'])
    await symlink(join(ROOT, name), join(folder, name));
  await symlink(packages.packageFolder, join(folder, 'dist/packages'));
  return folder;
}

async function runStep(
  { name, script, env }: ScriptStep,
  folder: string,
  { processes, workFolder, mirror, recorder, region }: SandboxOptions,
): Promise<void> {
  const file = join(workFolder, 'step.sh');
  await writeFile(file, script);
  const { code, stdout, stderr } = await processes.run(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', file],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...env,
        GITHUB_SHA: 'sandbox-test',
        GITHUB_OUTPUT: join(workFolder, 'github-output'),
        GITHUB_STEP_SUMMARY: join(workFolder, 'summary.md'),
        AWS_REGION: region,
        AWS_ENDPOINT_URL: recorder.url,
        AWS_ACCESS_KEY_ID: 'sandbox',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '2',
        TF_CLI_CONFIG_FILE: await cliConfig(workFolder, mirror),
        // An IP address has no subdomains, so the bucket must be in the path.
        TF_CLI_ARGS_init:
          '-backend-config=use_path_style=true -backend-config=skip_credentials_validation=true -backend-config=skip_requesting_account_id=true',
        // Nothing has changed since the apply, and a refresh would take a minute.
        TF_CLI_ARGS_destroy: '-refresh=false',
      },
    },
  );
  if (code !== 0)
    throw new InfraTestError(`${WORKFLOW}, "${name}": exit code ${code}\n${stdout.slice(-3000)}${stderr}`);
}

async function outputsIn(folder: string): Promise<SystemOutputs> {
  const text = await readFile(join(folder, 'outputs.json'), 'utf8');
  const outputs = JSON.parse(text) as Record<string, { value: unknown }>;
  const values = Object.entries(outputs).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(values) as SystemOutputs;
}

/** On AWS the API has an address of its own. */
async function replaceApiUrl(folder: string, url: string): Promise<void> {
  const file = join(folder, 'outputs.json');
  const outputs = JSON.parse(await readFile(file, 'utf8')) as Record<string, { value: unknown }>;
  await writeFile(file, JSON.stringify({ ...outputs, api_url: { ...outputs.api_url, value: url } }));
}
