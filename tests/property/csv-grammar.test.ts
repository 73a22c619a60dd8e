import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvText } from '../../lib/dataset/csv/csv-text.ts';
import { type CsvGrammar, RFC_4180 } from '../../lib/dataset/csv/grammar.ts';
import { grammarDifference } from '../helpers/csv-fuzz.ts';
import { ingest, refusalOf } from '../helpers/csv-ingest.ts';
import { showModulesOfFailures } from '../helpers/wasm-modules.ts';

showModulesOfFailures();

const SEED = 20_261_129;
const FUZZED_FILES = 15;

const byteOf = (character: string) => character.charCodeAt(0);
const delimitedBy = (character: string): CsvGrammar => ({ ...RFC_4180, delimiter: byteOf(character) });
const quotedBy = (character: string): CsvGrammar => ({ ...RFC_4180, quote: byteOf(character) });

const GRAMMARS: Readonly<Record<string, CsvGrammar>> = {
  commas: RFC_4180,
  semicolons: delimitedBy(';'),
  tabs: delimitedBy('\t'),
  'vertical bars': delimitedBy('|'),
  'single quotes': quotedBy("'"),
};

/** What schema.json says of a grammar. */
const contractOf = ({ delimiter, quote }: CsvGrammar) => ({
  delimiter: String.fromCharCode(delimiter),
  quote: String.fromCharCode(quote),
});

/** A file with texts quoted where this plain rule says so: it shares nothing with what is tested. */
function written(table: readonly (readonly string[])[], { delimiter, quote, lineEnd }: CsvGrammar): string {
  const [between, mark, end] = [delimiter, quote, lineEnd].map((byte) => String.fromCharCode(byte)) as [
    string,
    string,
    string,
  ];
  const field = (text: string) =>
    [between, mark, '\r', '\n'].some((special) => text.includes(special))
      ? mark + text.split(mark).join(mark + mark) + mark
      : text;
  return table.map((cells) => cells.map(field).join(between) + end).join('');
}

describe.each(Object.entries(GRAMMARS))('a file with %s', (_, grammar) => {
  const number = fc.constantFrom('', '1', '2.5', '-3', 'NA', '1e3', 'none', '1,5', '123456.789');
  const text = fc.constantFrom(
    'red',
    'blue',
    '',
    'a,b',
    'q"q',
    's;s',
    'b|b',
    "it's",
    '"',
    "'",
    ',;|',
    'caf\u00e9',
  );
  const row = fc.tuple(number, number, text, fc.constantFrom('p', 'q', 'r;r', "r'r"));
  const good = [
    ['1', '1', 'red', 'p'],
    ['1', '2', 'blue', 'q'],
    ['1', '2', 'blue', 'q'],
  ];
  const contract = {
    // A comma is a decimal mark only where it does not part fields: the same cells mean the same here.
    decimal: '.' as const,
    max_rejected_share: 1,
    columns: [
      { name: 'n', type: 'numeric' as const },
      { name: 'm, m', type: 'numeric' as const },
      { name: 'colour', type: 'categorical' as const },
    ],
  };
  // Few of everything, so that each way of reading is taken.
  const limits = { rowBytes: 60, fieldBytes: 20, blockBytes: 64, sampleRecords: 8, rowGroupRows: 16 };
  const wide = fc.constantFrom(['1', '2', 'red', 'p', 'more'], ['1'], ['1', '2', 'x'.repeat(30), 'p'], ['']);

  it('is the data set of the same table with commas: rows, sha256, Parquet and rejects', async () => {
    const property = async (rows: readonly (readonly string[])[], cut: number) => {
      const table = [['n', 'm, m', 'colour', 'label'], ...rows, ...good];
      const { sourceSha256, sizeBytes, understood, ...expected } = await ingest(written(table, RFC_4180), {
        contract,
        limits,
      });
      const file = Buffer.from(written(table, grammar));
      const found = await ingest(file, { limits, contract: { ...contract, ...contractOf(grammar) } }, [
        cut % file.length,
      ]);
      expect(found.sizeBytes).toBe(file.length);
      expect(found).toMatchObject({ ...expected, parquet: expect.anything() });
      expect(Buffer.compare(found.parquet, expected.parquet)).toBe(0);
    };
    const tables = fc.array(fc.oneof({ weight: 8, arbitrary: row }, wide), { minLength: 1, maxLength: 60 });
    await fc.assert(fc.asyncProperty(tables, fc.nat(), property), { seed: SEED, numRuns: 10 });
  });

  it('is written as it is read', async () => {
    const text = new CsvText(grammar);
    const table = [['n', 'colour', 'label'], ...good, ['2', ',;|\t"\'\n', 'q']].map((cells) =>
      cells.slice(-3),
    );
    const file = table.map((cells) => text.fields(cells) + text.fullLineEnd).join('');
    const [found, expected] = await Promise.all([
      ingest(file, { contract: contractOf(grammar) }),
      ingest(written(table, RFC_4180)),
    ]);
    expect(found.rows).toEqual({ read: 4, accepted: 4, rejected: 0, blank: 0 });
    expect(found.datasetSha256).toBe(expected.datasetSha256);
  });
});

describe('mutated files in another grammar', () => {
  it.each(['commas', 'semicolons', 'vertical bars', 'single quotes'])(
    `get the verdict of the reference reader: %s (${FUZZED_FILES} files)`,
    async (name) => {
      for (let seed = 1; seed <= FUZZED_FILES; seed++) {
        const { difference } = await grammarDifference(seed, GRAMMARS[name]!);
        expect(difference).toBeUndefined();
      }
    },
  );
});

describe('faults', () => {
  it.each([
    [RFC_4180, 'comma', ','],
    [delimitedBy(';'), 'semicolon', ';'],
    [delimitedBy('\t'), 'tab', '\t'],
    [delimitedBy('|'), 'vertical bar', '|'],
    [delimitedBy(':'), '":"', ':'],
  ])('name the delimiter: %#', async (grammar, name, delimiter) => {
    const quoted = await refusalOf(`x${delimiter}y\n"a"b${delimiter}c\n`, { contract: contractOf(grammar) });
    expect(quoted.message).toContain(`expected a ${name} or a line end after the closing quote`);
    const other = delimiter === ',' ? ';' : ',';
    const header = await refusalOf(`x${other}y\n1${other}2\n`, { contract: contractOf(grammar) });
    expect(header.message).toContain(
      `at least 2 columns separated by ${name}s, got 1; the header holds "${other}"`,
    );
    expect(header.message).toContain(`separate fields by ${name}s`);
  });
});
