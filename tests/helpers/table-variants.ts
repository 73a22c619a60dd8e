import { randomFrom } from './csv-fuzz.ts';
import { NUMBER_GAPS } from './csv-reference.ts';
import type { TableExpectation } from './table-cases.ts';
import { type PlainColumn, type Random, type Way, writeTable } from './table-writer.ts';

/** A table as people may have it, and what must become of it. */
export interface Variant {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly contract?: unknown;
  readonly label?: string;
  readonly expect: TableExpectation;
}

/** Numbers of several sizes, texts and gaps-free cells around a class: what every variant starts from. */
export function plainTable(seed: number, rows: number): PlainColumn[] {
  const random = randomFrom(seed);
  const names = NAMES[seed % NAMES.length]!;
  const classes = CLASSES[seed % CLASSES.length]!;
  const kinds = Array.from({ length: rows }, (_, row) =>
    row < classes.length ? row : random(classes.length),
  );
  const around = (scale: number, digits: number) =>
    kinds.map((kind) => Number(((kind - 0.7) * scale + (random(1000) / 500) * scale).toFixed(digits)));
  return [
    { name: names[0], cells: around(3, 2) },
    { name: names[1], cells: around(0.4, 3) },
    { name: names[2], cells: around(40, 0) },
    { name: names[3], cells: kinds.map((kind) => SHADES[(kind + random(2)) % SHADES.length]!) },
    { name: 'class', cells: kinds.map((kind) => classes[kind]!) },
  ];
}

const NAMES = [
  ['length', 'width', 'leaves', 'shade'],
  ['mass_kg', 'Tail (cm)', 'visits', 'colour'],
  ['x1', 'x2', 'x3', 'x4'],
  ['Gewicht', 'Größe', 'Anzahl', 'Farbe'],
] as const;
const CLASSES = [
  ['basil', 'mint', 'thyme'],
  ['yes', 'no'],
  ['<=50K', '>50K'],
  ['north east', 'south', 'west', "o'er"],
];
const SHADES = ['r\u00f6tlich', 'pale green', 'blue-grey', 'red', 'none'];

/** Texts with everything that delimits in them. */
export function awkwardTexts(random: Random, rows: number): string[] {
  const texts = [
    'a, b',
    'say "no"',
    's;s',
    'b|b',
    'tab\tbed',
    "it's",
    '100 %',
    'caf\u00e9',
    '1,5;2',
    '# one',
  ];
  return Array.from({ length: rows }, (_, row) => texts[row < texts.length ? row : random(texts.length)]!);
}

const withColumn = (table: readonly PlainColumn[], column: PlainColumn, at = 0): PlainColumn[] => [
  ...table.slice(0, at),
  column,
  ...table.slice(at),
];

const withCells = (
  table: readonly PlainColumn[],
  at: number,
  change: (cell: PlainColumn['cells'][number], row: number) => PlainColumn['cells'][number],
): PlainColumn[] =>
  table.map((column, i) => (i === at ? { ...column, cells: column.cells.map(change) } : column));

const withoutEvery = (table: readonly PlainColumn[], at: number, step: number) =>
  withCells(table, at, (cell, row) => (row % step === 3 ? null : cell));

const accepted = (rows: number, more: TableExpectation = {}): TableExpectation => ({
  verdict: 'accepted',
  rows: { accepted: rows, rejected: 0 },
  ...more,
});
const refused = (code: TableExpectation['code'], ...words: (string | string[])[]): TableExpectation => ({
  verdict: 'refused',
  code: code!,
  fix_contains: words,
});

const lines = (...rows: readonly string[]) => Buffer.from(`${rows.join('\n')}\n`);
const times = <Value>(count: number, make: (i: number) => Value) =>
  Array.from({ length: count }, (_, i) => make(i));

/** Every variant that follows from a seed. */
export function variants(seed: number): Variant[] {
  return [dialects, headers, numbers, categories, identifiers, labels, contracts, late].flatMap((kind) =>
    kind(seed),
  );
}

function dialects(seed: number): Variant[] {
  const rows = 40 + (seed % 5) * 37;
  const table = plainTable(seed, rows);
  const twin = (
    id: string,
    way: Way,
    more: Partial<Variant> & { understood?: TableExpectation['understood'] } = {},
  ) => {
    const { understood, ...rest } = more;
    const name = rest.name ?? `f.${['csv', 'tsv', 'txt', 'data'][seed % 4]}${way.gzipMembers ? '' : ''}`;
    return {
      id: `dialect/${id}`,
      bytes: writeTable(table, { seed, ...way }),
      name,
      expect: accepted(rows, { same_dataset_as: 'dialect/plain', ...(understood ? { understood } : {}) }),
      ...rest,
    };
  };
  const spaces = [' ', '', '  ', '\t '];
  return [
    { id: 'dialect/plain', bytes: writeTable(table), name: 'plain.csv', expect: accepted(rows) },
    twin('semicolon', { delimiter: ';', quoting: 'texts' }, { understood: { delimiter: ';', decimal: '.' } }),
    twin(
      'semicolon-comma',
      { delimiter: ';', decimal: ',' },
      { understood: { delimiter: ';', decimal: ',' } },
    ),
    twin('doubled-cr', { lineEnd: '\r\r\n' }, { understood: { line_end: 'crlf' } }),
    twin('tab', { delimiter: '\t', lineEnd: '\r\n' }, { understood: { delimiter: '\t', line_end: 'crlf' } }),
    twin('tab-comma', { delimiter: '\t', decimal: ',' }, { understood: { delimiter: '\t', decimal: ',' } }),
    twin('pipe', { delimiter: '|', quoting: 'all' }, { understood: { delimiter: '|' } }),
    twin('pipe-comma', { delimiter: '|', decimal: ',', padding: [' '] }, { understood: { decimal: ',' } }),
    twin('all-quoted', { quoting: 'all' }),
    twin(
      'all-quoted-comma',
      { quoting: 'all', decimal: ',', delimiter: ';' },
      { understood: { decimal: ',' } },
    ),
    twin('some-quoted', { quoting: 'random', lineEnd: '\r\n', endsInLineEnd: false }),
    twin('comma-space', { padding: ['', ' '] }),
    twin('padded', { padding: spaces, quoting: 'random' }),
    twin('padded-semicolon', { padding: spaces, quoting: 'random', delimiter: ';', decimal: ',' }),
    twin('cr', { lineEnd: '\r' }, { understood: { line_end: 'cr' } }),
    twin(
      'cr-semicolon',
      { lineEnd: '\r', delimiter: ';', decimal: ',', quoting: 'all' },
      { understood: { line_end: 'cr' } },
    ),
    twin('cr-comments', { lineEnd: '\r', before: ['# made', ''] }, { understood: { skipped_lines: 2 } }),
    twin('bom', { encoding: 'utf-8-bom', quoting: 'all' }),
    twin(
      'bom-sep',
      { encoding: 'utf-8-bom', delimiter: ';', before: ['sep=;'] },
      { understood: { delimiter: ';', skipped_lines: 0 } },
    ),
    twin(
      'bom-comment',
      { encoding: 'utf-8-bom', before: ['# exported'] },
      { understood: { skipped_lines: 1 } },
    ),
    twin(
      'utf-16le',
      { encoding: 'utf-16le', delimiter: '\t', lineEnd: '\r\n' },
      { understood: { encoding: 'utf-16le' } },
    ),
    twin('utf-16be', { encoding: 'utf-16be' }, { understood: { encoding: 'utf-16be' } }),
    twin('utf-16-sep', { encoding: 'utf-16le', delimiter: ';', before: ['sep=;'], decimal: ',' }),
    twin('utf-16-cr', { encoding: 'utf-16be', lineEnd: '\r' }, { understood: { line_end: 'cr' } }),
    twin('windows-1252', { encoding: 'windows-1252' }, { contract: { encoding: 'windows-1252' } }),
    twin(
      'latin1',
      { encoding: 'windows-1252', delimiter: ';' },
      { contract: { encoding: 'latin1', delimiter: ';' } },
    ),
    {
      ...twin('windows-1252-unsaid', { encoding: 'windows-1252' }),
      expect: refused('encoding', '"encoding": "windows-1252"', 'line'),
    },
    twin('sep-pipe', { delimiter: '|', before: ['sep=|'] }, { understood: { delimiter: '|' } }),
    twin('sep-tab', { delimiter: '\t', before: ['sep=\t'] }, { understood: { delimiter: '\t' } }),
    twin('sep-odd', { delimiter: '^', before: ['sep=^'] }, { understood: { delimiter: '^' } }),
    twin(
      'comments',
      { before: ['# one, two, three', '#', '# a,b,c,d'] },
      { understood: { skipped_lines: 3 } },
    ),
    twin('comments-blank', { before: ['', '# x', '   ', ''] }, { understood: { skipped_lines: 4 } }),
    {
      ...twin('comment-header', {}),
      bytes: Buffer.concat([Buffer.from('# source: garden\n#'), writeTable(table, { padding: ['', ' '] })]),
    },
    {
      ...twin('comment-header-tab', {}),
      bytes: Buffer.concat([Buffer.from('# '), writeTable(table, { delimiter: '\t' })]),
    },
    twin('blanks', { hasBlanks: true }),
    twin('blanks-semicolon', { hasBlanks: true, delimiter: ';', decimal: ',', lineEnd: '\r\n' }),
    twin('gzip', { gzipMembers: 1 }, { name: 'F.CSV.GZ', understood: { compression: 'gzip' } }),
    twin('gzip-members', { gzipMembers: 3, delimiter: ';', decimal: ',' }, { name: 'a.csv.gz' }),
    twin('gzip-utf-16', { gzipMembers: 2, encoding: 'utf-16le' }, { name: 'a.csv.gz' }),
    twin('space', { delimiter: ' ', quoting: 'all' }, { contract: { delimiter: ' ' } }),
    {
      ...twin('spaces', {}),
      bytes: writeTable(table, { delimiter: '   ', quoting: 'all', padding: ['', ' '] }),
      contract: { delimiter: ' ' },
    },
    twin('caret', { delimiter: '^' }, { contract: { delimiter: '^' } }),
    twin(
      'title',
      { before: ['My herbs'] },
      { contract: { skip_lines: 1 }, understood: { skipped_lines: 1 } },
    ),
    twin('title-3', { before: ['Herbs, in 2024', 'by me', ''] }, { contract: { skip_lines: 3 } }),
    {
      ...twin('title-unsaid', { before: ['Herbs of the west garden'] }),
      expect: refused(['header', 'columns'], 'west garden', '"skip_lines": 1'),
    },
    {
      ...twin('titles-unsaid', { before: ['West garden', 'May 2024', ''] }),
      expect: refused(['header', 'columns'], 'West garden', '"skip_lines": 2'),
    },
    {
      ...twin('title-wide', { before: ['Herbs,,,,'] }),
      expect: refused(['header', 'columns'], 'Herbs', '"skip_lines": 1'),
    },
    {
      ...twin('groups-unsaid', { before: ['Leaf,,Plant,,'] }),
      expect: refused('header', 'Leaf', '"skip_lines": 1'),
    },
    twin('groups', { before: ['Leaf,,Plant,,'] }, { contract: { skip_lines: 1 } }),
    {
      ...twin('groups-semicolon', { before: [';Leaf;;Plant;'], delimiter: ';', decimal: ',' }),
      expect: refused('header', 'Leaf', '"skip_lines": 1'),
    },
    {
      ...twin('title-semicolon', { before: ['Herbs of May', ''], delimiter: ';', decimal: ',' }),
      expect: refused(['header', 'columns'], 'Herbs of May', '"skip_lines": 1'),
    },
    {
      ...twin('counts-above', { before: ['150,4,,,'] }),
      expect: refused('header', '150', '"skip_lines": 1'),
    },
    {
      id: 'dialect/space-unsaid-quoted',
      bytes: lines('"a" "b" "class"', ...times(40, (i) => `"${i}" ${i / 4} ${i % 5} "${i % 2 ? 'p' : 'q'}"`)),
      name: 'f.txt',
      expect: refused('columns', '"delimiter": " "'),
    },
    {
      id: 'dialect/space-unsaid',
      bytes: lines('a b class', ...times(40, (i) => `${i / 4} ${i % 5} ${i % 2 ? 'p' : 'q'}`)),
      name: 'f.txt',
      expect: refused('columns', '"delimiter": " "'),
    },
    ...narrow(seed),
    {
      id: 'dialect/tie',
      bytes: lines('a,b;c', ...times(30, (i) => `x${i % 7},y${i % 3};z${i % 2}`)),
      name: 'tie.csv',
      expect: refused('columns', 'semicolon', 'comma', '"delimiter"'),
    },
    {
      id: 'dialect/shift-jis',
      bytes: shiftJis(rows),
      name: 'j.csv',
      contract: { encoding: 'shift_jis' },
      expect: accepted(rows, {
        classes: ['\u30bd', '\u30dd'],
        columns: { '\u65e5': 'numeric' },
        understood: { encoding: 'shift_jis' },
      }),
    },
    ...[':', '^', '~'].map((mark) => ({
      id: `dialect/unusual ${mark}`,
      bytes: lines(...times(30, (i) => `x${i % 7}${mark}y${i % 3}${mark}z${i % 2}`)),
      name: 'u.csv',
      expect: refused('columns', `"delimiter": "${mark}"`),
    })),
    {
      id: 'dialect/whole lines in quotes',
      bytes: lines('"a,b,class"', ...times(30, (i) => `"${i / 4},${i % 3},z${i % 2}"`)),
      name: 'q.csv',
      expect: refused('columns', 'quotes', '\\"a,b,class\\"'),
    },
    {
      id: 'dialect/inches',
      bytes: lines(
        'size,what,class',
        ...times(30, (i) => `${i},${i === 20 ? '12" pipe' : 'bolt'},z${i % 2}`),
      ),
      name: 'i.csv',
      expect: refused('quoting', '20,12\\" pipe,z0', '"quote"'),
    },
    {
      id: 'dialect/backslashes',
      bytes: lines('size,what,class', ...times(30, (i) => `${i},"say \\"hi\\", ok",z${i % 2}`)),
      name: 'b.csv',
      expect: refused('quoting', 'backslash', 'double'),
    },
    {
      id: 'dialect/only comments',
      bytes: lines(...times(30, (i) => `#${i % 7}f00aa,${i},z${i % 2}`)),
      name: 'c.csv',
      expect: refused('empty', '"#"', 'header'),
    },
    {
      id: 'dialect/many blank lines',
      bytes: Buffer.from(`${'\n'.repeat(9000)}a,class\n${'1,p\n2,q\n'.repeat(20)}`),
      name: 'b.csv',
      expect: { verdict: 'accepted' },
    },
    {
      id: 'dialect/arff',
      bytes: lines('% 1. Title', '%', '', '@RELATION it', '@ATTRIBUTE a REAL', '@DATA', '1.5'),
      name: 'a.data',
      expect: refused('type', 'ARFF', '@ or %'),
    },
    {
      id: 'dialect/xlsx',
      bytes: Buffer.from('PK\x03\x04workbook'),
      name: 'b.xlsx',
      expect: refused('type', 'CSV'),
    },
    {
      id: 'dialect/xlsx-as-csv',
      bytes: Buffer.from('PK\x03\x04workbook'),
      name: 'b.csv',
      expect: refused('type', 'CSV'),
    },
  ];
}

/** Two columns, and few rows. */
function narrow(seed: number): Variant[] {
  const random = randomFrom(seed);
  const values = times(24, () => (1 + random(900)) / 4);
  const table = [
    { name: 'size', cells: values },
    { name: 'class', cells: values.map((value) => (value > 100 ? 'big' : 'small')) },
  ];
  const few = [
    { name: 'w', cells: [1.5, 2.5, 3.25, 10.5, 11, 12.75] },
    { name: 'label', cells: ['a', 'a', 'a', 'b', 'b', 'b'] },
  ];
  const twin = (id: string, of: PlainColumn[], way: Way, as: string) => ({
    id: `dialect/${id}`,
    bytes: writeTable(of, way),
    name: 'n.csv',
    expect: accepted(of[0]!.cells.length, { same_dataset_as: `dialect/${as}` }),
  });
  return [
    twin('two-columns', table, {}, 'two-columns'),
    twin('two-columns-comma', table, { delimiter: ';', decimal: ',' }, 'two-columns'),
    twin('two-columns-pipe', table, { delimiter: '|', decimal: ',', lineEnd: '\r' }, 'two-columns'),
    twin('few-rows', few, {}, 'few-rows'),
    twin('few-rows-comma', few, { delimiter: ';', decimal: ',', hasBlanks: true }, 'few-rows'),
    twin(
      'few-rows-comments',
      few,
      { delimiter: '\t', before: ['# a'], trailing: { rows: 1, header: 0 } },
      'few-rows',
    ),
  ];
}

/** Letters whose second byte is a delimiter's or a backslash in ASCII. */
function shiftJis(rows: number): Uint8Array {
  const [day, so, po] = [
    [0x93, 0xfa],
    [0x83, 0x5c],
    [0x83, 0x7c],
  ].map((bytes) => Buffer.from(bytes)) as [Buffer, Buffer, Buffer];
  const row = (i: number) => [Buffer.from(`${(i % 17) + 0.5},`), i % 3 === 0 ? so : po, Buffer.from('\n')];
  return Buffer.concat([day, Buffer.from(',class\n'), ...times(rows, row).flat()]);
}

function headers(seed: number): Variant[] {
  const rows = 60 + (seed % 3) * 41;
  const table = plainTable(seed, rows);
  const twin = (id: string, way: Way, ignored: TableExpectation['ignored'] = {}) => ({
    id: `header/${id}`,
    bytes: writeTable(table, { seed, ...way }),
    name: 'h.csv',
    expect: accepted(rows, { same_dataset_as: 'header/plain', ignored }),
  });
  const numbered = table.map((column, at) => ({ ...column, name: `column_${at + 1}` }));
  const allNumbers = [
    { name: 'a', cells: times(rows, (i) => (i * 37) % 11) },
    { name: 'b', cells: times(rows, (i) => ((i * 13) % 29) / 2) },
    { name: 'c', cells: times(rows, (i) => i % 3) },
  ];
  const named = (names: readonly string[], of = table) =>
    of.map((column, at) => ({ ...column, name: names[at]! }));
  const sparse = times(rows, (i) => (i * 7919) % 100_003);
  const cars = times(rows, (i) => `Car "${i}" of, ${seed}`);
  return [
    { id: 'header/plain', bytes: writeTable(table), name: 'h.csv', expect: accepted(rows) },
    {
      id: 'header/groups-of-pandas',
      bytes: lines(
        ',x,x,',
        ',a,b,class',
        ...times(rows, (row) => `${row},${row % 9},${row % 7},${'pq'[row % 2]}`),
      ),
      name: 'h.csv',
      expect: refused('header', '"skip_lines": 1'),
    },
    {
      id: 'header/groups-named-alike',
      bytes: lines('x,x,y', 'a,b,class', ...times(rows, (row) => `${row % 9},${row % 7},${'pq'[row % 2]}`)),
      name: 'h.csv',
      expect: refused('header', '"skip_lines": 1'),
    },
    {
      id: 'header/two-padded-titles',
      bytes: lines(
        'Herbs of the garden,,',
        ',,',
        'As of 2024-01-05,,',
        'a,b,class',
        ...times(rows, (row) => `${row % 9},${row % 7},${'pq'[row % 2]}`),
      ),
      name: 'h.csv',
      expect: refused('header', '"skip_lines": 3'),
    },
    {
      id: 'header/apostrophes',
      bytes: lines("'a','b','class'", ...times(rows, (row) => `'${row}','${row % 7}','${'pq'[row % 2]}'`)),
      name: 'h.csv',
      expect: refused('header', `"quote": "'"`),
    },
    {
      id: 'header/apostrophes-pinned',
      bytes: lines(
        "'a','b','class'",
        ...times(rows, (row) => `'${row % 9}','${row % 7}','${'pq'[row % 2]}'`),
      ),
      name: 'h.csv',
      contract: { quote: "'" },
      expect: accepted(rows, { columns: { a: 'numeric', b: 'numeric' } }),
    },
    {
      id: 'header/repeated-below',
      bytes: lines(
        'a,b,class',
        ...times(rows, (row) => `${row === 40 ? 'a,b,class\n' : ''}${row % 9},${row % 7},${'pq'[row % 2]}`),
      ),
      name: 'h.csv',
      expect: {
        verdict: 'accepted',
        rows: { accepted: rows, rejected: 1 },
        warnings: ['near_numeric'],
        fix_contains: ['remove the lines that repeat the header'],
      },
    },
    {
      id: 'header/spaces-before-a-tab',
      bytes: lines(
        ...times(rows, (row) => `${row % 9}.0   8   ${300 + row}.0   ${row % 3}\t"car ${row % 4}"`),
      ),
      name: 'h.data',
      expect: refused('no_header', '"delimiter": " "'),
    },
    twin('index', { index: { name: '' } }, { '': 'row_number' }),
    twin('index-quoted', { index: { name: '', from: 1 }, quoting: 'all' }, { '': 'row_number' }),
    twin('index-last', { index: { name: '', isLast: true } }, { '': 'row_number' }),
    twin('index-years', { index: { name: '', from: 1950 } }, { '': 'row_number' }),
    twin('unnamed', { index: { name: 'Unnamed: 0', from: 5 } }, { 'Unnamed: 0': 'row_number' }),
    twin(
      'unnamed-last',
      { index: { name: 'Unnamed: 5', isLast: true }, delimiter: ';', decimal: ',' },
      { 'Unnamed: 5': 'row_number' },
    ),
    twin('r-numbers', { index: { name: undefined, from: 1 }, quoting: 'texts' }),
    twin('r-semicolon', {
      index: { name: undefined, from: 1 },
      quoting: 'texts',
      delimiter: ';',
      decimal: ',',
    }),
    {
      ...twin('r-spaces', { index: { name: undefined, from: 1 }, quoting: 'texts', delimiter: ' ' }),
      contract: { delimiter: ' ' },
    },
    {
      ...twin('r-names', {}),
      bytes: withoutFirstName(withColumn(table, { name: 'first', cells: cars }), { quoting: 'texts' }),
    },
    {
      ...twin('index-sparse', {}),
      bytes: writeTable(withColumn(table, { name: '', cells: sparse })),
      expect: accepted(rows, { same_dataset_as: 'header/plain', ignored: { '': 'row_number' } }),
    },
    {
      ...twin('two-indexes', {}),
      bytes: writeTable(withColumn(table, { name: 'Unnamed: 0', cells: sparse }), { index: { name: '' } }),
      expect: accepted(rows, {
        same_dataset_as: 'header/plain',
        ignored: { '': 'row_number', 'Unnamed: 0': 'row_number' },
      }),
    },
    {
      ...twin('row-names', {}),
      bytes: writeTable(withColumn(table, { name: '', cells: cars }), { quoting: 'texts' }),
      expect: accepted(rows, { same_dataset_as: 'header/plain', ignored: { '': 'identifier' } }),
    },
    {
      id: 'header/joined',
      bytes: Buffer.concat([writeTable(table), writeTable(table)]),
      name: 'h.csv',
      expect: {
        ...accepted(2 * rows, {
          understood: { header: true },
          no_warnings: ['no_header'],
        }),
        rows: { accepted: 2 * rows, rejected: 1 },
      },
    },
    twin('trailing', { trailing: { rows: 1, header: 0 } }),
    twin('trailing-both', { trailing: { rows: 1, header: 1 } }, { '': 'empty' }),
    twin('trailing-many', { trailing: { rows: 4, header: 4 }, delimiter: ';' }, { '': 'empty' }),
    twin('trailing-header', { trailing: { rows: 0, header: 2 } }),
    twin('trailing-gaps', { trailing: { rows: 2, header: 2 }, padding: ['', ' '] }, { '': 'empty' }),
    {
      id: 'header/none',
      bytes: writeTable(table, { hasHeader: false }),
      name: 'h.csv',
      expect: accepted(rows, {
        same_dataset_as: 'header/numbered',
        understood: { header: false },
        warnings: ['no_header', 'label_by_position'],
        label: 'column_5',
      }),
    },
    { id: 'header/numbered', bytes: writeTable(numbered), name: 'h.csv', expect: accepted(rows) },
    {
      id: 'header/none-semicolon',
      bytes: writeTable(table, { hasHeader: false, delimiter: ';', decimal: ',', lineEnd: '\r\n' }),
      name: 'h.data',
      expect: accepted(rows, {
        same_dataset_as: 'header/numbered',
        understood: { header: false, decimal: ',' },
      }),
    },
    {
      id: 'header/none-numbers',
      bytes: writeTable(allNumbers, { hasHeader: false }),
      name: 'h.csv',
      expect: accepted(rows, {
        columns: { column_1: 'numeric' },
        label: 'column_3',
        classes: ['0', '1', '2'],
        warnings: ['no_header'],
      }),
    },
    {
      id: 'header/none-gaps',
      bytes: writeTable(
        withCells(allNumbers, 0, (cell, row) => (row % 9 === 0 ? null : cell)),
        {
          hasHeader: false,
          numberGaps: ['?'],
        },
      ),
      name: 'h.data',
      expect: accepted(rows, { columns: { column_1: 'numeric' }, warnings: ['no_header'] }),
    },
    {
      id: 'header/either',
      bytes: lines('1.5,2,once', ...times(40, (i) => `${i / 4},${i % 5},${i % 2 ? 'a' : 'b'}`)),
      name: 'h.csv',
      expect: refused('no_header', '"header": true', '"header": false', 'once'),
    },
    {
      id: 'header/either-header',
      bytes: lines('2001,2002,class', ...times(40, (i) => `${i / 4},${i % 5},${i % 2 ? 'a' : 'b'}`)),
      name: 'h.csv',
      contract: { header: true },
      expect: accepted(40, { label: 'class', columns: { 2001: 'numeric', 2002: 'numeric' } }),
    },
    {
      id: 'header/years',
      bytes: writeTable(
        named(
          ['country', '2001', '2002', 'area', 'class'],
          [table[3]!, table[0]!, table[1]!, table[3]!, table[4]!],
        ),
      ),
      name: 'h.csv',
      expect: accepted(rows, { columns: { 2001: 'numeric', 2002: 'numeric' }, understood: { header: true } }),
    },
    ...[1, 2].map((more) => ({
      id: `header/longer by ${more}`,
      bytes: lines(
        `${['a', 'b', 'c', 'd'].slice(0, 1 + more).join(',')},x,class`,
        ...times(60, (row) => `${row % 7},${row % 2 ? 'p' : 'q'}`),
      ),
      name: 'h.csv',
      expect: refused('header', 'fields'),
    })),
    {
      id: 'header/twice',
      bytes: writeTable(named(['size', 'weight', 'size', 'shade', 'class'])),
      name: 'h.csv',
      expect: refused('header', 'size', 'rename'),
    },
    {
      id: 'header/twice-label',
      bytes: writeTable(named(['a', 'class', 'b', 'shade', 'class'])),
      name: 'h.csv',
      expect: refused('header', 'class', 'rename'),
    },
    {
      id: 'header/empty-column',
      bytes: writeTable(withColumn(table, { name: 'notes', cells: times(rows, () => null) }, 2), {
        textGaps: ['', 'NA'],
      }),
      name: 'h.csv',
      expect: accepted(rows, {
        same_dataset_as: 'header/plain',
        ignored: { notes: 'empty' },
        warnings: ['empty_column'],
      }),
    },
    {
      id: 'header/empty-last',
      bytes: writeTable([
        ...named(['a', 'b', 'c', 'd', 'kind']),
        { name: 'notes', cells: times(rows, () => null) },
      ]),
      name: 'h.csv',
      expect: accepted(rows, { label: 'kind', chosen_by: 'position', ignored: { notes: 'empty' } }),
    },
    {
      id: 'header/hash-first',
      bytes: lines(
        '#,Name,HP,Type',
        ...times(
          150,
          (i) => `${i - (i % 4 === 3 ? 1 : 0)},Mon ${i},${(i * 7) % 90},${i % 3 ? 'fire' : 'water'}`,
        ),
      ),
      name: 'pokemon.csv',
      expect: {
        verdict: 'accepted',
        columns: { HP: 'numeric' },
        label: 'Type',
        understood: { header: true },
      },
    },
    {
      id: 'header/hash-index',
      bytes: lines(
        '#,Name,HP,Type',
        ...times(150, (i) => `${i + 1},Mon ${i},${(i * 7) % 90},${i % 3 ? 'fire' : 'water'}`),
      ),
      name: 'pokemon.csv',
      expect: {
        verdict: 'accepted',
        columns: { HP: 'numeric' },
        label: 'Type',
        understood: { header: true },
      },
    },
  ];
}

/** As R's write.table: the header lacks the first column's name. */
function withoutFirstName(columns: readonly PlainColumn[], way: Way): Uint8Array {
  const text = Buffer.from(writeTable(columns, way)).toString();
  return Buffer.from(text.slice(text.indexOf(way.delimiter ?? ',') + 1));
}

function numbers(seed: number): Variant[] {
  const rows = 80 + (seed % 4) * 31;
  const table = withoutEvery(plainTable(seed, rows), 0, 7);
  const name = table[0]!.name;
  const gaps = table[0]!.cells.filter((cell) => cell === null).length;
  const whole = plainTable(seed, rows);
  const token = (text: string, way: Way = {}) => ({
    id: `numbers/token ${text}${way.delimiter ?? ''}`,
    bytes: writeTable(table, { ...way, numberGaps: [text] }),
    name: 'n.csv',
    expect: accepted(rows, {
      same_dataset_as: 'numbers/empty',
      columns: { [name]: { kind: 'numeric', gaps } },
      no_warnings: ['near_numeric'],
    }),
  });
  const usual = [...NUMBER_GAPS.slice(1), ' '];
  const as = (
    id: string,
    way: string | null,
    write: (value: number) => string,
    more: Partial<Variant> & { delimiter?: string; exact?: boolean } = {},
  ) => ({
    id: `numbers/${id}`,
    bytes: writeTable(
      withCells(whole, 0, (cell) => write(Number(cell))),
      { delimiter: more.delimiter ?? ',', quoting: 'needed' },
    ),
    name: 'n.csv',
    expect: accepted(rows, {
      columns: { [name]: { kind: 'numeric', written_as: way } },
      ...(more.exact === false ? {} : { same_dataset_as: 'numbers/whole' }),
      not_ignored: { [name]: '*' },
    }),
    ...(more.contract === undefined ? {} : { contract: more.contract }),
  });
  const big = withCells(whole, 0, (cell) => Math.round(Number(cell) * 12_345) + 10_000);
  const grouped = (id: string, mark: string, decimal: string, delimiter: string) => ({
    id: `numbers/${id}`,
    bytes: writeTable(
      withCells(big, 0, (cell) => `${Number(cell).toLocaleString('en').replaceAll(',', mark)}${decimal}00`),
      { delimiter, decimal: decimal === ',' && delimiter !== ',' ? ',' : '.' },
    ),
    name: 'n.csv',
    expect: accepted(rows, {
      same_dataset_as: 'numbers/big',
      columns: { [name]: { kind: 'numeric', written_as: 'grouped' } },
    }),
  });
  // All below a million, so that each with a point may be a decimal as well.
  const thousands = withCells(whole, 0, (_, row) => 820 + ((row * 7919) % 60_000));
  const dotted = (cell: PlainColumn['cells'][number]) => Number(cell).toLocaleString('de');
  const unclear = (
    id: string,
    write: (cell: PlainColumn['cells'][number]) => string,
    more: Partial<Variant>,
  ) => ({
    id: `numbers/${id}`,
    // No other column shows the decimal mark.
    bytes: writeTable(
      withCells(withCells(thousands, 0, write), 1, (_, row) => row % 9),
      { delimiter: ';' },
    ),
    name: 'n.csv',
    expect: accepted(rows, {
      columns: { [name]: 'numeric' },
      warnings: ['number_format'],
      fix_contains: [name, '"decimal": ","'],
    }),
    ...more,
  });
  const padded = (id: string, write: (value: number) => string) => ({
    id: `numbers/${id}`,
    bytes: writeTable(
      withCells(whole, 0, (cell) => write(Number(cell))),
      { quoting: 'needed' },
    ),
    name: 'n.csv',
    expect: accepted(rows, {
      columns: { [name]: 'categorical' },
      not_ignored: { [name]: '*' },
      warnings: ['number_format'],
      fix_contains: [name],
    }),
  });
  const gapWords = ['below limit', 'lost', 'n.d.', 'broken', 'pending'];
  const share = (step: number, texts: readonly string[]) =>
    writeTable(
      withCells(whole, 0, (cell, row) => (row % step === 1 ? texts[(row >> 3) % texts.length]! : cell)),
    );
  const sixPercent = share(8, ['unknown', 'off']);
  const offRows = times(rows, (i) => i).filter((i) => i % 40 === 1).length;
  return [
    {
      id: 'numbers/empty',
      bytes: writeTable(table),
      name: 'n.csv',
      expect: accepted(rows, { columns: { [name]: { kind: 'numeric', gaps } } }),
    },
    { id: 'numbers/whole', bytes: writeTable(whole), name: 'n.csv', expect: accepted(rows) },
    { id: 'numbers/big', bytes: writeTable(big), name: 'n.csv', expect: accepted(rows) },
    ...usual.map((text) => token(text)),
    ...['-', 'NaN', '.'].map((text) => token(text, { delimiter: ';', decimal: ',' })),
    {
      ...token('all'),
      bytes: writeTable(table, { numberGaps: usual, quoting: 'random', padding: ['', ' '] }),
    },
    as('dollar', 'currency', (value) => (value < 0 ? `-$${-value}` : `$${value}`)),
    as('dollar-inside', 'currency', (value) => `$${value}`),
    as('euro-after', 'currency', (value) => `${value} \u20ac`),
    as('euro-comma', 'currency', (value) => `${String(value).replace('.', ',')} \u20ac`, {
      delimiter: ';',
      exact: true,
    }),
    as('pound', 'currency', (value) => `\u00a3 ${value}`),
    as('usd', 'currency', (value) => `USD ${value}`),
    as('percent', 'percent', (value) => `${value}%`),
    as('percent-space', 'percent', (value) => `${value} %`),
    as('plus', null, (value) => (value > 0 ? `+${value}` : String(value))),
    as('exponent', null, (value) => value.toExponential()),
    as('no-zero', null, (value) => String(value).replace(/^(-?)0\./, '$1.')),
    as('zeros', null, (value) => value.toFixed(6)),
    grouped('dots', '.', ',', ';'),
    grouped('commas', ',', '.', ','),
    grouped('commas-tab', ',', '.', '\t'),
    grouped('spaces', ' ', ',', ';'),
    grouped('no-break', '\u00a0', ',', ';'),
    grouped('narrow', '\u202f', '.', ','),
    grouped('apostrophes', "'", '.', ','),
    { id: 'numbers/thousands', bytes: writeTable(thousands), name: 'n.csv', expect: accepted(rows) },
    ...[';', '\t'].map((delimiter) => ({
      id: `numbers/thousands${delimiter}`,
      bytes: writeTable(withCells(thousands, 0, dotted), { delimiter, decimal: ',' }),
      name: 'n.csv',
      expect: accepted(rows, {
        same_dataset_as: 'numbers/thousands',
        columns: { [name]: { kind: 'numeric', written_as: 'grouped' } },
        no_warnings: ['number_format'],
      }),
    })),
    unclear('thousands-or-decimals', dotted, {
      expect: accepted(rows, {
        columns: { [name]: { kind: 'numeric', written_as: null } },
        warnings: ['number_format'],
        fix_contains: ['"format": "grouped"'],
      }),
    }),
    unclear('thousands-of-euros', (cell) => `\u20ac ${dotted(cell)}`, {}),
    unclear('commas-of-either-kind', (cell) => Number(cell).toLocaleString('en'), {}),
    ...[
      { contract: { decimal: ',' } },
      { contract: { columns: [{ name, type: 'numeric', format: 'grouped' }] } },
    ].map((contract, at) =>
      unclear(`thousands-by-contract-${at}`, dotted, {
        ...contract,
        expect: accepted(rows, {
          columns: { [name]: { kind: 'numeric', written_as: 'grouped' } },
          no_warnings: ['number_format'],
        }),
      }),
    ),
    padded('no-break-before', (value) => `\u00a0${value}`),
    padded('no-width-behind', (value) => `${value}\u200b`),
    padded('tick', (value) => `'${value}`),
    padded('formula', (value) => `="${value}"`),
    {
      id: 'numbers/words',
      bytes: share(8, gapWords),
      name: 'n.csv',
      expect: accepted(rows, {
        columns: { [name]: 'categorical' },
        warnings: ['near_numeric'],
        fix_contains: ['"missing_tokens"', ...gapWords.map((text) => `"${text}"`)],
      }),
    },
    {
      id: 'numbers/words-pinned',
      bytes: share(8, gapWords),
      name: 'n.csv',
      contract: { missing_tokens: gapWords },
      expect: accepted(rows, { columns: { [name]: 'numeric' } }),
    },
    {
      id: 'numbers/few-in-parentheses',
      bytes: writeTable(withCells(big, 0, (cell, row) => (row % 40 === 3 ? `(${cell})` : cell))),
      name: 'n.csv',
      expect: {
        verdict: 'accepted',
        columns: { [name]: 'numeric' },
        warnings: ['near_numeric'],
        fix_contains: ['"format": "accounting"'],
      },
    },
    {
      id: 'numbers/and-more',
      bytes: writeTable(withCells(whole, 0, (_, row) => ['10', '20', '30', '65+'][row % 4]!)),
      name: 'n.csv',
      expect: accepted(rows, { columns: { [name]: 'categorical' }, warnings: ['widened'] }),
    },
    {
      id: 'numbers/accounting',
      bytes: writeTable(withCells(whole, 0, (cell) => (Number(cell) < 0 ? `(${-Number(cell)})` : cell))),
      name: 'n.csv',
      contract: { columns: [{ name, type: 'numeric', format: 'accounting' }] },
      expect: accepted(rows, { same_dataset_as: 'numbers/whole', columns: { [name]: 'numeric' } }),
    },
    {
      id: 'numbers/off',
      bytes: share(40, ['off']),
      name: 'n.csv',
      expect: {
        verdict: 'accepted',
        rows: { accepted: rows - offRows, rejected: offRows },
        columns: { [name]: 'numeric' },
        warnings: ['near_numeric'],
        fix_contains: ['"missing_tokens": ["off"]'],
      },
    },
    {
      id: 'numbers/off-many',
      bytes: sixPercent,
      name: 'n.csv',
      expect: refused('rejected_share', '"missing_tokens"', '"unknown"', '"off"', name),
    },
    {
      id: 'numbers/off-pinned',
      bytes: sixPercent,
      name: 'n.csv',
      contract: { missing_tokens: ['unknown', 'off'] },
      expect: accepted(rows, {
        columns: {
          [name]: { kind: 'numeric', gaps: times(rows, (i) => i).filter((i) => i % 8 === 1).length },
        },
      }),
    },
    {
      id: 'numbers/codes-and-texts',
      bytes: writeTable(withCells(whole, 0, (_, row) => (row % 3 === 0 ? 'many' : row % 5))),
      name: 'n.csv',
      expect: accepted(rows, { columns: { [name]: 'categorical' } }),
    },
    {
      id: 'numbers/half-steps',
      bytes: writeTable(
        withCells(whole, 0, (_, row) => (row % 5) / 2),
        { delimiter: ';', decimal: ',' },
      ),
      name: 'n.csv',
      expect: accepted(rows, { same_dataset_as: 'numbers/half-steps-plain', columns: { [name]: 'numeric' } }),
    },
    {
      id: 'numbers/half-steps-plain',
      bytes: writeTable(withCells(whole, 0, (_, row) => (row % 5) / 2)),
      name: 'n.csv',
      expect: accepted(rows, { columns: { [name]: 'numeric' } }),
    },
    {
      id: 'numbers/few-grouped',
      bytes: writeTable(withCells(whole, 0, (_, row) => (row % 30 === 4 ? '1,200' : 900 + (row % 17) * 5))),
      name: 'n.csv',
      expect: accepted(rows, { columns: { [name]: { kind: 'numeric', written_as: 'grouped' } } }),
    },
    {
      id: 'numbers/survey',
      bytes: lines(
        'a,b,c,d,e,f,class',
        ...times(rows, (row) =>
          [...times(6, (i) => (row % 5 === 2 ? 'refused' : (row * (i + 1)) % 5)), row % 2 ? 'p' : 'q'].join(
            ',',
          ),
        ),
      ),
      name: 'n.csv',
      expect: accepted(rows, {
        columns: { a: 'categorical', c: 'categorical', f: 'categorical' },
        warnings: ['widened'],
      }),
    },
    {
      id: 'numbers/nothing-without-unit',
      bytes: writeTable(withCells(whole, 0, (_, row) => (row % 10 ? '0' : `$${row}.99`))),
      name: 'n.csv',
      expect: accepted(rows, {
        columns: { [name]: { kind: 'numeric', written_as: 'currency' } },
        no_warnings: ['number_format', 'widened'],
      }),
    },
    {
      id: 'numbers/nines',
      bytes: writeTable(withCells(whole, 0, (_, row) => (row % 9 === 3 ? -9999 : row % 30))),
      name: 'n.csv',
      expect: accepted(rows, {
        columns: { [name]: { kind: 'numeric', gaps: 0 } },
        warnings: ['sentinel'],
        fix_contains: ['"missing_tokens": ["-9999"]'],
      }),
    },
    {
      id: 'numbers/nines-pinned',
      bytes: writeTable(withCells(whole, 0, (_, row) => (row % 9 === 3 ? -9999 : row % 30))),
      name: 'n.csv',
      contract: { missing_tokens: ['-9999'] },
      expect: accepted(rows, { columns: { [name]: 'numeric' }, no_warnings: ['sentinel'] }),
    },
    {
      id: 'numbers/money-in-millions',
      bytes: writeTable(withCells(whole, 0, (_, row) => `\u20ac${row + 1}.5${'MK'[row % 2]}`)),
      name: 'n.csv',
      expect: accepted(rows, { columns: { [name]: 'categorical' }, warnings: ['number_format'] }),
    },
    {
      id: 'numbers/decimal-comma-in-quotes',
      bytes: writeTable(withCells(whole, 0, (_, row) => `${row},${row % 90}`)),
      name: 'n.csv',
      expect: accepted(rows, {
        columns: { [name]: 'categorical' },
        warnings: ['number_format'],
        fix_contains: ['"decimal": ","'],
      }),
    },
    {
      id: 'numbers/decimal-comma-in-quotes-pinned',
      bytes: writeTable(withCells(whole, 0, (_, row) => `${row},${row % 90}`)),
      name: 'n.csv',
      contract: { decimal: ',' },
      expect: accepted(rows, { columns: { [name]: 'numeric' }, understood: { decimal: ',' } }),
    },
    ...[
      { id: 'points-in-a-comma-file', way: {}, written: 'grouped' },
      {
        id: 'points-in-a-comma-file-pinned',
        way: { contract: { columns: [{ name: 'it', type: 'numeric', format: 'plain' }] } },
        written: null,
      },
    ].map(({ id, way, written }) => ({
      id: `numbers/${id}`,
      bytes: lines(
        'it;b;class',
        ...times(rows, (row) => `${40 + (row % 9)}.${100 + row};${row % 7},5;${'pq'[row % 2]}`),
      ),
      name: 'n.csv',
      ...way,
      expect: accepted(rows, {
        columns: { it: { kind: 'numeric', written_as: written } },
        ...(written === null ? { no_warnings: ['number_format'] } : { warnings: ['number_format'] }),
      }),
    })),
    {
      id: 'numbers/blanks in quotes',
      bytes: lines(
        whole.map(({ name: each }) => each).join(','),
        ...times(rows, (row) =>
          whole.map(({ cells }, at) => (at === 0 ? `" ${cells[row]}\t"` : cells[row])).join(','),
        ),
      ),
      name: 'n.csv',
      expect: accepted(rows, { same_dataset_as: 'numbers/whole', no_warnings: ['near_numeric'] }),
    },
    {
      id: 'numbers/survey-of-amounts',
      bytes: lines(
        'a,b,class',
        ...times(rows, (row) => {
          const [one, two] = row % 5 === 2 ? ['refused', 'unknown'] : [row * 1.5, row * 2.5];
          return `${one},${two},${row % 2 ? 'p' : 'q'}`;
        }),
      ),
      name: 'n.csv',
      expect: refused('rejected_share', '"missing_tokens": ["refused","unknown"]'),
    },
    {
      id: 'numbers/mixed-formats',
      bytes: writeTable(withCells(whole, 0, (cell, row) => (row % 2 ? `${cell} kg` : `${cell}%`))),
      name: 'n.csv',
      expect: { verdict: 'accepted', not_ignored: { [name]: 'identifier' } },
    },
    {
      id: 'numbers/parentheses',
      bytes: writeTable(withCells(whole, 0, (cell) => (Number(cell) < 0 ? `(${-Number(cell)})` : cell))),
      name: 'n.csv',
      expect: {
        not_ignored: { [name]: 'identifier' },
        any: [
          { verdict: 'accepted', warnings: [['number_format', 'near_numeric']] },
          refused('rejected_share', name),
        ],
      },
    },
  ];
}

const letters = (number: number) =>
  [676, 26, 1].map((place) => String.fromCharCode(65 + (Math.floor(number / place) % 26))).join('');

function categories(seed: number): Variant[] {
  const rows = 120 + (seed % 3) * 20;
  const table = plainTable(seed, rows);
  const random = randomFrom(seed);
  const column = (
    id: string,
    cell: (row: number) => string,
    kind: string | string[],
    more: TableExpectation = {},
    way: Way = {},
  ) => ({
    id: `categories/${id}`,
    bytes: writeTable(withColumn(table, { name: 'it', cells: times(rows, cell) }, 1), way),
    name: 'c.csv',
    expect: accepted(rows, { columns: { it: kind }, not_ignored: { it: 'row_number' }, ...more }),
  });
  return [
    column('zip', () => String(random(30)).padStart(5, '0'), 'categorical'),
    column('one-zero', (row) => (row === 5 ? '007' : String(100 + random(30))), 'categorical'),
    column('big-integers', () => `90071992547409${93 + random(5)}`, 'categorical'),
    column('big-distinct', (row) => `900719925474099${1000 + row}`, ['categorical', 'ignored']),
    column('true-false', () => ['true', 'false'][random(2)]!, 'categorical'),
    column('upper-booleans', () => ['TRUE', 'FALSE'][random(2)]!, 'categorical'),
    column('yes-no', () => ['Yes', 'No'][random(2)]!, 'categorical', {}, { quoting: 'all' }),
    column('none', (row) => (row % 4 === 0 ? 'None' : ['light', 'heavy'][random(2)]!), {
      kind: 'categorical',
      gaps: 0,
    } as never),
    column('dash', (row) => (row % 4 === 0 ? '-' : ['+', '++'][random(2)]!), {
      kind: 'categorical',
      gaps: 0,
    } as never),
    column('na', (row) => (row % 4 === 0 ? 'NA' : ['light', 'heavy'][random(2)]!), {
      kind: 'categorical',
      gaps: Math.ceil(rows / 4),
    } as never),
    column('digits', () => String(random(2)), 'numeric'),
    column('versions', () => `1.${random(4)}.${random(3)}`, 'categorical'),
    column('hex', () => ['a0', 'b1', '1e', 'ff'][random(4)]!, 'categorical'),
    column('ranges', () => ['18-25', '26-40', '41-65', '65+'][random(4)]!, 'categorical'),
    column('awkward', (row) => awkwardTexts(randomFrom(seed), rows)[row]!, 'categorical'),
    {
      ...column('plates', () => '', 'ignored'),
      bytes: lines(
        'plate,v,class',
        ...times(
          4000,
          (row) => `${letters((row * 7919) % 17_576)}${100 + random(900)},${row % 13},${'pq'[row % 2]}`,
        ),
      ),
      expect: accepted(4000, { ignored: { plate: 'identifier' } }),
    },
    column('long blanks', (row) => `${row % 3}${' '.repeat(60_000)}x`, 'categorical'),
    column('ordinals', () => ['1st', '2nd', '3rd'][random(3)]!, 'categorical'),
  ];
}

function identifiers(seed: number): Variant[] {
  const rows = 110 + (seed % 4) * 13;
  const table = plainTable(seed, rows);
  const id = (
    name: string,
    cell: (row: number) => number | string,
    ignored: string | undefined,
    at = 0,
    more: TableExpectation = {},
  ) => ({
    id: `identifiers/${name}`,
    bytes: writeTable(withColumn(table, { name: 'key', cells: times(rows, cell) }, at)),
    name: 'i.csv',
    expect: accepted(
      rows,
      ignored === undefined
        ? { columns: { key: 'numeric' }, ...more }
        : { same_dataset_as: 'identifiers/plain', ignored: { key: ignored }, warnings: [ignored], ...more },
    ),
  });
  const shuffle = (row: number) => (row * 101) % rows;
  const small = plainTable(seed, 19);
  const twenty = plainTable(seed, 20);
  return [
    { id: 'identifiers/plain', bytes: writeTable(table), name: 'i.csv', expect: accepted(rows) },
    id('from-0', (row) => row, 'row_number'),
    id('from-1', (row) => row + 1, 'row_number', 2),
    id('from-5000', (row) => row + 5000, 'row_number', 4),
    id('shuffled', (row) => (rows % 101 === 0 ? row : shuffle(row)) + 1, 'row_number'),
    id('backwards', (row) => rows - row, 'row_number'),
    id('negative', (row) => row - 50, 'row_number'),
    id('few-left-out', (row) => row + Math.floor(row / 12), 'row_number'),
    id('as-decimals', (row) => `${row}.0`, 'row_number'),
    id('many-left-out', (row) => row * 2, undefined),
    id('years', (row) => 1890 + row, undefined),
    id('years-gone', (row) => 2999 - row, undefined),
    id('repeated', (row) => row >> 1, undefined),
    id('beyond-years', (row) => 2950 + row, 'row_number'),
    id('uuid', (row) => `0f${row}-77aa-${(row * 7919) % 1000}-x`, 'identifier', 3),
    id('mails', (row) => `p${row}@example.org`, 'identifier'),
    id('sentences', (row) => `It was, "${row}", they said`, 'identifier', 2),
    {
      id: 'identifiers/nineteen',
      bytes: writeTable(withColumn(small, { name: 'key', cells: times(19, (i) => i + 1) })),
      name: 'i.csv',
      expect: accepted(19, { columns: { key: 'numeric' } }),
    },
    {
      id: 'identifiers/twenty',
      bytes: writeTable(withColumn(twenty, { name: 'key', cells: times(20, (i) => i + 1) })),
      name: 'i.csv',
      expect: accepted(20, { ignored: { key: 'row_number' } }),
    },
    {
      id: 'identifiers/gap',
      bytes: writeTable(withColumn(table, { name: 'key', cells: times(rows, (i) => (i === 7 ? null : i)) })),
      name: 'i.csv',
      expect: accepted(rows, {}),
    },
    {
      id: 'identifiers/kept',
      bytes: writeTable(withColumn(table, { name: 'key', cells: times(rows, (i) => i) })),
      name: 'i.csv',
      contract: { columns: [{ name: 'key', type: 'numeric' }] },
      expect: accepted(rows, { columns: { key: 'numeric' } }),
    },
  ];
}

function labels(seed: number): Variant[] {
  const rows = 150 + (seed % 4) * 25;
  const table = plainTable(seed, rows);
  const features = table.slice(0, 4);
  const random = randomFrom(seed);
  const label = (
    id: string,
    name: string,
    cell: (row: number) => string,
    expect: TableExpectation,
    more: Partial<Variant> = {},
  ) => ({
    id: `label/${id}`,
    bytes: writeTable([...features, { name, cells: times(rows, cell) }]),
    name: 'l.csv',
    expect,
    ...more,
  });
  const regression = refused('regression', 'label', 'group');
  const position = [
    { name: 'price_of_it', cells: times(rows, () => random(4000) / 8) },
    { name: 'Survived', cells: times(rows, () => random(2)) },
    ...features,
    { name: 'town', cells: times(rows, () => `town ${random(40)}`) },
  ];
  return [
    ...['label', 'Class', 'TARGET', 'Species'].map((name) =>
      label(
        `by-name ${name}`,
        name,
        () => ['p', 'q'][random(2)]!,
        accepted(rows, { label: name, chosen_by: 'name', no_warnings: ['label_by_position'] }),
      ),
    ),
    {
      id: 'label/position',
      bytes: writeTable(position),
      name: 'l.csv',
      expect: accepted(rows, {
        label: 'town',
        chosen_by: 'position',
        likelier: ['Survived'],
        warnings: ['label_by_position'],
        fix_contains: ['Survived'],
      }),
    },
    {
      id: 'label/metadata',
      bytes: writeTable(position),
      name: 'l.csv',
      label: 'Survived',
      expect: accepted(rows, {
        label: 'Survived',
        chosen_by: 'metadata',
        classes: ['0', '1'],
        columns: { town: 'categorical' },
      }),
    },
    {
      id: 'label/contract-over-metadata',
      bytes: writeTable(position),
      name: 'l.csv',
      label: 'town',
      contract: { label: 'Survived' },
      expect: accepted(rows, { label: 'Survived', chosen_by: 'contract', same_dataset_as: 'label/metadata' }),
    },
    {
      id: 'label/metadata-unknown',
      bytes: writeTable(position),
      name: 'l.csv',
      label: 'survived?',
      expect: refused('schema', 'survived?', 'Survived'),
    },
    label('fractions', 'y', () => String(random(400) / 8 + 0.125), regression),
    label('prices', 'price', () => `${random(9000) / 8}`, regression, { label: 'price' }),
    label('ages', 'age', () => String(18 + random(60)), regression),
    label('51-values', 'n', (row) => String(row % 51), regression),
    label('11-of-100', 'n', (row) => String(row % Math.ceil(rows / 10 + 1)), regression),
    label(
      'ages-unknown',
      'n',
      (row) => (row % 40 === 7 ? 'unknown' : String(18 + ((row * 7) % 60))),
      regression,
    ),
    {
      id: 'label/price-last',
      bytes: writeTable([
        ...features,
        { name: 'Churned', cells: times(rows, (row) => ['yes', 'no'][row % 2]!) },
        position[0]!,
      ]),
      name: 'l.csv',
      expect: {
        ...refused('regression', 'Churned', 'price_of_it'),
        label: 'price_of_it',
        chosen_by: 'position',
        likelier: ['Churned'],
      },
    },
    label('one-fraction', 'n', (row) => (row === 4 ? '1.5' : String(row % 3)), regression),
    label('10-values', 'n', (row) => String(row % 10), accepted(rows, { classes: 10 })),
    label('price-listed', 'n', (row) => String(row % 51), accepted(rows, { classes: 51 }), {
      contract: { label: 'n', columns: [{ name: 'n', type: 'categorical' }] },
    }),
    label(
      'number-format',
      'n',
      (row) => ['0', '0.0', '1', '1.0', '1.00'][row % 5]!,
      accepted(rows, { classes: ['0', '1'] }),
    ),
    label('decimals', 'n', (row) => ['0.0', '1.0', '2.0'][row % 3]!, accepted(rows, { classes: 3 })),
    label('signs', 'n', (row) => ['-1', '+1', '1', '-1.0'][row % 4]!, accepted(rows, { classes: 2 })),
    label(
      'spelling',
      'n',
      (row) => ['Yes', 'yes', 'no', 'NO'][row % 4]!,
      accepted(rows, { classes: 4, warnings: ['label_variants'] }),
    ),
    label(
      'inner-spaces',
      'n',
      (row) => ['big one', 'big  one', 'small'][row % 3]!,
      accepted(rows, { classes: 3, warnings: ['label_variants'] }),
    ),
    label(
      'class None',
      'n',
      (row) => ['None', 'Some'][row % 2]!,
      accepted(rows, { classes: ['None', 'Some'] }),
    ),
    label('class dash', 'n', (row) => ['-', '+'][row % 2]!, accepted(rows, { classes: ['+', '-'] })),
    ...['NA', 'null', 'n/a', '?'].map((text) =>
      label(
        `class ${text}`,
        'n',
        (row) => [text, 'EU', 'AS'][row % 3]!,
        refused(['rejected_share', 'label', 'classes'], 'missing_tokens', text),
      ),
    ),
    ...['NA', 'NULL'].map((text) =>
      label(
        `class ${text} pinned`,
        'n',
        (row) => [text, 'EU', 'AS'][row % 3]!,
        accepted(rows, { classes: [text, 'EU', 'AS'] }),
        {
          contract: { default_missing_tokens: false },
        },
      ),
    ),
    label('one class', 'n', () => 'same', refused('classes', 'same', 'such as')),
    label(
      'half-empty',
      'n',
      (row) => (row % 2 ? '' : ['a', 'b'][random(2)]!),
      refused(['rejected_share', 'label'], 'n', 'such as'),
    ),
    label('few-empty', 'n', (row) => (row === 9 ? '' : ['a', 'b'][row % 2]!), {
      verdict: 'accepted',
      rows: { accepted: rows - 1, rejected: 1 },
      classes: 2,
    }),
    label('all-different', 'n', (row) => `c${row}`, refused(['cardinality', 'columns'])),
    ...['unknown', 'None', '-', '2b', '3 or more'].map((text) =>
      label(
        `numbers and ${text}`,
        'n',
        (row) => ['0', '1', text, '0'][(row + seed) % 4]!,
        accepted(rows, { label: 'n', classes: ['0', '1', text].sort() }),
      ),
    ),
    ...['unknown', 'None'].map((text) =>
      label(`fractions and ${text}`, 'n', (row) => (row % 9 ? `${row}.25` : text), regression),
    ),
    label('booleans', 'n', (row) => ['true', 'false'][row % 2]!, accepted(rows, { classes: 2 })),
    {
      id: 'label/decimal-comma',
      bytes: writeTable(
        [...features, { name: 'n', cells: times(rows, (row) => ['0,0', '1,0', '0'][row % 3]!) }],
        { delimiter: ';', decimal: ',' },
      ),
      name: 'l.csv',
      expect: accepted(rows, { classes: 2 }),
    },
    label(
      'too long',
      'n',
      (row) => (row % 2 ? 'p' : 'q'.repeat(129)),
      refused('rejected_share', 'of at most 128 characters'),
    ),
    {
      id: 'label/first',
      bytes: writeTable([{ name: 'TARGET', cells: times(rows, (row) => row % 2) }, ...features]),
      name: 'l.csv',
      expect: accepted(rows, { label: 'TARGET', classes: ['0', '1'] }),
    },
  ];
}

function contracts(seed: number): Variant[] {
  const rows = 90;
  const table = plainTable(seed, rows);
  const [a, b, c, d] = table.map(({ name }) => name) as [string, string, string, string];
  const bytes = writeTable(table);
  const one = (id: string, contract: unknown, expect: TableExpectation, way?: Way) => ({
    id: `contract/${id}`,
    bytes: way ? writeTable(table, way) : bytes,
    name: 'k.csv',
    contract,
    expect,
  });
  const wrong = (id: string, contract: unknown, ...words: string[]) =>
    one(id, contract, refused('contract', ...words));
  return [
    one('empty', {}, accepted(rows)),
    one(
      'partial',
      { columns: [{ name: c, type: 'categorical' }] },
      accepted(rows, { columns: { [a]: 'numeric', [c]: 'categorical', [d]: 'categorical' } }),
    ),
    one('ignore', { ignore: [a, d] }, accepted(rows, { ignored: { [a]: 'contract', [d]: 'contract' } })),
    one(
      'label',
      { label: d },
      accepted(rows, { label: d, chosen_by: 'contract', columns: { class: 'categorical' } }),
    ),
    one(
      'min',
      { columns: [{ name: a, type: 'numeric', min: -1e6, max: 1e6, nullable: false }] },
      accepted(rows, { columns: { [a]: 'numeric' } }),
    ),
    one(
      'range',
      { columns: [{ name: a, type: 'numeric', max: -1e6 }] },
      refused(['all_rejected', 'rejected_share'], a, 'range'),
    ),
    one(
      'range-allowed',
      { max_rejected_share: 1, columns: [{ name: a, type: 'numeric', max: 4 }] },
      { verdict: 'accepted' },
    ),
    one(
      'categories',
      { columns: [{ name: d, type: 'categorical', categories: ['gold'] }] },
      refused(['all_rejected', 'rejected_share'], d, 'categories'),
    ),
    one('delimiter', { delimiter: ';', decimal: ',' }, accepted(rows), { delimiter: ';', decimal: ',' }),
    one('quote', { quote: '`' }, accepted(rows)),
    one('tokens', { missing_tokens: ['pale green'] }, accepted(rows, { columns: { [d]: 'categorical' } })),
    one('misspelt', { labels: 'x' }, refused('contract', 'labels')),
    wrong('misspelt-column', { columns: [{ nmae: a, type: 'numeric' }] }, 'nmae'),
    wrong('bad-type', { columns: [{ name: a, type: 'number' }] }, '"numeric"'),
    wrong('bad-decimal', { decimal: ';' }, 'decimal'),
    wrong('bad-delimiter', { delimiter: ';;' }, 'delimiter'),
    wrong('bad-encoding', { encoding: 'latin-99' }, 'latin-99'),
    wrong('bad-share', { max_rejected_share: 2 }, 'max_rejected_share'),
    wrong('min-above-max', { columns: [{ name: a, type: 'numeric', min: 3, max: 2 }] }, 'min'),
    wrong('not-json', '{"label": "x",}', 'schema.json'),
    wrong('comma-comma', { delimiter: ',', decimal: ',' }, 'decimal'),
    one('no-such-column', { columns: [{ name: 'nowhere', type: 'numeric' }] }, refused('schema', 'nowhere')),
    one('no-such-label', { label: 'nowhere' }, refused('schema', 'nowhere', b)),
    one(
      'numeric-label',
      { label: 'class', columns: [{ name: 'class', type: 'numeric' }] },
      refused(['contract', 'schema'], 'class'),
    ),
  ];
}

/** What the first 10,000 records do not show. */
function late(seed: number): Variant[] {
  const rows = 11_000 + (seed % 3) * 500;
  const random = randomFrom(seed);
  const file = (cell: (row: number) => string | number) =>
    lines(
      'it,v,class',
      ...times(rows, (row) => `${cell(row)},${((row * 37) % 1000) / 8},${row % 2 ? 'p' : 'q'}`),
    );
  const one = (id: string, cell: (row: number) => string | number, expect: TableExpectation) => ({
    id: `late/${id}`,
    bytes: file(cell),
    name: 'late.csv',
    expect,
  });
  return [
    one(
      'codes',
      (row) => (row > 10_100 ? ['A', 'B'][random(2)]! : random(9)),
      accepted(rows, { columns: { it: 'categorical' }, warnings: ['widened'] }),
    ),
    one(
      'texts',
      (row) => (row > 10_050 ? `t${row % 7}` : random(5000)),
      accepted(rows, { columns: { it: 'categorical' }, warnings: ['widened'] }),
    ),
    one('few-texts', (row) => (row === 10_500 ? 'off' : random(5000)), {
      verdict: 'accepted',
      rows: { accepted: rows - 1, rejected: 1 },
      columns: { it: 'numeric' },
      warnings: ['near_numeric'],
      fix_contains: ['"missing_tokens": ["off"]'],
    }),
    {
      id: 'late/label-of-codes',
      bytes: lines(
        'v,it,zip',
        ...times(rows, (row) => `${row % 17},${(row * 31) % 7},${row > 10_100 ? '0213' : '9021'}${row % 3}`),
      ),
      name: 'late.csv',
      label: 'zip',
      expect: accepted(rows, {
        classes: ['02130', '02131', '02132', '90210', '90211', '90212'],
        warnings: ['widened'],
      }),
    },
    one(
      'shown-texts',
      (row) => ((row < 10_000 ? row % 25 === 0 : row % 2 === 0) ? 'off' : random(5000)),
      refused('rejected_share', '"missing_tokens": ["off"]', 'it'),
    ),
    one(
      'repeated-id',
      (row) => (row > 10_400 ? row - 300 : row),
      accepted(rows, { columns: { it: 'numeric' }, not_ignored: { it: '*' } }),
    ),
    one(
      'row-number',
      (row) => row + 1,
      accepted(rows, { ignored: { it: 'row_number' }, warnings: ['row_number'] }),
    ),
    one(
      'sparse-start',
      (row) => (row < 10_000 ? row * 2 : (row - 10_000) * 2 + 1),
      accepted(rows, { columns: { it: 'numeric' } }),
    ),
    one('shuffled', (row) => (row * 7919) % rows, accepted(rows, { ignored: { it: 'row_number' } })),
    one(
      'late-fraction',
      (row) => (row === 10_600 ? 10_600.5 : row),
      accepted(rows, { columns: { it: 'numeric' } }),
    ),
    one('big-id', (row) => (row > 10_200 ? `90071992547409931${row}` : 100_000 + row), {
      verdict: 'accepted',
      warnings: ['widened'],
    }),
    one(
      'leading-zero',
      (row) => (row > 10_200 ? '007' : row % 12),
      accepted(rows, {
        columns: { it: 'categorical' },
        warnings: ['widened'],
      }),
    ),
    {
      ...one(
        'leading-zero-pinned',
        (row) => (row > 10_200 ? '007' : row % 12),
        accepted(rows, {
          columns: { it: 'numeric' },
          no_warnings: ['widened'],
        }),
      ),
      contract: { columns: [{ name: 'it', type: 'numeric' }] },
    },
    {
      id: 'late/leading-zeros-in-ten-columns',
      bytes: lines(
        `${times(10, (at) => `c${at}`).join(',')},class`,
        ...times(rows, (row) =>
          [...times(10, (at) => `${row > 10_200 ? '0' : ''}${(row + at) % 12}`), 'pq'[row % 2]].join(','),
        ),
      ),
      name: 'late.csv',
      expect: accepted(rows, {
        columns: Object.fromEntries(times(10, (at) => [`c${at}`, 'categorical'])),
        warnings: ['widened'],
      }),
    },
    one(
      'zero-among-fractions',
      (row) => (row === 10_500 ? '00' : ((row * 7919) % 90_001) / 100),
      accepted(rows, { columns: { it: 'numeric' }, no_warnings: ['widened'] }),
    ),
    one(
      'thousands',
      (row) => (row < 10_300 ? row % 1000 : `"1,${100 + (row % 900)}"`),
      accepted(rows, {
        columns: { it: { kind: 'numeric', written_as: 'grouped' } },
        warnings: ['number_format'],
      }),
    ),
    ...['', '$'].map((unit) =>
      one(
        `sorted ${unit}thousands`,
        (row) => {
          const [whole, cents] = [Math.floor(row / 10.4), String(10 + (row % 90))];
          return `"${unit}${whole.toLocaleString('en')}.${cents}"`;
        },
        accepted(rows, {
          columns: { it: { kind: 'numeric', written_as: unit === '' ? 'grouped' : 'currency' } },
          warnings: ['number_format'],
        }),
      ),
    ),
    one(
      'points that may be thousands',
      (row) => (row < 10_300 ? row % 1000 : `1.${101 + (row % 800)}`),
      accepted(rows, {
        columns: { it: { kind: 'numeric', written_as: null } },
        warnings: ['number_format'],
        fix_contains: ['"format": "grouped"'],
      }),
    ),
    {
      ...one(
        'points that are thousands by contract',
        (row) => (row < 10_300 ? row % 1000 : `1.${101 + (row % 800)}`),
        accepted(rows, { columns: { it: { kind: 'numeric', written_as: 'grouped' } } }),
      ),
      contract: { columns: [{ name: 'it', type: 'numeric', format: 'grouped' }] },
    },
    {
      id: 'late/stray point in a comma file',
      bytes: lines(
        'it;v;class',
        ...times(rows, (row) => `${row === 10_700 ? '12.5' : row % 999};${row % 7},25;${'pq'[row % 2]}`),
      ),
      name: 'late.csv',
      expect: accepted(rows, { columns: { it: { kind: 'numeric', written_as: null } } }),
    },
    {
      id: 'late/label with decimal commas',
      bytes: lines(
        'it;v;class',
        ...times(rows, (row) => `${row % 50};${row % 7},25;${row % 3}${row > 10_200 ? ',0' : ''}`),
      ),
      name: 'late.csv',
      expect: accepted(rows, { classes: ['0', '1', '2'] }),
    },
    one(
      'dates in the other order',
      (row) =>
        row < 10_400
          ? `${(row % 28) + 1}/${(row % 12) + 1}/2024`
          : `${(row % 12) + 1}/${(row % 28) + 1}/2024`,
      accepted(rows, { columns: { it: 'categorical' }, warnings: ['date_format'] }),
    ),
    one(
      'order of dates',
      (row) => `${String((row > 10_300 ? row % 28 : row % 12) + 1).padStart(2, '0')}/01/2024`,
      accepted(rows, { columns: { it: 'datetime' }, warnings: ['date_format'] }),
    ),
    {
      id: 'late/decimal-comma',
      bytes: lines(
        'it;v;class',
        ...times(rows, (row) => `${row % 50}${row > 10_200 ? ',5' : ''};${row % 7},25;${'pq'[row % 2]}`),
      ),
      name: 'late.csv',
      expect: accepted(rows, { columns: { it: 'numeric' }, warnings: ['number_format'] }),
    },
    {
      id: 'late/thousands-with-points',
      bytes: lines(
        'it;v;class',
        ...times(
          rows,
          (row) => `${row > 10_200 ? `1.${200 + (row % 700)}` : row % 999};${row % 7},25;${'pq'[row % 2]}`,
        ),
      ),
      name: 'late.csv',
      expect: accepted(rows, {
        columns: { it: { kind: 'numeric', written_as: 'grouped' } },
        warnings: ['number_format'],
      }),
    },
    one(
      'words-among-many-numbers',
      (row) =>
        row % 10 === 3
          ? ['low', 'high', 'error', 'off'][Math.floor(row / 10) % 4]!
          : ((row * 7919) % 90_001) / 7,
      accepted(rows, {
        columns: { it: 'ignored' },
        warnings: ['near_numeric'],
        fix_contains: ['"missing_tokens"'],
      }),
    ),
    one(
      'zero-and-fraction',
      (row) => (row > 10_200 ? `00${row % 10}.5` : row % 12),
      accepted(rows, {
        columns: { it: 'numeric' },
      }),
    ),
  ];
}
