import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preview } from '../../../../functions/uploads/preview.ts';
import { ingestFile } from '../../../../lib/dataset/ingest-file.ts';
import { ingestReport } from '../../../../lib/dataset/report.ts';
import { PREVIEW_BYTES, type PreviewRequest } from '../../../../lib/http/schemas/uploads-api.ts';

const IRIS = readFileSync(new URL('../../../../data/raw/iris.csv', import.meta.url));

const look = (
  content: Uint8Array | string,
  given: Partial<PreviewRequest> = {},
  featureOrder?: readonly string[],
) => {
  const { file_name = 'x.csv' } = given;
  const content_base64 = Buffer.from(content).toString('base64');
  return preview({ file_name, content_base64, ...given }, file_name, featureOrder);
};

const rowsOf = (rows: number, row: (at: number) => string) =>
  Array.from({ length: rows }, (_, i) => row(i)).join('');

/** A table of more than the bytes that a preview takes, and its beginning. */
const LONG = Buffer.from(
  `height,weight,kind\n${rowsOf(120_000, (i) => `1.${i % 90},${i % 70},${i % 3 ? 'cat' : 'dog'}\n`)}`,
);
const BEGINNING = LONG.subarray(0, PREVIEW_BYTES);

describe('a preview', () => {
  it('says of a whole file what ingestion says', async () => {
    const nowhere = { write: () => Promise.resolve() };
    const source = {
      name: 'iris.csv',
      sizeBytes: IRIS.length,
      async *open(from = 0, to = IRIS.length) {
        yield IRIS.subarray(from, to);
      },
    };
    const report = ingestReport(await ingestFile(source, () => ({ parquet: nowhere, rejects: nowhere })));
    const { understood, warnings, rows, classes, rejections } = report;
    expect(await look(IRIS, { file_name: 'iris.csv' })).toMatchObject({
      ...{ is_whole: true, fault: null, understood, warnings, rows, classes, rejections },
      contract: { label: 'species', header: true },
    });
  });

  it('shows the first rows as they were read: numbers, dates, texts and gaps', async () => {
    const table = `datum;preis;art;x\n${rowsOf(60, (i) => `${10 + (i % 18)}.02.2024;1.234,5;${i % 2 ? 'a' : 'b'};${i % 3 ? '' : i}\n`)}`;
    const { first_rows, understood } = await look(table, { label: 'art' });
    expect(understood).toMatchObject({ delimiter: ';', decimal: ',' });
    expect(first_rows.columns).toEqual(['datum', 'preis', 'art', 'x']);
    expect(first_rows.rows).toHaveLength(20);
    expect(first_rows.rows.slice(0, 2)).toEqual([
      ['2024-02-10', 1234.5, 'b', 0],
      ['2024-02-11', 1234.5, 'a', null],
    ]);
  });

  it.each(['__proto__', 'constructor', '<img src=x onerror=alert(1)>', 'عربي', '数'])(
    'has the header %j and the same label in it',
    async (name) => {
      const table = `"${name}",kind\n${rowsOf(60, (i) => `${i % 7}.5,${i % 2 ? name : 'other'}\n`)}`;
      const { first_rows, classes } = await look(table);
      expect(first_rows.columns).toEqual([name, 'kind']);
      expect(classes.map(({ label }) => label)).toContain(name);
    },
  );

  it('takes the label and the contract that come with it', async () => {
    const table = `a,b,c\n${rowsOf(60, (i) => `${i % 2},${i % 3}.5,${i % 4}\n`)}`;
    const labelled = await look(table, { label: 'a' });
    expect(labelled.understood.label).toMatchObject({ name: 'a', chosen_by: 'metadata' });
    const contract = { label: 'a', ignore: ['c'] };
    const pinned = await look(table, { contract });
    expect(pinned.understood).toMatchObject({
      label: { name: 'a', chosen_by: 'contract' },
      ignored: [{ name: 'c', reason: 'contract' }],
    });
    expect(pinned.first_rows.columns).toEqual(['a', 'b']);
  });

  it('gives a contract under which the same is understood', async () => {
    const table = `a;b;c\n${rowsOf(60, (i) => `${i % 2 ? 'x' : 'y'};${i % 3},5;${i % 4 ? 'u' : 'v'}\n`)}`;
    const first = await look(table, { label: 'a' });
    const again = await look(table, { contract: first.contract! });
    const { label: _, ...understood } = first.understood;
    expect(again.understood).toMatchObject(understood);
    expect(again.first_rows).toEqual(first.first_rows);
  });

  it("keeps the champion's order of features, and says so", async () => {
    const table = `a,b,kind\n${rowsOf(60, (i) => `${i % 7}.5,${i % 5}.5,${i % 2 ? 'x' : 'y'}\n`)}`;
    const { warnings } = await look(table, {}, ['b', 'a']);
    expect(warnings.map(({ code }) => code)).toContain('feature_order');
  });

  it.each([
    ['an empty file', '', 'empty'],
    ['a header alone', 'a,b\n', 'no_rows'],
    ['a quote that stays open', `a,kind\n${rowsOf(60, () => '1,x\n')}"2,y\n`, 'quoting'],
    ['a label of one class', `a,kind\n${rowsOf(60, (i) => `${i % 7}.5,x\n`)}`, 'classes'],
    ['bytes of no text', Buffer.from([0x61, 0, 0x62, 0x0a]), 'encoding'],
    ['a workbook', Buffer.from('PK\x03\x04xxxxxxxxxxxxxxxxxxxxxxx'), 'type'],
  ])('says with certainty why %s would be refused', async (_, content, code) => {
    const answer = await look(content);
    expect(answer).toMatchObject({ is_whole: true, rows: null, contract: null });
    expect(answer.fault).toMatchObject({ code, is_certain: true });
  });

  it('shows the rows of a file that is refused for them', async () => {
    const answer = await look(`a,kind\n${rowsOf(60, (i) => `${i % 7}.5,x\n`)}`);
    expect(answer.fault).toMatchObject({ code: 'classes', fix: expect.stringContaining('label') });
    expect(answer.first_rows.rows[0]).toEqual([0.5, 'x']);
  });

  it('says why a contract is faulty', async () => {
    const { fault } = await look(IRIS, { contract: { lable: 'species' } });
    expect(fault).toMatchObject({
      code: 'contract',
      is_certain: true,
      message: expect.stringContaining('lable'),
    });
  });

  it.each([
    ['no base64', { content_base64: 'a b' }],
    ['base64 without its padding', { content_base64: 'YQ' }],
    ['more than 1 MiB', { content_base64: Buffer.alloc(PREVIEW_BYTES + 1).toString('base64') }],
  ])('is a 400 of %s', async (_, given) => {
    await expect(look('', given)).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
      faults: [{ path: 'content_base64' }],
    });
  });
});

describe('a preview of a beginning', () => {
  it('reads all records but one that is cut', async () => {
    const answer = await look(BEGINNING);
    const lines = BEGINNING.toString().split('\n').length;
    expect(answer).toMatchObject({ is_whole: false, fault: null });
    expect(answer.rows).toEqual({ read: lines - 2, accepted: lines - 2, rejected: 0, blank: 0 });
  });

  it('finds no fault in where it was cut, whatever its encoding and quoting', async () => {
    const text = `größe,art,notiz\n${rowsOf(400, (i) => `${i % 9}.5,${i % 2 ? 'kätzchen' : '数😀'},"eins\nzwei ""${i % 3}"""\n`)}`;
    const encodings: readonly (readonly [Buffer, string | undefined])[] = [
      [Buffer.from(text), undefined],
      [Buffer.from(`\ufeff${text}`, 'utf16le'), undefined],
      [Buffer.from(text.replaceAll('数😀', 'katze'), 'latin1'), 'windows-1252'],
      [Buffer.from(text.replaceAll('\n', '\r\n')), undefined],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...encodings),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        async ([bytes, encoding], share) => {
          const cut = bytes.subarray(0, Math.floor(bytes.length * share));
          const contract = { label: 'art', ...(encoding === undefined ? {} : { encoding }) };
          const { fault, rows } = await look(cut, { is_whole: false, contract });
          expect(fault).toBeNull();
          expect(rows!.rejected).toBe(0);
          expect(rows!.accepted).toBeGreaterThan(50);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is taken for the whole file when it is short, unless the request says otherwise', async () => {
    const table = `a,kind\n${rowsOf(60, (i) => `${i % 7}.5,${i % 2 ? 'x' : 'y'}\n`)}1.5`;
    expect(await look(table)).toMatchObject({ is_whole: true, rows: { rejected: 1 } });
    expect(await look(table, { is_whole: false })).toMatchObject({ is_whole: false, rows: { rejected: 0 } });
  });

  it('does not call its rows few, and no verdict certain that the rest may change', async () => {
    const table = `a,kind\n${rowsOf(10, (i) => `${i % 7}.5,${i % 2 ? 'x' : 'y'}\n`)}`;
    const codes = ({ warnings }: Awaited<ReturnType<typeof look>>) => warnings.map(({ code }) => code);
    expect(codes(await look(table))).toContain('few_rows');
    expect(codes(await look(table, { is_whole: false }))).not.toContain('few_rows');
    const sorted = `a,kind\n${rowsOf(60, (i) => `${i % 7}.5,x\n`)}`;
    expect((await look(sorted, { is_whole: false })).fault).toMatchObject({
      code: 'classes',
      is_certain: false,
    });
  });

  it.each(['x.parquet', 'x.csv.gz'])('says of %s that it can only be read whole', async (file_name) => {
    const answer = await look(BEGINNING, { file_name });
    expect(answer.fault).toMatchObject({ code: 'preview_cut', is_certain: false });
  });
});

describe('a preview of a compressed file', () => {
  it('reads one that is whole', async () => {
    const answer = await look(gzipSync(IRIS), { file_name: 'iris.csv.gz' });
    expect(answer).toMatchObject({
      fault: null,
      understood: { compression: 'gzip' },
      rows: { accepted: 150 },
    });
  });

  it('stops at one that unfolds to too much, and is not certain', async () => {
    const bomb = gzipSync(Buffer.alloc(70 * 1024 ** 2, '1,x\n'));
    expect(bomb.length).toBeLessThan(PREVIEW_BYTES);
    const { fault } = await look(bomb, { file_name: 'x.csv.gz' });
    expect(fault).toMatchObject({ code: 'size', is_certain: false });
  });
});
