import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The local form of a step, on a machine that is not GitHub's and has no AWS account. */
export type LocalStep = { readonly job: string; readonly name: string } & (
  | { readonly kind: 'run'; readonly script: string; readonly environment: Readonly<Record<string, string>> }
  | { readonly kind: 'keep' | 'fetch'; readonly artifact: string; readonly path: string }
  | { readonly kind: 'skip'; readonly reason: string }
);

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
}

const TAKES_ROLE = 'aws-actions/configure-aws-credentials';
const NEEDS_ENGINE = 'needs a Docker engine; see tests/infra/docker-steps.ts';

/** Needs that also apply to all later steps of a job. */
const LASTING = ['needs AWS', NEEDS_ENGINE];

/** Tools that call GitHub or need an engine, and the reason to skip their steps. */
const TOOLS: readonly [RegExp, string][] = [
  [/(^|\n)\s*gh /, 'asks GitHub'],
  [/(^|[\s(])docker /, NEEDS_ENGINE],
];

/**
 * The steps of a workflow in the order of its jobs' dependencies, including those of called workflows and
 * local actions. Steps after a role is assumed need AWS, and steps after a container is started need its
 * engine.
 *
 * @param root the repository's folder
 * @param file the workflow's path below it
 */
export function localSteps(root: string, file: string): LocalStep[] {
  const { jobs } = parse(readFileSync(join(root, file), 'utf8')) as { jobs: Record<string, Job> };
  return inOrder(jobs).flatMap((name) => stepsOfJob(root, name, jobs[name]!));
}

function inOrder(jobs: Readonly<Record<string, Job>>): string[] {
  const order: string[] = [];
  const visit = (name: string) => {
    if (order.includes(name)) return;
    const job = jobs[name];
    if (!job) throw new Error(`expected a job "${name}", which another one needs`);
    for (const needed of [job.needs ?? []].flat()) visit(needed);
    order.push(name);
  };
  for (const name of Object.keys(jobs)) visit(name);
  return order;
}

function stepsOfJob(root: string, job: string, { uses, steps = [], env = {} }: Job): LocalStep[] {
  if (uses !== undefined) return localSteps(root, uses.replace(/^\.\//, ''));
  let lasting: string | undefined;
  return flattened(root, steps).map((step) => {
    const local = localStep(job, { ...step, env: { ...env, ...step.env } }, lasting);
    if (local.kind === 'skip' && LASTING.includes(local.reason)) lasting = local.reason;
    return local;
  });
}

function flattened(root: string, steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => {
    if (!step.uses?.startsWith('./')) return [step];
    const action = parse(readFileSync(join(root, step.uses, 'action.yml'), 'utf8')) as {
      runs: { steps: Step[] };
    };
    return flattened(root, action.runs.steps);
  });
}

function localStep(job: string, step: Step, lasting: string | undefined): LocalStep {
  const [action = ''] = (step.uses ?? '').split('@');
  const name = step.name ?? (action || 'run');
  const skip = (reason: string): LocalStep => ({ job, name, kind: 'skip', reason });
  if (lasting !== undefined) return skip(lasting);
  if (action === TAKES_ROLE) return skip('needs AWS');
  if (action === 'actions/upload-artifact' || action === 'actions/download-artifact') {
    const kind = action === 'actions/upload-artifact' ? 'keep' : 'fetch';
    return { job, name, kind, artifact: String(step.with?.name), path: String(step.with?.path) };
  }
  if (step.run === undefined) return skip(ACTIONS[action] ?? 'asks GitHub');
  if (/\b(failure|cancelled)\(\)/.test(step.if ?? '')) return skip('for failures');
  const tool = TOOLS.find(([pattern]) => pattern.test(step.run!));
  if (tool) return skip(tool[1]);
  const environment = Object.entries(step.env ?? {}).map(([key, value]) => [key, valueHere(String(value))]);
  return { job, name, kind: 'run', script: step.run, environment: Object.fromEntries(environment) };
}

const ACTIONS: Readonly<Record<string, string>> = {
  'actions/checkout': 'this is the clone',
  'actions/setup-node': "this machine's Node; every script runs on the one that npm installs",
  'hashicorp/setup-terraform': "this machine's Terraform",
};

/** The value of an expression in a repository without variables, whose jobs all succeeded. */
function valueHere(text: string): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    if (expression === 'toJSON(needs)')
      return '{"checks":{"result":"success"},"packages":{"result":"success"},"plan":{"result":"skipped"}}';
    const fallback = /^vars\.\w+(?: \|\| '(.*)')?$/.exec(expression);
    if (fallback) return fallback[1] ?? '';
    throw new Error(`expected an expression that has a value here, got "${expression}"`);
  });
}
