import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A step of a workflow that runs a script, with its environment. */
export interface ScriptStep {
  readonly name: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

type Values = Readonly<Record<string, string>>;

/**
 * The scripts of a workflow's only job in their order, those of local actions among them, with the values of
 * their expressions.
 *
 * @param root the repository's folder
 * @param values of expressions such as `vars.AWS_REGION` and `github.run_number`
 * @throws Error for an expression without a value here
 */
export function scriptSteps(root: string, file: string, values: Values): ScriptStep[] {
  const { jobs } = parse(readFileSync(join(root, file), 'utf8')) as { jobs: Record<string, Job> };
  const [job, ...others] = Object.values(jobs);
  if (!job || others.length > 0)
    throw new Error(`${file}: expected one job, got ${Object.keys(jobs).length}`);
  return job.steps.flatMap((step) => scriptsOf(root, { ...step, env: { ...job.env, ...step.env } }, values));
}

function scriptsOf(root: string, step: Step, values: Values): ScriptStep[] {
  if (step.uses?.startsWith('./')) {
    const action = parse(readFileSync(join(root, step.uses, 'action.yml'), 'utf8')) as {
      inputs?: Record<string, { default?: string }>;
      runs: { steps: Step[] };
    };
    const inputs = Object.entries(action.inputs ?? {}).map(([name, { default: preset = '' }]) => [
      `inputs.${name}`,
      valueIn(String(step.with?.[name] ?? preset), values),
    ]);
    const inner = { ...values, ...(Object.fromEntries(inputs) as Values) };
    return action.runs.steps.flatMap((each) =>
      scriptsOf(root, { ...each, env: { ...step.env, ...each.env } }, inner),
    );
  }
  if (step.run === undefined) return [];
  const env = Object.entries(step.env ?? {}).map(([name, text]) => [name, valueIn(String(text), values)]);
  return [{ name: step.name ?? step.run, script: step.run, env: Object.fromEntries(env) as Values }];
}

function valueIn(text: string, values: Values): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const [, name = '', fallback] = /^([\w.-]+)(?: \|\| '(.*)')?$/.exec(expression) ?? [];
    const value = values[name] ?? fallback;
    if (value === undefined) throw new Error(`expected a value of "${expression}"; add it in tests/infra`);
    return value;
  });
}
