import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusedFileError } from '../../lib/errors.ts';
import { modelOfRefusedKey, NO_MODEL, parseRawKey, rawKeyFor } from '../../lib/names.ts';

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
    ['wine/2026/x.csv.gz', { kind: 'part', model: 'wine' }],
    ['default/year=2026/part-0.Parquet', { kind: 'part', model: 'default' }],
    ['wine/2026/_COMPLETE', { kind: 'set', model: 'wine' }],
    ['wine/2026/_SUCCESS', { kind: 'set', model: 'wine' }],
    ['wine/2026/_committed_7', { kind: 'beside', model: 'wine' }],
    ['wine/2026/.part-0.csv.crc', { kind: 'beside', model: 'wine' }],
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
    ['a/b/c/x.csv', 'deeper than one folder', 'upload it as "a-b-c/x.csv"'],
    ['A/b/x.csv', 'deeper than one folder', 'upload it as "a-b/x.csv"'],
    ['a/b/x.txt.bak', 'does not end in .csv', 'upload it as <file>.csv'],
    ['a/b/schema.json', 'beside the sets', 'upload it as "a/schema.json"'],
    ['a/_COMPLETE', 'it completes no set', 'into a folder of their own: <model>/<set>/_COMPLETE'],
    ['_SUCCESS', 'it completes no set', 'into a folder of their own: <model>/<set>/_SUCCESS'],
    ['A/b/_COMPLETE', 'it completes no set', 'into a folder of their own'],
    ['/x.csv', 'not a model name', 'upload it as "x.csv"'],
    ['Wine/x.csv', 'not a model name: 1 to 63 of a-z, 0-9 and -', 'upload it as "wine/x.csv"'],
    ['My Model/x.csv', '"My Model" is not a model name', 'upload it as "my-model/x.csv"'],
    ['Größe é/schema.json', 'not a model name', 'upload it as "gro-e-e/schema.json"'],
    ['-wine/x.csv', 'not a model name', 'upload it as "wine/x.csv"'],
    ['__proto__/x.csv', 'not a model name', 'upload it as "proto/x.csv"'],
    // Not the default model, whose data it would replace.
    ['数据/x.csv', 'not a model name', 'upload it as "my-model/x.csv"'],
    ['-/x.csv', 'not a model name', 'upload it as "my-model/x.csv"'],
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
    for (const key of [
      'My Model/x.csv',
      'A/b/c.tsv',
      'a/b/c/d.csv',
      `${'-é'.repeat(80)}/x.csv`,
      '数据/x.csv',
    ]) {
      const proposed = /"(.*)"$/.exec(refusalOf(key).fix!)![1]!;
      expect(parseRawKey(proposed).kind).toBe('table');
    }
  });
});

describe('modelOfRefusedKey', () => {
  it.each([
    ['book.xlsx', 'default'],
    ['wine/book.xlsx', 'wine'],
    ['wine/book', 'wine'],
    ['wine/book.CSV.bz2', 'wine'],
    ['wine/', NO_MODEL],
    ['wine/_SUCCESS', NO_MODEL],
    ['wine/.DS_Store', NO_MODEL],
    ['wine/README.md', NO_MODEL],
    ['_SUCCESS', NO_MODEL],
    ['Wine/book.xlsx', NO_MODEL],
    ['wine/set/notes.docx', NO_MODEL],
    ['a/b/c/x.csv', NO_MODEL],
    ['/x.csv', NO_MODEL],
  ])('of %j is %s', (key, model) => {
    expect(modelOfRefusedKey(key)).toBe(model);
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

describe('rawKeyFor', () => {
  it.each([
    ['default', 'iris.csv', 'iris.csv'],
    ['wine', 'wine.CSV', 'wine/wine.CSV'],
    ['wine', 'C:\\fakepath\\my wine.csv', 'wine/my wine.csv'],
    ['wine', '../../../etc/wine.csv', 'wine/wine.csv'],
    ['wine', 'folder/wine.csv.gz', 'wine/wine.csv.gz'],
    ['wine', 'a?b#c%d&e:f"g.csv', 'wine/a-b-c-d-e-f-g.csv'],
    ['wine', 'a\u0000b\u202ec\n.csv', 'wine/a-b-c-.csv'],
    ['wine', '数据 данные بيانات.csv', 'wine/数据 данные بيانات.csv'],
    ['wine', 'e\u0301.csv', 'wine/\u00e9.csv'],
    ['wine', ' wine.csv ', 'wine/wine.csv'],
    ['wine', 'schema.json', 'wine/schema.json'],
    ['default', 'schema.json', 'schema.json'],
    ['wine', `${'x'.repeat(240)}.csv.gz`, `wine/${'x'.repeat(100)}.csv.gz`],
  ])('gives the file of %s named %j the key %j', (model, fileName, key) => {
    expect(rawKeyFor(model, fileName)).toBe(key);
    expect(parseRawKey(key).model).toBe(model);
  });

  it.each(['iris.json', 'book.xlsx', '.csv', '/', '..', 'a/', 'Schema.json', '_COMPLETE'])(
    'refuses %j, which nothing reads',
    (fileName) => {
      expect(() => rawKeyFor('wine', fileName)).toThrow(RefusedFileError);
    },
  );

  it('gives keys that S3 takes, and that are their own', () => {
    const name = fc.string({ unit: 'binary', maxLength: 255 });
    fc.assert(
      fc.property(name, (text) => {
        const key = rawKeyFor('wine', `${text.replaceAll(/[/\\]/g, '')}x.csv`);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
        expect(rawKeyFor('wine', key.slice(key.indexOf('/') + 1))).toBe(key);
      }),
    );
  });
});
