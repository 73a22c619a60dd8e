import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchPlan } from '../../../lib/batch/batch-plan.ts';
import { cutLots } from '../../../lib/batch/cut-lots.ts';
import { LotTally } from '../../../lib/batch/lot-tally.ts';
import { planTable } from '../../../lib/batch/plan-table.ts';
import { predictLot } from '../../../lib/batch/predict-lot.ts';
import { predictTable } from '../../../lib/batch/predict-table.ts';
import { SegmentPass } from '../../../lib/batch/quote-state.ts';
import type { ResultChoices } from '../../../lib/batch/result-choices.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { RFC_4180 } from '../../../lib/dataset/csv/grammar.ts';
import type { DatasetContract } from '../../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../../lib/errors.ts';
import { inChunks, memoryFile, toBytes } from '../../helpers/csv-ingest.ts';
import { plainTable } from '../../helpers/table-variants.ts';
import { type Way, writeTable } from '../../helpers/table-writer.ts';
import { trainedOn } from '../../helpers/train-csv.ts';

const TABLE = plainTable(4, 60);
const model = openModel(await trainedOn(writeTable(TABLE)));

interface Read {
  readonly name?: string;
  readonly contract?: DatasetContract | undefined;
  readonly choices?: Partial<ResultChoices>;
}

const PLAIN: ResultChoices = { explain: false, probabilities: false, format: 'csv' };

/** What `npm run predict` writes, or why it refuses. */
async function whole(file: Uint8Array, { name = 'file.csv', contract, choices }: Read = {}) {
  const parts: Uint8Array[] = [];
  const faults: number[] = [];
  const how = { contract, ...PLAIN, ...choices, json: false, onProgress: () => undefined };
  try {
    const { rows, bad, blanks, score } = await predictTable(
      model,
      memoryFile(file, [], name),
      { write: (chunk) => void parts.push(chunk) },
      { ...how, onFault: ({ line }) => void faults.push(line) },
    );
    return { output: Buffer.concat(parts).toString(), faults, rows, bad, blanks, score: score.counts };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { refused: error.code, message: error.message, line: error.line };
  }
}

/** The same, lot by lot, put together. */
async function inLots(file: Uint8Array, lotRows: number, { name = 'file.csv', ...read }: Read = {}) {
  const source = memoryFile(file, [], name);
  const text: Uint8Array[] = [];
  const choices = { ...PLAIN, ...read.choices };
  const openText = () => ({ write: (chunk: Uint8Array) => void text.push(chunk) });
  try {
    const rules = { lotRows, maxLots: 1000, readers: 4 };
    const planned = await planTable(source, model, { contract: read.contract, choices }, openText, rules);
    const { lots, isWritten, fault, ...reading } = planned;
    const table = { bucket: '', key: '', version_id: null };
    const header = { ...reading.header, names: [...reading.header.names] };
    const plan: BatchPlan = { format: 1, table, ...reading, header, lots: [...lots], fault: null };
    const bytes = isWritten ? new Uint8Array(Buffer.concat(text)) : file;
    const predictions: Uint8Array[] = [];
    const rejects: Uint8Array[] = [];
    const outputs = {
      predictions: { write: (chunk: Uint8Array) => void predictions.push(chunk) },
      rejects: { write: (chunk: Uint8Array) => void rejects.push(chunk) },
    };
    const tally = new LotTally(model);
    const failing = fault && { code: fault.code, message: fault.message, line: null, fix: null };
    for (const [index, { from, to }] of lots.entries()) {
      const chunks = inChunks(bytes.subarray(from, to), [7, 40]);
      const input = {
        plan: { ...plan, fault: failing ?? null },
        index,
        chunks,
        choices,
      };
      tally.addLot(await predictLot(model, input, outputs));
    }
    if (fault) throw fault;
    const { rows, bad, blanks, labels } = tally.counts;
    const rejected: string[][] = parse(Buffer.concat(rejects).toString()).slice(1);
    const faults = rejected.map(([line]) => Number(line));
    const output = Buffer.concat(predictions).toString();
    return {
      lots: lots.length,
      counts: tally.counts,
      is: { output, faults, rows, bad, blanks, score: labels! },
    };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { lots: 0, is: { refused: error.code, message: error.message, line: error.line } };
  }
}

const WAYS: Readonly<Record<string, { way: Way } & Read>> = {
  'line feeds': { way: {} },
  'CRLF, all quoted': { way: { lineEnd: '\r\n', quoting: 'all' } },
  'a byte order mark': { way: { encoding: 'utf-8-bom', before: ['# a "comment"'] } },
  'semicolons and decimal commas': { way: { delimiter: ';', decimal: ',' } },
  'CR alone': { way: { delimiter: '|', lineEnd: '\r' } },
  'UTF-16': { way: { encoding: 'utf-16le', lineEnd: '\r\n' } },
  gzip: { way: { gzipMembers: 2 }, name: 'file.csv.gz' },
  'blank records': { way: { hasBlanks: true } },
  spaces: {
    way: { delimiter: ' ', quoting: 'texts' },
    contract: { delimiter: ' ' } as DatasetContract,
  },
};

describe('a table predicted lot by lot', () => {
  it.each(Object.keys(WAYS))('gives the bytes of the whole, written with %s', async (name) => {
    const { way, ...read } = WAYS[name]!;
    const file = writeTable(TABLE, way);
    const expected = await whole(file, read);
    expect(expected).toMatchObject({ rows: 60, bad: 0 });
    for (const lotRows of [1, 7, 1000]) {
      const { is, lots } = await inLots(file, lotRows, read);
      expect(is).toEqual(expected);
      expect(lots).toBeGreaterThanOrEqual(lotRows === 1 ? 20 : lotRows === 7 ? 4 : 1);
    }
  });

  it.each<Partial<ResultChoices>>([
    { explain: true },
    { probabilities: true },
    { explain: true, probabilities: true },
  ])('gives the bytes of the whole with %o', async (choices) => {
    const file = writeTable(TABLE);
    expect((await inLots(file, 9, { choices })).is).toEqual(await whole(file, { choices }));
  });

  it('may have a column that only other choices would write', async () => {
    const [first, ...others] = TABLE;
    const file = writeTable([{ ...first!, name: 'vote_share' }, first!, ...others]);
    const { is } = await inLots(file, 9, { choices: { probabilities: true } });
    expect(is).toMatchObject({ rows: 60, bad: 0 });
    expect(is).toEqual(await whole(file, { choices: { probabilities: true } }));
    const refused = { is: { refused: 'columns' } };
    expect(await inLots(file, 9, { choices: { explain: true } })).toMatchObject(refused);
  });

  it('counts the same in any number of lots', async () => {
    const file = writeTable(TABLE);
    const counted = await Promise.all([1, 4, 1000].map(async (rows) => (await inLots(file, rows)).counts));
    expect(counted[0]!.sample).toHaveLength(60);
    expect(counted[1]).toEqual(counted[0]);
    expect(counted[2]).toEqual(counted[0]);
  });

  it('is cut anywhere without a difference, whatever stands in quotes, also in files that are refused', async () => {
    const names = TABLE.map(({ name }) => name).join(',');
    const cell = fc.oneof(
      fc.constantFrom('1', '2.5', '', 'x', ' ', '"a\nb"', '"a ""q"" b"', '"\r\n\n"', '"', 'a"b', '""', 'ä€'),
      fc.string({ maxLength: 4 }),
    );
    const row = fc.array(cell, { minLength: 1, maxLength: TABLE.length + 1 }).map((cells) => cells.join(','));
    const end = fc.constantFrom('\n', '\r\n', '\n\n');
    const text = fc
      .tuple(fc.array(fc.tuple(row, end), { maxLength: 12 }), fc.boolean())
      .map(([rows, isEnded]) => {
        const body = rows.map(([cells, lineEnd]) => cells + lineEnd).join('');
        return `${names}\n${TABLE.map(({ cells }) => cells[0]).join(',')}\n${isEnded ? body : body.trimEnd()}`;
      });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 6 }), async (csv, lotRows) => {
        const file = toBytes(csv);
        expect((await inLots(file, lotRows)).is).toEqual(await whole(file));
      }),
      { numRuns: 150 },
    );
  });
});

describe('the pass over quotes', () => {
  const text = fc.stringMatching(/^[ab",\n\r]{0,60}$/);

  it('composes: segments of any size give boundaries outside quotes, and count all records', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (csv, size, maxLots) => {
          const bytes = toBytes(csv);
          const pass = new SegmentPass(RFC_4180, size);
          for (const byte of bytes) pass.add(Uint8Array.of(byte));
          const lots = cutLots(pass.finish(), { from: 0, line: 1 }, maxLots);
          expect(lots.length).toBeLessThanOrEqual(Math.max(1, maxLots));
          let at = 0;
          for (const { from, to, line } of lots) {
            expect(from).toBe(at);
            at = to;
            const before = csv.slice(0, from);
            expect(before.split('"').length % 2, 'quotes before a lot').toBe(1);
            expect(from === 0 || before.endsWith('\n')).toBe(true);
            expect(line).toBe(before.split('\n').length);
          }
          expect(at).toBe(bytes.length);
          const all = new SegmentPass(RFC_4180, Number.MAX_SAFE_INTEGER);
          all.add(bytes);
          const [one] = cutLots(all.finish(), { from: 0, line: 1 }, 1);
          expect(lots.reduce((sum, { records }) => sum + records, 0)).toBe(one!.records);
        },
      ),
      { numRuns: 500 },
    );
  });
});
