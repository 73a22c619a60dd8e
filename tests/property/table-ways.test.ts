import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ingest } from '../helpers/csv-ingest.ts';
import { NUMBER_GAPS, TEXT_GAPS } from '../helpers/csv-reference.ts';
import { awkwardTexts, plainTable } from '../helpers/table-variants.ts';
import { type PlainColumn, type Way, writeTable } from '../helpers/table-writer.ts';

const SEED = 20_261_130;
const ROWS = 60;

/**
 * A table with gaps and awkward texts, whose label is named as labels are, so that its place says nothing.
 */
function tableOf(seed: number): PlainColumn[] {
  const table = plainTable(seed, ROWS);
  const holey = table.map((column, at) =>
    at === 1 || at === 3
      ? { ...column, cells: column.cells.map((cell, row) => ((row * 7 + seed) % 11 === 3 ? null : cell)) }
      : column,
  );
  const awkward = awkwardTexts((below) => (seed * 31) % below, ROWS);
  return [...holey, { name: 'note', cells: awkward.map((_, row) => awkward[row % 10]!) }];
}

const DELIMITERS = [',', ';', '\t', '|'];

const way = fc.record({
  delimiter: fc.constantFrom(...DELIMITERS),
  quoting: fc.constantFrom('needed' as const, 'texts' as const, 'all' as const, 'random' as const),
  lineEnd: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const, '\r\r\n' as const),
  hasDecimalComma: fc.boolean(),
  encoding: fc.constantFrom(
    'utf-8' as const,
    'utf-8-bom' as const,
    'utf-16le' as const,
    'utf-16be' as const,
    'windows-1252' as const,
  ),
  padding: fc.constantFrom([''], [' ', ''], [' ', '  ', '\t', '']),
  numberGaps: fc.uniqueArray(fc.constantFrom(...NUMBER_GAPS), { minLength: 1, maxLength: 6 }),
  textGaps: fc.uniqueArray(fc.constantFrom(...TEXT_GAPS), { minLength: 1, maxLength: 6 }),
  index: fc.constantFrom(
    undefined,
    { name: '' },
    { name: '', isLast: true },
    { name: 'Unnamed: 0', from: 7 },
    { name: 'Id', from: 1 },
    { name: undefined, from: 1 },
  ),
  trailing: fc.constantFrom(
    undefined,
    { rows: 1, header: 1 },
    { rows: 3, header: 3 },
    { rows: 1, header: 0 },
  ),
  comments: fc.constantFrom([], ['# made by hand'], ['', '# a, b; c', '#']),
  hasSeparatorLine: fc.boolean(),
  hasBlanks: fc.boolean(),
  endsInLineEnd: fc.boolean(),
  gzipMembers: fc.constantFrom(0, 0, 1, 3),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
  rowOrder: fc.nat(),
  cuts: fc.array(fc.nat(), { maxLength: 4 }),
  seed: fc.nat(1000),
});

type Drawn = typeof way extends fc.Arbitrary<infer Value> ? Value : never;

/**
 * What is drawn, where it goes together: a comma is no decimal mark beside itself, and R writes no delimiter
 * at the end of rows.
 */
function composed({ hasDecimalComma, comments, hasSeparatorLine, index, trailing, ...drawn }: Drawn): Way {
  const tabs = drawn.delimiter === '\t' ? drawn.padding.filter((padding) => padding !== '\t') : drawn.padding;
  const isHeaderShort = index !== undefined && index.name === undefined;
  return {
    ...drawn,
    padding: tabs,
    decimal: hasDecimalComma && drawn.delimiter !== ',' ? ',' : '.',
    before: [...(hasSeparatorLine ? [`sep=${drawn.delimiter}`] : []), ...comments],
    ...(index ? { index } : {}),
    ...(trailing && !isHeaderShort ? { trailing } : {}),
  };
}

function shuffled(table: readonly PlainColumn[], { order, rowOrder }: Drawn): PlainColumn[] {
  // Two numbers without a common factor with the rows give each row once.
  const step = [1, 7, 11, 13, 17, 19, 23, 29][rowOrder % 8]!;
  const at = (row: number) => (row * step + rowOrder) % ROWS;
  return order.map((column) => {
    const { name, cells } = table[column]!;
    return { name, cells: cells.map((_, row) => cells[at(row)]!) };
  });
}

describe('a table', () => {
  const plain = new Map<number, ReturnType<typeof ingest>>();
  const plainOf = (seed: number) => {
    const known = plain.get(seed) ?? ingest(writeTable(tableOf(seed)));
    plain.set(seed, known);
    return known;
  };

  it('is one data set, in whatever way it is written', async () => {
    const property = async (drawn: Drawn) => {
      const seed = drawn.seed % 4;
      const bytes = writeTable(shuffled(tableOf(seed), drawn), composed(drawn));
      const contract = drawn.encoding === 'windows-1252' ? { encoding: 'windows-1252' } : undefined;
      const name = drawn.gzipMembers > 0 ? 'file.csv.gz' : 'file.csv';
      const cuts = drawn.cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b);
      const found = await ingest(bytes, { contract }, cuts, name);
      const expected = await plainOf(seed);
      expect(found.rows).toMatchObject({ accepted: ROWS, rejected: 0 });
      expect(found.datasetSha256).toBe(expected.datasetSha256);
      expect(found.understood).toMatchObject({
        delimiter: drawn.delimiter,
        header: true,
        label: { name: 'class' },
      });
    };
    await fc.assert(fc.asyncProperty(way, property), { seed: SEED, numRuns: 200 });
  });

  it('is the same data set as Parquet', async () => {
    for (let seed = 0; seed < 4; seed++) {
      const expected = await plainOf(seed);
      const found = await ingest(expected.parquet, {}, [], 'file.parquet');
      expect(found.understood.format).toBe('parquet');
      expect(found.datasetSha256).toBe(expected.datasetSha256);
    }
  });

  it('is another data set when one cell is another', async () => {
    const table = tableOf(1);
    const changed = table.map((column, at) =>
      at === 0
        ? { ...column, cells: column.cells.map((cell, row) => (row === 5 ? Number(cell) + 0.01 : cell)) }
        : column,
    );
    const other = await ingest(writeTable(changed));
    expect(other.datasetSha256).not.toBe((await plainOf(1)).datasetSha256);
  });
});
