import { describe, expect, it } from 'vitest';
import { integerOr, readConfiguration, requiredText, textOr } from '../../lib/config.ts';
import { ConfigurationError } from '../../lib/errors.ts';

const FIELDS = {
  MODELS_BUCKET: requiredText('the name of the bucket for models'),
  REFRESH_SECONDS: integerOr(30, { min: 0, max: 3600 }),
  CODE_VERSION: textOr('unknown'),
};

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfiguration({ ...FIELDS, API_TOKEN: integerOr(1, { min: 0, max: 9 }) }, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('readConfiguration', () => {
  it('fills in defaults and turns numbers into numbers', () => {
    expect(readConfiguration(FIELDS, { MODELS_BUCKET: 'm', AWS_REGION: 'eu-west-1' })).toEqual({
      MODELS_BUCKET: 'm',
      REFRESH_SECONDS: 30,
      CODE_VERSION: 'unknown',
    });
    expect(readConfiguration(FIELDS, { MODELS_BUCKET: 'm', REFRESH_SECONDS: '0' }).REFRESH_SECONDS).toBe(0);
  });

  it('reports all faults together, with what was expected and what was found', () => {
    expect(faultsOf({ REFRESH_SECONDS: '4000' })).toEqual([
      'MODELS_BUCKET: expected the name of the bucket for models; it is not set',
      'REFRESH_SECONDS: expected a whole number from 0 to 3600; got "4000"',
    ]);
  });

  it.each(['', '-1', '1.5', '1e3', ' 5', '0x10', '99999999999999999999'])(
    'refuses %j as a whole number',
    (text) => {
      expect(faultsOf({ MODELS_BUCKET: 'm', REFRESH_SECONDS: text })).toHaveLength(1);
    },
  );

  it('masks the values of secrets', () => {
    const [fault] = faultsOf({ MODELS_BUCKET: 'm', API_TOKEN: 'hunter2' });
    expect(fault).toBe('API_TOKEN: expected a whole number from 0 to 9; got ***');
  });
});
