import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scriptSteps } from '../../infra/sandbox-script.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = '.github/workflows/sandbox.yml';
const VALUES = {
  'vars.AWS_REGION': 'us-east-1',
  'vars.TF_STATE_BUCKET': 'state',
  'vars.SANDBOX_BOUNDARY_ARN': 'arn:boundary',
  'github.run_number': '7',
};

describe('the scripts of the workflow Sandbox', () => {
  const steps = scriptSteps(ROOT, FILE, VALUES);

  it('apply, drop, wait, predict, count, roll out and back, and destroy, in this order', () => {
    expect(steps.map(({ name }) => name)).toEqual([
      ...['Install', 'Package', 'Initialise', 'Apply', 'Outputs'],
      ...['Drop a file', 'Wait for the champion', 'Predict', 'Count in /metrics'],
      ...['Publish a version', 'Outputs with the version', 'Roll the version out', 'Roll it back'],
      ...['Destroy', 'Say what was seen'],
    ]);
  });

  it('have the values of their expressions, those of the inputs of an action among them', () => {
    const initialise = steps.find(({ name }) => name === 'Initialise');
    expect(initialise?.env).toMatchObject({
      STATE_BUCKET: 'state',
      STATE_KEY: 'sandbox-7/system.tfstate',
      VARIABLES: '',
    });
    expect(steps.at(-1)?.env).toMatchObject({ TF_VAR_name: 'sandbox-7', TF_VAR_protect_data: 'false' });
  });

  it('are not guessed where a value is missing', () => {
    const { 'vars.AWS_REGION': _, ...others } = VALUES;
    expect(() => scriptSteps(ROOT, FILE, others)).toThrow('expected a value of "vars.AWS_REGION"');
  });
});
