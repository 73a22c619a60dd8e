import { describe, expect, it } from 'vitest';
import { RefusedFileError } from '../../lib/errors.ts';
import { parseRawKey } from '../../lib/names.ts';

describe('parseRawKey', () => {
  it.each([
    ['iris.tsv', { kind: 'table', model: 'default' }],
    ['iris.txt', { kind: 'table', model: 'default' }],
    ['iris.Data', { kind: 'table', model: 'default' }],
    ['wine/x.csv.GZ', { kind: 'table', model: 'wine' }],
    ['wine/x.parquet', { kind: 'table', model: 'wine' }],
    ['iris.csv', { kind: 'table', model: 'default' }],
    ['iris.CSV', { kind: 'table', model: 'default' }],
    ['wine/x.csv', { kind: 'table', model: 'wine' }],
    ['0-9/a b+c d.Csv', { kind: 'table', model: '0-9' }],
    ['wine/schema.json', { kind: 'contract', model: 'wine' }],
    ['schema.json', { kind: 'contract', model: 'default' }],
    [`${'m'.repeat(63)}/x.csv`, { kind: 'table', model: 'm'.repeat(63) }],
  ])('reads %j', (key, expected) => {
    expect(parseRawKey(key)).toEqual(expected);
  });

  it.each([
    ['iris.json', 'does not end in .csv, .tsv', 'upload it as <file>.csv or <model>/<file>.csv'],
    ['.csv', 'does not end in .csv', 'upload it as <file>.csv'],
    ['.csv.gz', 'does not end in .csv', 'compress one CSV'],
    ['wine/', 'does not end in .csv', 'upload it as <file>.csv'],
    ['wine/.csv', 'does not end in .csv', 'upload it as <file>.csv'],
    ['book.xlsx', 'it is a spreadsheet', 'save the sheet as CSV (UTF-8), and upload that'],
    ['book.csv.zip', 'does not end in .csv', 'unpack it'],
    ['a/b/x.csv', 'deeper than one folder', 'upload it as "a-b/x.csv"'],
    ['/x.csv', 'not a model name', 'upload it as "x.csv"'],
    ['Wine/x.csv', 'not a model name: 1 to 63 of a-z, 0-9 and -', 'upload it as "wine/x.csv"'],
    ['My Model/x.csv', '"My Model" is not a model name', 'upload it as "my-model/x.csv"'],
    ['Größe é/schema.json', 'not a model name', 'upload it as "gro-e-e/schema.json"'],
    ['-wine/x.csv', 'not a model name', 'upload it as "wine/x.csv"'],
    ['__proto__/x.csv', 'not a model name', 'upload it as "proto/x.csv"'],
    ['数据/x.csv', 'not a model name', 'upload it as "x.csv"'],
    [`${'m'.repeat(64)}/x.csv`, 'not a model name', `upload it as "${'m'.repeat(63)}/x.csv"`],
    ['wine\n/x.csv', 'not a model name', 'upload it as "wine/x.csv"'],
    ['', 'does not end in .csv', 'upload it as <file>.csv'],
  ])('refuses %j with the rule and a name that would do', (key, reason, fix) => {
    const refusal = refusalOf(key);
    expect(refusal.code).toBe('key');
    expect(refusal.message).toContain(reason);
    expect(refusal.fix).toContain(fix);
  });

  it('proposes names that it reads', () => {
    for (const key of ['My Model/x.csv', 'a/b/c.tsv', `${'-é'.repeat(80)}/x.csv`, '数据/x.csv']) {
      const proposed = /"(.*)"$/.exec(refusalOf(key).fix!)![1]!;
      expect(parseRawKey(proposed).kind).toBe('table');
    }
  });
});

function refusalOf(key: string): RefusedFileError {
  try {
    parseRawKey(key);
  } catch (error) {
    if (error instanceof RefusedFileError) return error;
    throw error;
  }
  throw new Error(`${key} was not refused`);
}
