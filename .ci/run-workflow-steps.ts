import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type LocalStep, localSteps } from './workflow-steps.ts';

/**
 * `node .ci/run-workflow-steps.ts [--without <step>]...`: runs the steps of ci.yml and deploy.yml that need
 * neither AWS nor GitHub, in order, each job in a clean clone of the committed files. A job with the same
 * steps as an earlier one is not run again. Exit code 1 at the first failure. act, which runs whole
 * workflows, needs a Docker engine; this is for machines without one.
 */
const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const WORKFLOWS = ['.github/workflows/ci.yml', '.github/workflows/deploy.yml'];

const { values } = parseArgs({ options: { without: { type: 'string', multiple: true, default: [] } } });
const work = mkdtempSync(join(tmpdir(), 'workflow-steps-'));
const seen = new Set<string>();
const counts = { run: 0, skipped: 0 };

try {
  for (const workflow of WORKFLOWS) {
    const steps = localSteps(PROJECT, workflow);
    for (const [job, own] of Map.groupBy(steps, (step) => step.job)) runJob(workflow, job, own);
  }
  process.stdout.write(`\n${counts.run} steps passed, ${counts.skipped} were not run\n`);
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}

function runJob(workflow: string, job: string, steps: readonly LocalStep[]): void {
  const content = JSON.stringify(steps);
  process.stdout.write(`\n== ${workflow} ${job}\n`);
  if (seen.has(content)) {
    process.stdout.write('   the same steps passed before\n');
    return;
  }
  seen.add(content);
  const clone = join(work, `${seen.size}`);
  run('git', ['clone', '--quiet', '--no-hardlinks', PROJECT, clone], work);
  for (const step of steps) runStep(step, clone);
  rmSync(clone, { recursive: true, force: true, maxRetries: 5 });
}

function runStep(step: LocalStep, clone: string): void {
  const left = values.without.includes(step.name)
    ? 'left out as asked'
    : step.kind === 'skip'
      ? step.reason
      : undefined;
  process.stdout.write(`-- ${step.name}${left === undefined ? '' : ` (not run: ${left})`}\n`);
  if (left !== undefined || step.kind === 'skip') {
    counts.skipped++;
    return;
  }
  counts.run++;
  if (step.kind === 'run') runScript(step.script, step.environment, clone);
  else {
    const [kept, used] = [join(work, 'artifacts', step.artifact), join(clone, step.path)];
    if (step.kind === 'keep') rmSync(kept, { recursive: true, force: true });
    cpSync(...(step.kind === 'keep' ? ([used, kept] as const) : ([kept, used] as const)), {
      recursive: true,
    });
  }
}

function runScript(script: string, environment: Readonly<Record<string, string>>, clone: string): void {
  const file = join(work, 'step.sh');
  writeFileSync(file, script);
  // Runs the script as GitHub does with "shell: bash". Its summary and outputs are discarded.
  run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], clone, {
    ...withoutNpm(),
    CI: 'true',
    GITHUB_STEP_SUMMARY: join(work, 'summary'),
    GITHUB_OUTPUT: join(work, 'outputs'),
    ...environment,
  });
}

/**
 * npm may have started this process, and npm's settings and paths point to this project instead of the clone.
 */
function withoutNpm(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_registry)|NODE_OPTIONS$)/i.test(name),
  );
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules') && folder !== dirname(process.execPath));
  return { ...Object.fromEntries(kept), PATH: path.join(':') };
}

function run(name: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): void {
  const { status, error } = spawnSync(name, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: expected exit code 0, got ${status}`);
}
