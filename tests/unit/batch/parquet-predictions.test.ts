import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { AnswerColumn } from '../../../lib/batch/answer-columns.ts';
import { BlockStarts } from '../../../lib/batch/block-starts.ts';
import { ParquetPredictions } from '../../../lib/batch/parquet-predictions.ts';
import { predictTable } from '../../../lib/batch/predict-table.ts';
import type { ResultChoices } from '../../../lib/batch/result-choices.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { RFC_4180 } from '../../../lib/dataset/csv/grammar.ts';
import { memoryFile, toBytes } from '../../helpers/csv-ingest.ts';
import { plainTable } from '../../helpers/table-variants.ts';
import { writeTable } from '../../helpers/table-writer.ts';
import { trainedOn } from '../../helpers/train-csv.ts';

const TABLE = plainTable(4, 60);
const model = openModel(await trainedOn(writeTable(TABLE)));
const ALL: ResultChoices = { explain: true, probabilities: true, format: 'parquet' };

async function predicted(file: string | Uint8Array, choices: ResultChoices): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await predictTable(
    model,
    memoryFile(toBytes(file), [5, 100]),
    { write: (chunk) => void parts.push(chunk) },
    { contract: undefined, ...choices, json: false, onFault: () => undefined, onProgress: () => undefined },
  );
  return new Uint8Array(Buffer.concat(parts));
}

const rowsOf = async (file: string | Uint8Array, choices: ResultChoices = ALL) => {
  const { buffer } = await predicted(file, choices);
  return await parquetReadObjects({ file: buffer as ArrayBuffer });
};

const row = (cells: readonly string[]) => `${cells.join(',')}\n`;
const names = TABLE.map(({ name }) => name);
const cellsOf = (at: number) => TABLE.map(({ cells }) => String(cells[at] ?? ''));

describe('predictions in Parquet', () => {
  it('hold what the CSV holds, with numbers as numbers', async () => {
    const file = writeTable(TABLE);
    const rows = await rowsOf(file);
    const csv: Record<string, string>[] = parse(
      Buffer.from(await predicted(file, { ...ALL, format: 'csv' })),
      { columns: true },
    );
    expect(rows).toHaveLength(60);
    const classes = model.meta.classes.map((label) => `probability_${label}`);
    const added = ['prediction', 'confidence', 'vote_share', 'runner_up', 'runner_up_probability'];
    const expected = [...names, ...added, 'novelty_percentile', 'is_novel', ...classes];
    expect(Object.keys(rows[0]!)).toEqual(expected);
    expect(Object.keys(csv[0]!)).toEqual(expected);
    const numeric = model.features.filter(({ type }) => type === 'numeric').map(({ name }) => name);
    expect(numeric.length).toBeGreaterThan(0);
    for (const [at, read] of rows.entries()) {
      const total = classes.reduce((sum, name) => sum + (read[name] as number), 0);
      expect(total).toBeCloseTo(1, 9);
      for (const [name, value] of Object.entries(read)) {
        const text = csv[at]![name]!;
        const isNumber = numeric.includes(name) || typeof value === 'number';
        if (isNumber) expect(value, name).toBe(text === '' ? null : Number(text));
        else expect(String(value), name).toBe(text);
      }
    }
  });

  it('keep the place of a row that cannot be predicted, and all of it that can be read', async () => {
    const [good, wrong] = [cellsOf(0), cellsOf(1)];
    const numeric = model.features.filter(({ type }) => type === 'numeric').map(({ name }) => name);
    const [broken, sound] = numeric.map((name) => names.indexOf(name));
    wrong[broken!] = 'no number';
    wrong[sound!] = '12.5';
    const oversize = cellsOf(2);
    oversize[names.findIndex((name) => !numeric.includes(name))] = 'x'.repeat(70_000);
    const lines = [['note', ...names], ['=1+1', ...good], ['', ...wrong], ['short'], ['big', ...oversize]];
    const rows = await rowsOf([...lines, ['last', ...good]].map(row).join(''));
    expect(rows).toHaveLength(5);
    expect(rows.map(({ note }) => note)).toEqual(['=1+1', '', 'short', 'big', 'last']);
    expect(rows.map(({ prediction }) => prediction === null)).toEqual([false, true, true, true, false]);
    expect(rows[1]).toMatchObject({
      [names[broken!]!]: null,
      [names[sound!]!]: 12.5,
      confidence: null,
      is_novel: null,
    });
    for (const name of names) expect(rows[2]![name]).toBeNull();
  });

  it('name columns that have no name, and are refused beside a column of their own', async () => {
    const head = row(['', 'column_1', ...names]);
    const [first] = await rowsOf(head + row(['r1', 'x', ...cellsOf(0)]) + row(['r2', 'y', ...cellsOf(1)]));
    expect(first).toMatchObject({ column_1_: 'r1', column_1: 'x' });
    const twice = `probability_${model.meta.classes[0]}`;
    const file = row([twice, ...names]) + row(['1', ...cellsOf(0)]) + row(['2', ...cellsOf(1)]);
    await expect(predicted(file, ALL)).rejects.toMatchObject({
      code: 'columns',
      message: expect.stringContaining(twice),
    });
    expect(await rowsOf(file, { ...ALL, probabilities: false })).toHaveLength(2);
  });

  it('are several row groups where a block has many cells, whatever the lots are', async () => {
    const answer: AnswerColumn = { name: 'prediction', type: 'text' };
    const copied = Array.from({ length: 127 }, (_, i): AnswerColumn => ({ name: `c${i}`, type: 'text' }));
    const columns = { columns: [answer], all: [...copied, answer], valuesOf: () => ['x'] };
    const parts: Uint8Array[] = [];
    const sink = { write: (chunk: Uint8Array) => void parts.push(chunk) };
    const writer = new ParquetPredictions(
      sink,
      columns,
      new BlockStarts(RFC_4180, 1000, { from: 0, line: 1 }),
    );
    let flushes = 0;
    for (let line = 1; line <= 9000; line++) {
      writer.add({ line, cells: ['a'], numbers: [], answer: undefined, fault: undefined });
      if (!writer.isFull) continue;
      flushes++;
      await writer.flush();
    }
    await writer.finish();
    expect(flushes).toBe(3);
    const { buffer } = new Uint8Array(Buffer.concat(parts));
    const groups = parquetMetadata(buffer).row_groups.map(({ num_rows: rows }) => Number(rows));
    expect(groups).toEqual([4096, 4096, 808]);
  });

  it('may be none', async () => {
    const rows = await rowsOf(`${row(names)}\n\n`);
    expect(rows).toEqual([]);
  });
});
