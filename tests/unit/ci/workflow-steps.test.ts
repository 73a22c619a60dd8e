import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { localSteps } from '../../../.ci/workflow-steps.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const names = (file: string, kind: string) =>
  localSteps(ROOT, `.github/workflows/${file}`)
    .filter((step) => step.kind === kind)
    .map(({ job, name }) => `${job}: ${name}`);

describe('the steps of the workflows that need neither AWS nor GitHub', () => {
  it('are those of CI up to the one required job, including called workflows and local actions', () => {
    expect(names('ci.yml', 'run')).toEqual([
      ...['static: Install', 'static: Lint', 'static: Types', 'static: Dead code'],
      ...['static: Workflows', 'static: Lock files'],
      ...['test: Install', 'test: Test', 'test: Test what takes minutes by its nature'],
      ...[
        'terraform: Install',
        'terraform: Install moto',
        'terraform: Format, validate, test, apply and destroy',
      ],
      ...['packages: Install', 'packages: Package'],
      'required: Every job passed',
    ]);
  });

  it('are those of the deployment until it takes a role, on the packaged bytes', () => {
    const steps = localSteps(ROOT, '.github/workflows/deploy.yml');
    expect(steps.find(({ kind }) => kind === 'keep')).toMatchObject({
      artifact: 'packages',
      path: 'dist/packages',
    });
    expect(names('deploy.yml', 'run').slice(-2)).toEqual([
      'deploy: Install',
      'deploy: Hold the bytes against their sums',
    ]);
    const reasons = steps.flatMap((step) =>
      step.kind === 'skip' && step.job === 'deploy' ? [`${step.name}: ${step.reason}`] : [],
    );
    expect(reasons).toEqual(
      expect.arrayContaining([
        'Hold the bytes against their attestation: asks GitHub',
        'Apply: needs AWS',
        'Roll out: needs AWS',
        'Roll back: needs AWS',
      ]),
    );
  });

  it('name a missing job', () => {
    expect(() => localSteps(ROOT, 'tests/helpers/broken-workflow.yml')).toThrow('expected a job "nobody"');
  });
});
