import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { predictTable } from '../../../lib/batch/predict-table.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import type { DatasetContract } from '../../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../../lib/errors.ts';
import { ingest, memoryFile, toBytes } from '../../helpers/csv-ingest.ts';
import { plainTable } from '../../helpers/table-variants.ts';
import { type PlainColumn, type Way, writeTable } from '../../helpers/table-writer.ts';
import { trainedOn } from '../../helpers/train-csv.ts';

const TABLE = plainTable(4, 60);
const NAMES = TABLE.map(({ name }) => name);
const holey: PlainColumn[] = TABLE.map((column, at) =>
  at === 0 || at === 3
    ? { ...column, cells: column.cells.map((cell, row) => (row % 9 === 4 ? null : cell)) }
    : column,
);
const trained = await trainedOn(writeTable(holey));
const numbered = await trainedOn(writeTable(holey, { hasHeader: false }), { header: false });

/** The model's answers for a file, as rows of the output's fields, header first. */
async function answers(
  file: Uint8Array | string,
  { name = 'file.csv', contract, model = trained }: Partial<Options> = {},
) {
  const parts: Uint8Array[] = [];
  const predictor = await predictTable(
    openModel(model),
    memoryFile(toBytes(file), [7, 40], name),
    { write: (chunk) => void parts.push(chunk.slice()) },
    {
      contract,
      explain: false,
      probabilities: false,
      format: 'csv',
      json: false,
      onFault: () => undefined,
      onProgress: () => undefined,
    },
  );
  const text = Buffer.concat(parts).toString();
  const delimiter = /prediction(.)confidence/.exec(text)![1]!;
  const rows: string[][] = parse(text, { delimiter, relax_column_count: false, bom: true });
  const predictions = rows.slice(1).map(([...row]) => {
    const [label, confidence = ''] = row.slice(-2);
    return [label, confidence.replace(',', '.')];
  });
  return { predictor, text, rows, predictions };
}

interface Options {
  readonly name: string;
  readonly contract: DatasetContract | undefined;
  readonly model: Uint8Array<ArrayBuffer>;
}

const plain = await answers(writeTable(holey));

const WAYS: Readonly<Record<string, Way & { readonly file?: string }>> = {
  'semicolons and decimal commas': { delimiter: ';', decimal: ',' },
  tabs: { delimiter: '\t', quoting: 'all' },
  'vertical bars and CR': { delimiter: '|', lineEnd: '\r' },
  'UTF-16': { encoding: 'utf-16le', lineEnd: '\r\n' },
  'a byte order mark and padding': { encoding: 'utf-8-bom', padding: [' ', ''] },
  gzip: { gzipMembers: 2, file: 'file.csv.gz' },
  'comments above': { before: ['# made by hand', ''] },
  'a separator line': { delimiter: ';', before: ['sep=;'] },
  'the header as a comment': { before: [`#${NAMES.join(',')}`], hasHeader: false },
  'row names as R writes them': { index: { name: undefined, from: 1 } },
  'an index without a name': { index: { name: '' } },
  'delimiters at the end of each row': { trailing: { rows: 1, header: 0 } },
  'empty columns at the end': { trailing: { rows: 2, header: 2 } },
  'blank records': { hasBlanks: true },
  'the usual gaps': { numberGaps: ['NaN', '-', '?'], textGaps: ['NULL', 'n/a'] },
};

describe('a table to predict', () => {
  it.each(Object.keys(WAYS))('may be written with %s', async (name) => {
    const { file, ...way } = WAYS[name]!;
    const { rows, predictions, predictor } = await answers(
      writeTable(holey, way),
      file === undefined ? {} : { name: file },
    );
    expect(predictor).toMatchObject({ rows: 60, bad: 0, hasLabels: true });
    expect(predictor.score.accuracy).toBe(plain.predictor.score.accuracy);
    expect(predictions).toEqual(plain.predictions);
    expect(rows[0]).toEqual(expect.arrayContaining([...NAMES, 'prediction', 'confidence']));
  });

  it('is answered with its own decimal mark, and signed numbers stay as they are', async () => {
    const { text, rows } = await answers(writeTable(holey, { delimiter: ';', decimal: ',' }));
    expect(text).not.toContain("'");
    expect(rows.some(([length = '']) => /^-\d+,\d+$/.test(length))).toBe(true);
    for (const row of rows.slice(1)) expect(row.at(-1)).toMatch(/^0,\d+$/);
  });

  it.each([
    ['as it is, without a byte order mark', {}, false],
    ['with one', { encoding: 'utf-8-bom' }, true],
    ['in another encoding', { encoding: 'utf-16le' }, true],
  ] as const)('is answered in UTF-8 that spreadsheets know: %s', async (_, way, isMarked) => {
    const { text } = await answers(writeTable(holey, way));
    expect(text.startsWith('\ufeff')).toBe(isMarked);
    expect(text.lastIndexOf('\ufeff')).toBe(isMarked ? 0 : -1);
  });

  it('may have blanks in the quotes of numbers', async () => {
    const padded = holey.map((column, at) =>
      at === 1 ? { ...column, cells: column.cells.map((cell) => ` ${cell}  `) } : column,
    );
    const { predictions } = await answers(writeTable(padded, { quoting: 'all' }));
    expect(predictions).toEqual(plain.predictions);
  });

  it('may have no header, if its contract says so, and the features in their order', async () => {
    const features = holey.slice(0, -1);
    const file = writeTable(features, { hasHeader: false });
    const { predictions, rows } = await answers(file, { contract: { header: false } });
    expect(predictions).toEqual(plain.predictions);
    expect(rows[0]!.slice(0, features.length)).toEqual(features.map(({ name }) => name));
    await expect(answers(file)).rejects.toMatchObject({
      code: 'columns',
      fix: expect.stringContaining('"header": false'),
    });
    await expect(answers(writeTable(holey, { hasHeader: false }))).rejects.toMatchObject({ fix: undefined });
    const one = [{ ...features[0]!, name: 'another' }, ...features.slice(1)];
    await expect(answers(writeTable(one))).rejects.toMatchObject({ code: 'columns', fix: undefined });
  });

  it('may have no header, if the model has no names but numbers', async () => {
    const named = holey.map((column, at) => ({ ...column, name: `column_${at + 1}` }));
    const expected = await answers(writeTable(named), { model: numbered });
    const bytes = writeTable(holey, { hasHeader: false, delimiter: ';' });
    expect((await answers(bytes, { model: numbered })).rows).toEqual(expected.rows);
    expect(expected.predictor).toMatchObject({ rows: 60, bad: 0 });
  });

  it('is read as its contract says where the file cannot tell', async () => {
    const written = { delimiter: ' ', encoding: 'windows-1252', quoting: 'texts' } as const;
    const bytes = writeTable(holey, { ...written, numberGaps: ['NA'], textGaps: ['NA'] });
    const contract = { delimiter: ' ', encoding: 'windows-1252' } as DatasetContract;
    expect((await answers(bytes, { contract })).predictions).toEqual(plain.predictions);
    await expect(answers(bytes)).rejects.toBeInstanceOf(RefusedFileError);
  });

  it('is refused with the names that lack, however it is written', async () => {
    for (const delimiter of [',', ';', '\t'])
      await expect(answers(writeTable(TABLE.slice(1), { delimiter }))).rejects.toMatchObject({
        code: 'columns',
        message: expect.stringContaining(NAMES[0]!),
      });
  });

  it('may be a Parquet file', async () => {
    const { parquet } = await ingest(writeTable(holey));
    expect(
      (await answers(parquet, { name: 'file.parquet' })).predictions.map(([label]) => label).sort(),
    ).toEqual(plain.predictions.map(([label]) => label).sort());
  });
});
