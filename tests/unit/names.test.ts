import { describe, expect, it } from 'vitest';
import { RefusedFileError } from '../../lib/errors.ts';
import { parseRawKey } from '../../lib/names.ts';

describe('parseRawKey', () => {
  it.each([
    ['iris.csv', { kind: 'csv', model: 'default' }],
    ['iris.CSV', { kind: 'csv', model: 'default' }],
    ['wine/x.csv', { kind: 'csv', model: 'wine' }],
    ['0-9/a b+c d.Csv', { kind: 'csv', model: '0-9' }],
    ['wine/schema.json', { kind: 'contract', model: 'wine' }],
    ['schema.json', { kind: 'contract', model: 'default' }],
    [`${'m'.repeat(63)}/x.csv`, { kind: 'csv', model: 'm'.repeat(63) }],
  ])('reads %j', (key, expected) => {
    expect(parseRawKey(key)).toEqual(expected);
  });

  it.each([
    ['iris.tsv', 'does not end in .csv'],
    ['.csv', 'does not end in .csv'],
    ['wine/', 'does not end in .csv'],
    ['wine/.csv', 'does not end in .csv'],
    ['a/b/x.csv', 'deeper than one folder'],
    ['/x.csv', 'not a model name'],
    ['Wine/x.csv', 'not a model name'],
    ['-wine/x.csv', 'not a model name'],
    ['__proto__/x.csv', 'not a model name'],
    [`${'m'.repeat(64)}/x.csv`, 'not a model name'],
    ['wine\n/x.csv', 'not a model name'],
    ['', 'does not end in .csv'],
  ])('refuses %j', (key, reason) => {
    expect(() => parseRawKey(key)).toThrow(reason);
    expect(() => parseRawKey(key)).toThrow(RefusedFileError);
  });
});
