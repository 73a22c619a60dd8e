import { describe, expect, it } from 'vitest';
import {
  isModelName,
  isSame,
  modelNameFor,
  offeredFixes,
  withChoice,
  withFix,
  withKey,
  withLabel,
} from '../../../../../../functions/console/page/upload/contract-edits.ts';

describe('edits of a contract', () => {
  it('sets a key and takes it away, and keeps what it does not know', () => {
    const contract = withKey({ max_rejected_share: 0.5 }, 'delimiter', ';');
    expect(contract).toEqual({ max_rejected_share: 0.5, delimiter: ';' });
    expect(withKey(contract, 'delimiter', undefined)).toEqual({ max_rejected_share: 0.5 });
  });

  it('makes a column of what was ignored, and ignores what was a column', () => {
    const ignored = withChoice({ columns: [{ name: 'a', type: 'numeric', min: 0 }] }, 'a', 'ignored');
    expect(ignored).toEqual({ ignore: ['a'] });
    expect(withChoice(ignored, 'a', 'categorical')).toEqual({
      columns: [{ name: 'a', type: 'categorical' }],
    });
  });

  it('forgets what was said of a column as a feature when it becomes the label', () => {
    const contract = { label: 'b', ignore: ['a', 'c'], columns: [{ name: 'a', type: 'numeric' }] };
    expect(withLabel(contract, 'a')).toEqual({ label: 'a', ignore: ['c'] });
  });

  it('compares contracts whatever the order of their keys', () => {
    expect(isSame({ label: 'a', header: true }, { header: true, label: 'a' })).toBe(true);
    expect(isSame({ label: 'a' }, { label: 'b' })).toBe(false);
  });
});

describe('fixes that a text offers', () => {
  it.each([
    [
      'write "encoding": "windows-1252" into schema.json, or save the file as UTF-8',
      ['"encoding": "windows-1252"'],
    ],
    ['say which it is in schema.json, such as "delimiter": ";"', ['"delimiter": ";"']],
    ['write "header": true or "header": false into schema.json', ['"header": true', '"header": false']],
    ['if the table begins below it, write "skip_lines": 12 into schema.json', ['"skip_lines": 12']],
    ['leave it out: "ignore": ["a \\"b\\", ]"] in schema.json', ['"ignore": ["a \\"b\\", ]"]']],
    ['"columns": [{"name": "a", "type": "categorical"}]', ['"columns": [{"name":"a","type":"categorical"}]']],
    ['name another column: "label" in schema.json', []],
    ['{"name": ..., "type": "numeric", "format": "currency"} under "columns": ...', []],
    ['"__proto__": {"a": 1}', []],
  ])('finds in %s', (text, found) => {
    expect(offeredFixes(text).map((fix) => fix.text)).toEqual(found);
  });

  it('adds to lists and replaces the rule of a column', () => {
    const [fix] = offeredFixes('"missing_tokens": ["?", "none"]');
    expect(withFix({ missing_tokens: ['?', '-'] }, fix!)).toEqual({ missing_tokens: ['?', '-', 'none'] });
    const [rule] = offeredFixes('"columns": [{"name": "a", "type": "categorical"}]');
    expect(withFix({ columns: [{ name: 'a', type: 'numeric' }], ignore: ['a'] }, rule!)).toEqual({
      columns: [{ name: 'a', type: 'categorical' }],
    });
  });
});

describe('the name of a model', () => {
  it.each([
    ['iris.csv', 'iris'],
    ['My Data (final).CSV.gz', 'my-data-final'],
    ['_2024.parquet', '2024'],
    ['花.csv', 'default'],
    ['Wohnungen Köln.csv', 'wohnungen-koln'],
    [`${'a'.repeat(62)} b.csv`, 'a'.repeat(62)],
  ])('of %s is %s', (file, name) => {
    expect(modelNameFor(file)).toBe(name);
    expect(isModelName(name)).toBe(true);
  });
});
