import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parquetPieces } from '../../functions/batch/parquet-pieces.ts';
import type { BatchPlan } from '../../lib/batch/batch-plan.ts';
import { parquetColumns } from '../../lib/batch/parquet-predictions.ts';
import { planTable } from '../../lib/batch/plan-table.ts';
import { predictLot } from '../../lib/batch/predict-lot.ts';
import { predictTable } from '../../lib/batch/predict-table.ts';
import type { ResultChoices } from '../../lib/batch/result-choices.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import { joinObjects } from '../../lib/storage/join-objects.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { inChunks, memoryFile } from '../helpers/csv-ingest.ts';
import { plainTable } from '../helpers/table-variants.ts';
import { writeTable } from '../helpers/table-writer.ts';
import { trainedOn } from '../helpers/train-csv.ts';
import { xorshift } from '../helpers/xorshift.ts';

const TABLE = plainTable(4, 60);
const model = openModel(await trainedOn(writeTable(TABLE)));
const choices: ResultChoices = { explain: false, probabilities: true, format: 'parquet' };
const bucket = 'results';

let s3: S3Fixture;
beforeAll(async () => {
  s3 = await openS3Fixture();
  await s3.client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(() => s3.remove());

/** Rows whose notes make them about 30 KB, with quotes, line ends and blank records between them. */
function longTable(rows: number): Uint8Array<ArrayBuffer> {
  const random = xorshift(11);
  const lines = Array.from({ length: rows }, (_, i) => {
    const row = Math.floor(random() * 60);
    const note = `"${i} ""x""\n${'é'.repeat(Math.floor(random() * 30_000))}"`;
    const cells = TABLE.map(({ cells }) => cells[row] ?? '');
    if (i % 100 === 7) cells[0] = 'wrong';
    return `${[note, ...cells].join(',')}${i % 10 === 0 ? '\n' : ''}`;
  });
  return new Uint8Array(
    Buffer.from(`note,${TABLE.map(({ name }) => name).join(',')}\n${lines.join('\n')}\n`),
  );
}

async function inOneRun(file: Uint8Array): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const quiet = { onFault: () => undefined, onProgress: () => undefined };
  const how = { contract: undefined, ...choices, json: false, ...quiet };
  await predictTable(model, memoryFile(file), { write: (chunk) => void parts.push(chunk) }, how);
  return Buffer.concat(parts);
}

async function inLots(file: Uint8Array, lotRows: number) {
  const rules = { lotRows, maxLots: 1000, readers: 4 };
  const read = { contract: undefined, choices };
  const planned = await planTable(memoryFile(file), model, read, none, rules);
  const { lots, grammar, header, decimal, isMarked } = planned;
  const table = { bucket: '', key: '', version_id: null };
  const names = [...header.names];
  const plan: BatchPlan = {
    format: 1,
    table,
    grammar,
    header: { ...header, names },
    decimal,
    isMarked,
    lots: [...lots],
    fault: null,
  };
  const pieces: { key: string; sizeBytes: number }[] = [];
  for (const [index, { from, to }] of lots.entries()) {
    const parts: Uint8Array[] = [];
    const outputs = {
      predictions: { write: (chunk: Uint8Array) => void parts.push(chunk) },
      rejects: { write: () => undefined },
    };
    const chunks = inChunks(file.subarray(from, to), [7, 100_000]);
    await predictLot(model, { plan, index, chunks, choices }, outputs);
    const Body = Buffer.concat(parts);
    const key = `${lotRows}/${index}.parquet`;
    await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    pieces.push({ key, sizeBytes: Body.length });
  }
  const deps = { s3: s3.client, resultsBucket: bucket };
  const columns = parquetColumns(model, names, choices);
  const joined = await parquetPieces(pieces, columns, `${lotRows}/footer`, deps);
  const at = { bucket, key: `${lotRows}/joined` };
  await joinObjects(s3.client, at, joined, 'application/vnd.apache.parquet');
  return { lots: lots.length, bytes: Buffer.from((await readObject(s3.client, at))!) };
}

const none = () => {
  throw new Error('the file is cut as it stands');
};

describe('lots in Parquet', () => {
  it('are, put together, the file of one run over the table, however it is cut', async () => {
    const file = longTable(600);
    const whole = await inOneRun(file);
    const { buffer, byteOffset, byteLength } = whole;
    const copy = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    expect(parquetMetadata(copy).row_groups.length).toBeGreaterThan(3);
    const rows = await parquetReadObjects({ file: copy, columns: ['note', 'prediction'] });
    expect(rows).toHaveLength(600);
    expect(rows.filter(({ prediction }) => prediction === null)).toHaveLength(6);
    const counts: number[] = [];
    for (const lotRows of [1, 300, 100_000]) {
      const { lots, bytes } = await inLots(file, lotRows);
      counts.push(lots);
      expect(bytes.equals(whole)).toBe(true);
    }
    expect(counts[0]).toBeGreaterThan(counts[1]!);
    expect(counts.slice(1)).toEqual([expect.any(Number), 1]);
  });
});
