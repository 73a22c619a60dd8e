import { describe, expect, it } from 'vitest';
import { parseStatistic } from '../../../../lib/local/cloudwatch/statistic-syntax.ts';

describe('the syntax of statistics', () => {
  it.each([
    'Sum',
    'p0',
    'p99.9999999999',
    'p100',
    'tm99',
    'wm98',
    'tc90',
    'ts90',
    'IQM',
    'TM(10%:90%)',
    'TC(:0.5)',
  ])('accepts %s', (name) => expect(parseStatistic(name)).toBeDefined());

  it.each([
    ...[
      '',
      'sum',
      'p',
      'p101',
      'p-1',
      'p99.99999999999',
      'P99',
      'pr90',
      'TC()',
      'TC(:)',
      'TC(5:1)',
      'TC(1:1)',
      'TC(a:b)',
    ],
    ...[
      'TM(10%:90)',
      'TM(10:90%)',
      'TM(:101%)',
      'PR(10%:90%)',
      'tc(1:2)',
      'TM90',
      'constructor',
      'TC(1:2',
      'TC(-1:2)',
    ],
  ])('refuses "%s"', (name) => expect(parseStatistic(name)).toBeUndefined());
});
