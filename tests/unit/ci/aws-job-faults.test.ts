import { describe, expect, it } from 'vitest';
import { awsJobFaults } from '../../../.ci/aws-job-faults.ts';

const role = (seconds?: number) => ({
  uses: `aws-actions/configure-aws-credentials@${'a'.repeat(40)}`,
  with: seconds === undefined ? {} : { 'role-duration-seconds': seconds },
});
const APPLY = { run: 'exec terraform -chdir=terraform apply -auto-approve', 'timeout-minutes': 25 };
const NODE = 'exec node_modules/.bin/node lib/deploy/rollout-command.ts';
const ROLL_OUT = { run: `${NODE} --limit-minutes 50 > rollout.json`, 'timeout-minutes': 55 };
const BACK = { run: `${NODE} --release "$GITHUB_SHA" --back`, 'timeout-minutes': 10 };

function faultsOf(steps: readonly object[], minutes: number | undefined = 120): string[] {
  const faults: string[] = [];
  awsJobFaults({ steps, 'timeout-minutes': minutes }, ['jobs', 'deploy'], (path, message) =>
    faults.push(`${path.slice(2).join('.')} ${message}`),
  );
  return faults;
}

describe('a job that changes AWS', () => {
  it('has no fault when each long step begins with its own credentials and passes signals on', () => {
    expect(faultsOf([role(3600), APPLY, role(), ROLL_OUT, role(3600), BACK])).toEqual([]);
  });

  it.each([
    ['before it rolls out', [role(3600), APPLY, ROLL_OUT], 'steps.2'],
    ['before it rolls back', [role(3600), APPLY, role(3600), ROLL_OUT, BACK], 'steps.4'],
    ['for as long as a step may take', [role(900), APPLY], 'steps.1'],
    ['before a canary of two hours', [role(3600), { ...ROLL_OUT, 'timeout-minutes': 120 }], 'steps.1'],
  ])('takes the role %s', (_, steps, where) => {
    expect(faultsOf(steps, 300)).toEqual([
      expect.stringMatching(new RegExp(`^${where} expected the role to be taken again before this step`)),
    ]);
  });

  it('asks STS for no longer session than it gives', () => {
    expect(faultsOf([role(7200), APPLY])).toEqual([
      expect.stringContaining('steps.0 expected role-duration-seconds of 3600 or less'),
    ]);
  });

  it('has a time limit that its steps fit into', () => {
    expect(faultsOf([role(3600), APPLY, role(3600), ROLL_OUT], 80)).toEqual([
      expect.stringContaining('expected "timeout-minutes" of 84 or more'),
    ]);
    const { 'timeout-minutes': _, ...endless } = APPLY;
    expect(faultsOf([role(3600), endless])).toEqual([
      expect.stringContaining('expected "timeout-minutes" on a step that changes AWS'),
    ]);
  });

  it.each([
    ['without exec', 'terraform -chdir=terraform apply -auto-approve'],
    ['through npm', 'npm run --silent rollout -- --limit-minutes 50'],
    ['with npm that is executed', 'exec npm run rollout -- --limit-minutes 50'],
    ['before a pipe', `${NODE} --limit-minutes 50 | tee rollout.json`],
    ['before another command', `${NODE} --limit-minutes 50\necho done`],
    ['after a trap', `trap 'echo bye' EXIT\nnode lib/deploy/rollout-command.ts --limit-minutes 50`],
  ])('does not start what must hear signals %s', (_, run) => {
    expect(faultsOf([role(3600), { run, 'timeout-minutes': 55 }])).toEqual([
      expect.stringContaining('expected the last command to be "exec terraform ..."'),
    ]);
  });

  it('may prepare, and continue lines', () => {
    const run = `jq . outputs.json\nexec node_modules/.bin/node lib/deploy/rollout-command.ts \\\n  --limit-minutes 50`;
    expect(faultsOf([role(3600), { run, 'timeout-minutes': 55 }])).toEqual([]);
  });

  it.each([
    ['none', NODE],
    ['one that ends with the step', `${NODE} --limit-minutes 55`],
  ])('gives a rollout a limit with time to move back, not %s', (_, run) => {
    expect(faultsOf([role(3600), { run, 'timeout-minutes': 55 }])).toEqual([
      expect.stringContaining('expected --limit-minutes, at least 5 below'),
    ]);
  });
});

describe('a job without a role', () => {
  it('has nothing to lose', () => {
    expect(faultsOf([{ run: 'npm run rollout -- --help' }], undefined)).toEqual([]);
  });
});
