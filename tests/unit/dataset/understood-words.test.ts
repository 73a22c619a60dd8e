import { describe, expect, it } from 'vitest';
import type { Understood } from '../../../lib/dataset/understand/understood.ts';
import { understoodWords, warningWords } from '../../../lib/dataset/understood-words.ts';

const column = (name: string, kind: Understood['columns'][number]['kind']) => ({
  name,
  kind,
  written_as: null,
  gaps: [],
});

const PLAIN: Understood = {
  format: 'csv',
  compression: null,
  encoding: 'utf-8',
  delimiter: ',',
  decimal: '.',
  line_end: 'lf',
  header: true,
  skipped_lines: 0,
  label: { name: 'species', chosen_by: 'name', likelier: [] },
  ignored: [],
  columns: ['a', 'b', 'c', 'd'].map((name) => column(name, 'numeric')),
};

describe('understoodWords', () => {
  it('describes only the contents of an ordinary file', () => {
    expect(understoodWords(PLAIN)).toBe('CSV, comma, 4 numeric columns, label "species" (by name)');
  });

  it('describes everything unusual, in one line that a terminal can show', () => {
    const words = understoodWords({
      ...PLAIN,
      compression: 'gzip',
      encoding: 'windows-1252',
      delimiter: ';',
      decimal: ',',
      header: false,
      skipped_lines: 1,
      label: { name: 'a\u001b[2J\n', chosen_by: 'position', likelier: [] },
      ignored: ['Id', 'x', 'y', 'z'].map((name) => ({ name, reason: 'row_number' })),
      columns: [column('a', 'numeric'), column('b', 'categorical')],
    });
    expect(words).toBe(
      'CSV in gzip, semicolon, decimal comma, windows-1252, no header, 1 line skipped, 1 numeric and 1 categorical ' +
        'columns, 4 ignored: "Id" (row_number) "x" (row_number) "y" (row_number) and 1 more, ' +
        'label "a\\u001b[2J\\n" (by position)',
    );
  });

  it('counts the columns of each kind', () => {
    const columns = [column('a', 'numeric'), column('b', 'categorical'), column('c', 'datetime')];
    expect(understoodWords({ ...PLAIN, columns })).toContain(
      '1 numeric, 1 datetime and 1 categorical columns',
    );
  });

  it('names no delimiter of Parquet', () => {
    const parquet = { ...PLAIN, format: 'parquet', delimiter: null, line_end: null } as const;
    expect(understoodWords(parquet)).toBe('Parquet, 4 numeric columns, label "species" (by name)');
  });
});

describe('warningWords', () => {
  it('puts the fix after the message, in one finished line', () => {
    const warning = { code: 'row_number', column: 'Id', message: 'it counts\nrows', fix: 'list it' } as const;
    expect(warningWords(warning)).toBe('it counts rows (list it)');
    expect(warningWords({ ...warning, message: 'x'.repeat(10_000) }).length).toBe(500);
  });
});
