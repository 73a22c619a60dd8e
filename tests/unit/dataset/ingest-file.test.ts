import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ingest, refusalOf } from '../../helpers/csv-ingest.ts';

/** A table of 40 good rows: one bad row among them stays below the 5% that a file may lose. */
const GOOD_ROWS = Array.from({ length: 40 }, (_, i) => `${i}.5,${i % 3},${i % 2 === 0 ? 'yes' : 'no'}`);
const table = (...more: string[]) => `${['x,y,label', ...GOOD_ROWS, ...more].join('\n')}\n`;
const LINE_AFTER = GOOD_ROWS.length + 2;

describe('files that are refused as a whole', () => {
  const quoting = 'x,y,label\n1,2,a\n1,2,b\n';
  const cases: [string, string | Uint8Array, string, number?][] = [
    ['0 bytes', '', 'empty'],
    ['only a byte order mark', '\ufeff', 'empty'],
    ['only line ends', '\r\n\n', 'empty'],
    ['only a header', 'x,y,label\n', 'no_rows'],
    ['a header and blank lines', 'x,y,label\n\n\n', 'no_rows'],
    ['UTF-16 without a mark', Buffer.from('x,label\n1,a\n', 'utf16le'), 'encoding', 1],
    ['Latin-1', Buffer.from('x,label\n1,a\n1,caf\u00e9\n', 'latin1'), 'encoding', 3],
    ['overlong UTF-8', Buffer.from([...Buffer.from('x,label\n1,'), 0xc0, 0xaf, 0x0a]), 'encoding', 2],
    [
      'a surrogate in UTF-8',
      Buffer.from([...Buffer.from('x,label\n1,'), 0xed, 0xa0, 0x80, 0x0a]),
      'encoding',
      2,
    ],
    ['a character cut by the end', Buffer.from([...Buffer.from('x,label\n1,'), 0xe2, 0x82]), 'encoding', 2],
    ['a NUL byte', 'x,label\n1,a\n1,\0b\n', 'encoding', 3],
    ['gzip', gzipSync('x,label\n1,a\n'), 'type'],
    ['XLSX', Buffer.from([0x50, 0x4b, 0x03, 0x04, 20, 0, 6, 0]), 'type'],
    ['an unclosed quote', `${quoting}1,"2\n3,4\n`, 'quoting', 4],
    ['text after a closing quote', `${quoting}1,"2\n2"x,4\n`, 'quoting', 4],
    ['a quote inside a field', `${quoting}1,2"2,a\n`, 'quoting', 4],
    ['a lone CR after a closing quote', `${quoting}1,"2"\r3,a\n`, 'quoting', 4],
    ['a duplicate header', 'x,x,label\n1,2,a\n', 'header', 1],
    ['headers that are equal in NFC', 'caf\u00e9,cafe\u0301,label\n1,2,a\n', 'header', 1],
    ['an empty name', 'x,,label\n1,2,a\n2,2,b\n', 'header', 1],
    ['a name of spaces', 'x,  ,label\n1,2,a\n2,2,b\n', 'header', 1],
    ['a bidi control in a header', 'x,a\u202eb,label\n1,2,a\n', 'header', 1],
    ['a zero-width space in a header', 'x,a\u200bb,label\n1,2,a\n', 'header', 1],
    ['a control character in a header', 'x,a\u0007b,label\n1,2,a\n', 'header', 1],
    ['1,001 columns', `${Array.from({ length: 1001 }, (_, i) => `c${i}`).join(',')}\n`, 'columns', 1],
    ['a header of one over-long field', `${'x'.repeat(70_000)},label\n1,a\n`, 'header', 1],
    ['a hyphen for a separator', 'x-y-label\n1-2-a\n', 'columns', 1],
    ['one class only', 'x,label\n1,a\n2,a\n', 'classes'],
    ['a label per row', 'x,label\n1,a\n2,b\n3,c\n', 'cardinality'],
    ['every row bad', 'x,label\n1,\n2,\n', 'all_rejected', 2],
    ['more than 5% of the rows bad', `${table()}1,2,\n1,2,\n1,2,\n`, 'rejected_share', LINE_AFTER],
  ];
  it.each(cases)('refuses %s', async (_, file, code, line) => {
    const refusal = await refusalOf(file);
    expect(refusal.code).toBe(code);
    expect(refusal.line).toBe(line);
  });

  it('refuses a file over the size limit after the last byte within it, for any chunks', async () => {
    const file = table();
    for (const cuts of [[], [10], [file.length - 1]]) {
      expect((await refusalOf(file, { limits: { fileBytes: file.length - 1 } }, cuts)).code).toBe('size');
    }
    expect((await ingest(file, { limits: { fileBytes: file.length } })).rows.accepted).toBe(40);
  });

  it('is refused with more rows than training can number, however they are read', async () => {
    const plain = (i: number) => `${i % 7}.5,${i % 2 ? 'a' : 'b'}`;
    const ways = [
      { row: plain },
      { row: (i: number) => (i === 30 ? 'x'.repeat(99) : plain(i)), limits: { rowBytes: 50 } },
      { row: plain, limits: { rowGroupRows: 10, sampleRecords: 20 }, threads: 2 },
    ];
    for (const { row, limits, threads = 1 } of ways) {
      const file = `x,label\n${Array.from({ length: 40 }, (_, i) => row(i)).join('\n')}\n\n`;
      const { code, message } = await refusalOf(file, { limits: { ...limits, rows: 39 }, threads });
      expect([code, message]).toEqual([
        'size',
        'the table has more than 39 rows; at most 39 rows are read, since training numbers them in 32 bits, with a sign',
      ]);
      const { rows } = await ingest(file, { limits: { ...limits, rows: 40 }, threads });
      expect(rows).toMatchObject({ read: 41, blank: 1 });
    }
  });

  it('reports the fault that comes first in the file', async () => {
    const early = 'x,label\n1,"a"b\n1,\xff\n';
    expect((await refusalOf(Buffer.from(early, 'latin1'))).code).toBe('quoting');
    const late = 'x,label\n1,\xff\n1,"a"b\n';
    expect((await refusalOf(Buffer.from(late, 'latin1'))).code).toBe('encoding');
    const inHeader = 'x,x,label\n1,1,"a"b\n';
    for (const cuts of [[], [11]]) expect((await refusalOf(inHeader, {}, cuts)).code).toBe('header');
  });

  it('refuses a label with more classes than the limit', async () => {
    const rows = Array.from({ length: 2400 }, (_, i) => `${i / 2},c${i % 1200}`);
    expect((await refusalOf(['x,label', ...rows].join('\n'))).code).toBe('cardinality');
  });
});

describe('rows that are rejected', () => {
  const numbers = [
    'Infinity',
    '1e999',
    '0x10',
    '1_000',
    '"1,5"',
    '\uff11',
    '\u00a05',
    '--5',
    '1e',
    '+',
    'e5',
    '1.2.3',
  ];
  const cases: [string, string, string][] = [
    ...numbers.map((text): [string, string, string] => [
      `${JSON.stringify(text)} for a number`,
      `${text},1,yes`,
      'number',
    ]),
    ['a number that underflows', '1e-400,1,yes', 'range'],
    ['an integer that is not exact', '9007199254740993,1,yes', 'range'],
    ['a number whose squared distance overflows', '1e200,1,yes', 'range'],
    ['a long row', '1,2,yes,4', 'width'],
    ['a short row', '1,2', 'width'],
    ['an empty label', '1,2,', 'label'],
    ['a missing-token label', '1,2,NA', 'label'],
    ['a label of spaces', '1,2,  ', 'label'],
    ['a control character in a label', '1,2,a\u0007', 'label'],
    ['a bidi character in a label', '1,2,a\u202e', 'label'],
    ['a zero-width character in a label', '1,2,a\u200d', 'label'],
    ['a label of 129 characters', `1,2,${'z'.repeat(129)}`, 'label'],
    ['a field over 64 KiB', `1,2,${'z'.repeat(65_537)}`, 'field_size'],
    ['a quoted field over 64 KiB', `1,2,"${'z\n'.repeat(40_000)}"`, 'field_size'],
    ['a field over the window', `1,2,${'z'.repeat(3_000_000)}`, 'field_size'],
    ['a row over 1 MiB of small fields', `1,${'2,'.repeat(600_000)}`, 'row_size'],
  ];
  it.each(cases)('rejects %s with its line, and continues', async (_, row, code) => {
    const { rows, rejects, rejectionExamples } = await ingest(table(row, '7,7,yes'));
    expect(rows).toEqual({ read: 42, accepted: 41, rejected: 1, blank: 0 });
    expect(rejectionExamples[0]).toMatchObject({ line: LINE_AFTER, code });
    expect(rejects).toContain(`${LINE_AFTER},`);
  });

  it('rejects only fields above 64 KiB, with doubled quotes counted once', async () => {
    const atLimit = await ingest(
      table(`1,2,yes`)
        .replace('label', 'label,note')
        .replaceAll(/(yes|no)\n/g, '$1,-\n')
        .replace(/-\n$/, `"${'""'.repeat(65_536)}"\n`),
    );
    expect(atLimit.rows.rejected).toBe(0);
  });

  it('keeps line numbers correct after line ends in quotes and blank lines', async () => {
    const { rejectionExamples, rows } = await ingest(`${table('"\n\n1",1,yes', '', '\r', 'bad,1,yes')}`);
    expect(rejectionExamples.map(({ line, code }) => [line, code])).toEqual([
      [LINE_AFTER, 'number'],
      [LINE_AFTER + 5, 'number'],
    ]);
    expect(rows.blank).toBe(2);
  });

  it('writes every fact of a rejection to rejects.csv, and neutralises formulas but not numbers', async () => {
    const { rejects } = await ingest(`${table('=1+1,1,yes', '"@a""b",1,yes').replace('x,', '=x,')}`, {
      contract: {
        columns: [
          { name: '=x', type: 'numeric', max: 100 },
          { name: 'y', type: 'numeric' },
        ],
      },
    });
    expect(rejects).toBe(`line,column,code,value\r\n42,'=x,number,'=1+1\r\n43,'=x,number,"'@a""b"\r\n`);
    const ranged = await ingest(table('-500,1,yes'), {
      contract: {
        columns: [
          { name: 'x', type: 'numeric', min: 0 },
          { name: 'y', type: 'numeric' },
        ],
      },
    });
    expect(ranged.rejects).toContain('42,x,range,-500\r\n');
  });
});

describe('files that are accepted', () => {
  it('reads a byte order mark, CRLF, mixed line ends and a missing final newline alike', async () => {
    const file = table();
    const variants = [
      file,
      `\ufeff${file}`,
      file.replaceAll('\n', '\r\n'),
      file.replace('\n', '\r\n'),
      file.trimEnd(),
    ];
    const shas = await Promise.all(variants.map(async (variant) => (await ingest(variant)).datasetSha256));
    expect(new Set(shas).size).toBe(1);
  });

  it('treats __proto__ and constructor as plain names and labels', async () => {
    const { schema, profile, classes } = await ingest(
      '__proto__,constructor,toString\n1,2,__proto__\n2,3,__proto__\n3,4,constructor\n',
    );
    expect(schema.feature_order).toEqual(['__proto__', 'constructor']);
    expect(classes).toEqual(['__proto__', 'constructor']);
    expect(profile.classes.map(({ count }) => count)).toEqual([2, 1]);
    expect(Object.prototype).not.toHaveProperty('2');
  });

  it('turns -0 into 0, and reports constant columns, duplicates and conflicting labels', async () => {
    const { datasetSha256, profile } = await ingest('x,c,label\n0,1,a\n0,1,a\n0,1,b\n5,1,b\n');
    const negative = await ingest('x,c,label\n-0,1,a\n-0.0,1,a\n0,1,b\n5,1,b\n');
    expect(negative.datasetSha256).toBe(datasetSha256);
    expect(profile.duplicates).toEqual({
      duplicate_rows: 1,
      conflicting_rows: 3,
      exact: true,
      sampled_rows: 4,
    });
    expect(profile.columns[1]).toMatchObject({ min: 1, max: 1, sd: 0 });
  });

  it('ignores an identifier-like text column with a warning', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `id-${i},${i / 2},${i % 2}`);
    const { schema, warnings } = await ingest(['id,x,label', ...rows].join('\n'));
    expect(schema.ignored).toEqual(['id']);
    expect(warnings).toMatchObject([{ code: 'identifier', column: 'id' }]);
  });
});
