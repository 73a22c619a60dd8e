import { describe, expect, it } from 'vitest';
import {
  defaultValues,
  instanceOf,
  requestValue,
  rowOf,
  valuesOfRow,
} from '../../../../../../functions/console/page/predict/form-values.ts';

const feature = (name: string, type: 'numeric' | 'categorical') => ({
  name,
  type,
  nullable: false,
  category_count: type === 'categorical' ? 2 : null,
  categories: type === 'categorical' ? ['x', 'y'] : null,
});

describe('values of the form', () => {
  it.each([
    ['1.50', 'numeric', 1.5],
    [' -2e3 ', 'numeric', -2000],
    ['$1,234.50', 'numeric', '$1,234.50'],
    ['0x10', 'numeric', '0x10'],
    ['', 'numeric', null],
    ['  ', 'categorical', null],
    ['1', 'categorical', '1'],
    ['2024-01-02', 'datetime', '2024-01-02'],
  ] as const)('%j of a %s feature is sent as %j', (text, type, value) => {
    expect(requestValue(text, type)).toBe(value);
  });

  it('begin with the middle of the data and its most frequent category', () => {
    const profile = {
      name: 'a',
      type: 'numeric',
      count: 3,
      missing: 0,
      min: 0,
      max: 2,
      mean: 1,
      sd: 1,
      quantiles: { p50: 1.23456789 },
      histogram: null,
      exact: true,
    } as const;
    const top = {
      name: 'b',
      type: 'categorical',
      count: 3,
      missing: 0,
      categories: 2,
      top: [{ value: 'y', count: 2 }],
    };
    const fields = [
      { feature: feature('a', 'numeric'), profile },
      { feature: feature('b', 'categorical'), profile: { ...top, type: 'categorical' as const } },
      { feature: feature('c', 'numeric'), profile: undefined },
      // Three of four rows have no value here.
      {
        feature: feature('d', 'categorical'),
        profile: { ...top, type: 'categorical' as const, missing: 9 },
      },
    ];
    expect(defaultValues(fields)).toEqual({ a: '1.23457', b: 'y', c: '', d: '' });
    expect(rowOf(fields, { a: '1', b: 'x', c: '' })).toEqual({ a: 1, b: 'x', c: null, d: null });
  });

  it('are sent in order where a feature has the name that the API accepts in no object', () => {
    const features = [feature('b', 'numeric'), feature('__proto__', 'numeric')];
    const row = rowOf(
      features.map((each) => ({ feature: each, profile: undefined })),
      Object.fromEntries([
        ['b', '1'],
        ['__proto__', '2'],
      ]),
    );
    expect(instanceOf(row, features)).toEqual([1, 2]);
    expect(instanceOf({ b: 1 }, features.slice(0, 1))).toEqual({ b: 1 });
  });

  it('take a row of an answer over', () => {
    expect(valuesOfRow({ a: 1.5, b: 'x', c: null })).toEqual({ a: '1.5', b: 'x', c: '' });
  });
});
