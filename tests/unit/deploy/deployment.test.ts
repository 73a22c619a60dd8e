import { describe, expect, it } from 'vitest';
import { readDeployment } from '../../../lib/deploy/deployment.ts';

describe('what Terraform printed', () => {
  const outputs = {
    api_url: { value: 'https://a.example/', type: 'string', sensitive: false },
    raw_bucket: { value: 'classifier-raw-1' },
    registry_table: { value: 'classifier-registry' },
    alias: { value: 'live' },
    rollout_alarms: { value: ['errors'] },
    functions: { value: { predict: { name: 'classifier-predict', version: '7', triggered_by: 'http' } } },
    predict_curl: { value: 'curl ...' },
  };

  it('names the API, the bucket, the alarms and each function with its version', () => {
    expect(readDeployment(JSON.stringify(outputs))).toEqual({
      apiUrl: 'https://a.example',
      rawBucket: 'classifier-raw-1',
      registryTable: 'classifier-registry',
      alias: 'live',
      alarms: ['errors'],
      functions: [{ key: 'predict', functionName: 'classifier-predict', version: '7', trigger: 'http' }],
    });
  });

  it('is refused with every output that is missing or of another form', () => {
    const { alias: _, ...rest } = outputs;
    const unpublished = { predict: { name: 'p', version: '$LATEST', triggered_by: 'http' } };
    const text = JSON.stringify({ ...rest, functions: { value: unpublished } });
    expect(() => readDeployment(text)).toThrow(
      /terraform output alias: .*\n.*functions\.value\.predict\.version: expected a published version/,
    );
    expect(() => readDeployment('Warning: no outputs')).toThrow('expected JSON, got 19 characters');
  });
});
