import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { DatasetContract } from '../../lib/dataset/understand/contract.ts';
import { ingest } from '../helpers/csv-ingest.ts';
import { ingestSet } from '../helpers/cut-table.ts';

const HEADER = ['length', 'width', 'class'];
const ROWS = Array.from({ length: 60 }, (_, i) => [
  `${(i % 17) + (i % 2) * 9}.5`,
  `${i % 5}`,
  i % 2 ? 'a' : 'b',
]);
/** The second part has one row. */
const CUTS = [
  [0, 20],
  [20, 21],
  [21, 60],
] as const;

/** How all parts of a set, and the one file that they are compared with, are written. */
interface Way {
  readonly lineEnd?: string;
  readonly above?: string;
  readonly delimiter?: string;
  readonly hasHeader?: boolean;
  readonly isUtf16?: boolean;
  readonly contract?: DatasetContract;
  /** Whether the last line of each part ends. */
  readonly ends?: boolean;
}

function written(
  { lineEnd = '\n', above = '', delimiter = ',', hasHeader = true, isUtf16 = false }: Way,
  rows: readonly (readonly string[])[],
  ends = true,
): Uint8Array {
  const lines = [...(hasHeader ? [HEADER] : []), ...rows].map((cells) => cells.join(delimiter));
  const text = `${above && above + lineEnd}${lines.join(lineEnd)}${ends ? lineEnd : ''}`;
  return isUtf16 ? Buffer.from(`\ufeff${text}`, 'utf16le') : Buffer.from(text);
}

describe('parts that are written in another way than plain CSV', () => {
  const ways: readonly (readonly [string, Way])[] = [
    ['CRLF', { lineEnd: '\r\n' }],
    ['CR', { lineEnd: '\r' }],
    ['UTF-16', { isUtf16: true }],
    ['UTF-16 and CRLF', { isUtf16: true, lineEnd: '\r\n' }],
    ['a sep= line', { above: 'sep=;', delimiter: ';' }],
    ['a comment above', { above: '# made by a program' }],
    ['a title above', { above: 'Title', contract: { skip_lines: 1 } }],
    ['tabs', { delimiter: '\t' }],
    ['no header', { hasHeader: false }],
    ['no header and CR', { hasHeader: false, lineEnd: '\r' }],
  ];
  it.each(
    ways.flatMap(([name, way]) => [
      [name, { ...way, ends: true }] as const,
      [`${name}, last lines that do not end`, { ...way, ends: false }] as const,
    ]),
  )('are read as one file: %s', async (_, way) => {
    const options = way.contract ? { contract: way.contract } : {};
    const parts = CUTS.map(([from, to], i) => ({
      name: `part-${i}.csv`,
      bytes: written(way, ROWS.slice(from, to), way.ends),
    }));
    const { datasetSha256, rows } = await ingest(written(way, ROWS), options);
    expect(await ingestSet(parts, options)).toMatchObject({ datasetSha256, rows });
    expect(rows).toEqual({ read: 60, accepted: 60, rejected: 0, blank: 0 });
  });

  it.each(
    ways
      .filter(([, { hasHeader = true }]) => hasHeader)
      .flatMap(([name, way]) => [
        [name, { ...way, ends: true }] as const,
        [`${name}, last lines that do not end`, { ...way, ends: false }] as const,
      ]),
  )('have each its own rejected rows, behind a header alone, too: %s', async (_, way) => {
    const options = way.contract ? { contract: way.contract } : {};
    const rows = [ROWS.slice(0, 20), [], [['none', '1', 'a'], ...ROWS.slice(20)]];
    const parts = rows.map((some, i) => ({
      name: `part-${i}.csv`,
      bytes: written(way, some, way.ends),
    }));
    const found = await ingestSet(parts, options);
    expect(found.parts?.map(({ rows: { accepted, rejected } }) => [accepted, rejected])).toEqual([
      [20, 0],
      [0, 0],
      [40, 1],
    ]);
    const line = (way.above ? 2 : 1) + 1;
    expect(found.rejects).toContain(`part-2.csv,${line},length,number,none`);
  });

  it('are read as one file: Parquet', async () => {
    const whole = await ingest(written({}, ROWS));
    const parts = await Promise.all(
      CUTS.map(async ([from, to], i) => ({
        name: `part-${i}.parquet`,
        bytes: parquetWriteBuffer({
          columnData: HEADER.map((name, column) => ({
            name,
            data: ROWS.slice(from, to).map((row) => (column < 2 ? Number(row[column]) : row[column])),
            type: column < 2 ? 'DOUBLE' : 'STRING',
          })),
        }),
      })),
    );
    const found = await ingestSet(parts.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) })));
    expect(found).toMatchObject({ datasetSha256: whole.datasetSha256, rows: whole.rows });
  });
});
