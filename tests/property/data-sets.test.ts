import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { DatasetContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { ingest } from '../helpers/csv-ingest.ts';
import { ingestSet, randomCutTable } from '../helpers/cut-table.ts';
import { xorshift } from '../helpers/xorshift.ts';

/** `npm run test:deep -- data-sets` looks at more, through the whole of ingestion. */
const SEEDS = 150;

const outcomeOf = async (work: Promise<Awaited<ReturnType<typeof ingest>>>) => {
  try {
    const result = await work;
    const { schema, label, classes, rows, datasetSha256, profile, rejectionsByCode, understood } = result;
    const warnings = result.warnings.map(({ code, column }) => `${code} ${column}`);
    return { schema, label, classes, rows, datasetSha256, profile, rejectionsByCode, understood, warnings };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { refused: error.code };
  }
};

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

describe('a table that is cut into parts anywhere between records', () => {
  it(`gives the data set, the profiles and the sha256 of one file (${SEEDS} tables)`, async () => {
    const verdicts = { accepted: 0, refused: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { whole, parts } = randomCutTable(xorshift(seed * 2_654_435_761 + 1));
      const expected = await outcomeOf(ingest(whole));
      const found = await outcomeOf(ingestSet(parts));
      if ('understood' in found && 'understood' in expected) {
        // The first part may be compressed, and the last line end is not seen where it is not written.
        const { compression: _, line_end: __, ...rest } = found.understood;
        expect(expected.understood, `seed ${seed}`).toMatchObject(rest);
        expect({ ...found, understood: 0 }, `seed ${seed}`).toEqual({ ...expected, understood: 0 });
      } else expect(found, `seed ${seed}`).toEqual(expected);
      verdicts['refused' in found ? 'refused' : 'accepted']++;
    }
    expect(verdicts.accepted).toBeGreaterThan(50);
    expect(verdicts.refused).toBeGreaterThan(5);
  });
});
