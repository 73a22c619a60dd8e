import { describe, expect, it } from 'vitest';
import {
  flagOr,
  integerOr,
  jsonOr,
  readConfiguration,
  requiredText,
  shareOr,
  textOr,
} from '../../lib/config.ts';
import { ConfigurationError } from '../../lib/errors.ts';
import { DEFAULT_SETTINGS, trainingSettings } from '../../lib/training/settings.ts';

const FIELDS = {
  MODELS_BUCKET: requiredText('the name of the bucket for models'),
  REFRESH_SECONDS: integerOr(30, { min: 0, max: 3600 }, 'age'),
  CODE_VERSION: textOr('unknown', 'code'),
};

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfiguration({ ...FIELDS, API_TOKEN: integerOr(1, { min: 0, max: 9 }, 'token') }, environment);
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

  it('reads JSON of a closed shape, and says where it is wrong', () => {
    const fields = { TRAINING_SETTINGS: jsonOr('{}', trainingSettings, 'training') };
    expect(readConfiguration(fields, {}).TRAINING_SETTINGS).toEqual(DEFAULT_SETTINGS);
    const { seed, gate } = readConfiguration(fields, {
      TRAINING_SETTINGS: '{"seed":7,"gate":{"floor":0.8}}',
    }).TRAINING_SETTINGS;
    expect([seed, gate.floor, gate.champion_margin]).toEqual([7, 0.8, 0.02]);
    const faultOf = (text: string) => () => readConfiguration(fields, { TRAINING_SETTINGS: text });
    expect(faultOf('{')).toThrow('TRAINING_SETTINGS: expected JSON; got "{"');
    expect(faultOf('{"gate":{"flor":1}}')).toThrow(/TRAINING_SETTINGS: gate: .*flor/);
    expect(faultOf('{"neighbour_candidates":[5,3]}')).toThrow(
      'neighbour_candidates: expected ascending numbers',
    );
  });
});

describe('shareOr', () => {
  const read = (text?: string) =>
    readConfiguration(
      { RATE: shareOr(0.1, { min: 0, max: 1 }, 'rate') },
      text === undefined ? {} : { RATE: text },
    ).RATE;

  it.each([
    [undefined, 0.1],
    ['0', 0],
    ['1', 1],
    ['1.0', 1],
    ['.5', 0.5],
    ['0.001', 0.001],
  ])('reads %j as %d', (text, share) => {
    expect(read(text)).toBe(share);
  });

  it.each(['', '1.1', '-0.1', '10%', '1e-3', ' 0.5', 'NaN'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(/RATE: expected a number from 0 to 1/);
  });
});

describe('flagOr', () => {
  const read = (text?: string) =>
    readConfiguration({ ON: flagOr(false, 'switch') }, text === undefined ? {} : { ON: text }).ON;

  it('reads true and false, and nothing else', () => {
    expect([read(), read('true'), read('false')]).toEqual([false, true, false]);
    for (const text of ['', '1', 'yes', 'True'])
      expect(() => read(text)).toThrow(/ON: expected "true" or "false"/);
  });
});
