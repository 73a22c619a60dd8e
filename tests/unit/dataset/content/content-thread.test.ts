import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { ContentThread } from '../../../../lib/dataset/content/content-thread.ts';
import { DEFAULT_LIMITS } from '../../../../lib/dataset/csv/limits.ts';
import { RowGroup } from '../../../../lib/dataset/rows/row-group.ts';
import { parseContract } from '../../../../lib/dataset/understand/contract.ts';
import { randomFrom } from '../../../helpers/csv-fuzz.ts';
import { ingest, refusalOf } from '../../../helpers/csv-ingest.ts';

/** Many small groups: each has new categories, and some rows are rejected, blank, quoted, or have gaps. */
function table(rows: number): string {
  const random = randomFrom(rows);
  const lines = Array.from({ length: rows }, (_, i) => {
    if (random(40) === 0) return random(2) === 0 ? '' : `${i},oops,red,a`;
    const colour = ['red', 'NA', '', '"b""lue"', `shade ${random(i + 1) >> 2}`][random(5)];
    return `${random(9)}.5,${random(3) === 0 ? '' : random(7)},${colour},class ${random(1 + (i >> 8))}`;
  });
  return ['x,y,colour,label', ...lines].join('\n');
}

const LIMITS = { rowGroupRows: 300, sampleRecords: 500, blockBytes: 1024 };
const [numeric, label] = [
  { role: 'feature', kind: 'numeric', min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY } as const,
  { role: 'label', kind: 'categorical', allowed: undefined } as const,
];
const PLAN = {
  names: ['x', 'label'],
  columns: [numeric, label],
  labelColumn: 1,
  featureOrder: ['x'],
  gaps: { texts: [], numbers: [] },
};

describe('a table that is hashed in a separate thread', () => {
  it.each([301, 2500, 6000])('gives the same bytes and results: %i rows', async (rows) => {
    const here = await ingest(table(rows), { limits: LIMITS });
    const there = await ingest(table(rows), { limits: LIMITS, threads: 2 });
    expect(there).toEqual(here);
    expect(here.rows.rejected).toBeGreaterThan(0);
  });

  it('gives the same with categories that the contract lists', async () => {
    const categories = ['red', 'green', 'b"lue'];
    const contract = parseContract(
      JSON.stringify({
        columns: [
          { name: 'x', type: 'numeric' },
          { name: 'y', type: 'numeric' },
          { name: 'colour', type: 'categorical', categories },
        ],
        max_rejected_share: 1,
      }),
    );
    const here = await ingest(table(3000), { limits: LIMITS, contract });
    expect(await ingest(table(3000), { limits: LIMITS, contract, threads: 2 })).toEqual(here);
  });

  it.each([
    ['a few more rows than the sample, in one group', 600, 65_536, 1],
    ['no more rows than the sample, in several groups', 499, 100, 0],
  ])('comes to the same with %s', async (_, rows, rowGroupRows, threads) => {
    const limits = { ...LIMITS, rowGroupRows };
    const started: Worker[] = [];
    const note = (worker: Worker) => void started.push(worker);
    process.on('worker', note);
    const there = await ingest(table(rows), { limits, threads: 2 });
    process.off('worker', note);
    expect(there).toEqual(await ingest(table(rows), { limits }));
    expect(started).toHaveLength(threads);
    // In one of the cases the thread was started for nothing, and must end too.
    expect(started.map(({ threadId }) => threadId)).toEqual(started.map(() => -1));
  });

  it('gives the same for equal rows, no more than the sample, in many groups', async () => {
    const file = `x,label\n${'1,a\n1,b\n'.repeat(2000)}`;
    const limits = { ...LIMITS, rowGroupRows: 100, sampleRecords: 5000 };
    const there = await ingest(file, { limits, threads: 2 });
    expect(there).toEqual(await ingest(file, { limits }));
    expect(there.profile.duplicates).toMatchObject({
      duplicate_rows: 3998,
      conflicting_rows: 4000,
      exact: true,
    });
  });

  it('ends the thread by itself when its work is done', async () => {
    const started: Worker[] = [];
    const note = (worker: Worker) => void started.push(worker);
    process.on('worker', note);
    await ingest(table(2500), { limits: LIMITS, threads: 2 });
    process.off('worker', note);
    await vi.waitFor(() => expect(started.map(({ threadId }) => threadId)).toEqual([-1]));
  });

  it('is refused for the same reason, and the thread has ended', async () => {
    const file = `${table(3000)}\n1,2,red,a"b\n`;
    const started: Worker[] = [];
    const note = (worker: Worker) => void started.push(worker);
    process.on('worker', note);
    const refusal = await refusalOf(file, { limits: LIMITS, threads: 2 });
    expect(refusal.message).toBe((await refusalOf(file, { limits: LIMITS })).message);
    process.off('worker', note);
    // A thread that has ended has this id.
    expect(started.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it.each([
    ['in several groups', 2500, {}, 'file.csv'],
    ['in one group', 600, { rowGroupRows: 65_536 }, 'file.csv'],
    ['compressed', 2500, {}, 'file.csv.gz'],
  ])('hashes the bytes of a file that is larger than its sample: %s', async (_, rows, more, name) => {
    const limits = { ...LIMITS, sampleBytes: 1000, ...more };
    const text = Buffer.from(table(rows));
    const bytes = name.endsWith('.gz') ? gzipSync(text) : text;
    const cuts = [1, 700, 701, 9000];
    const there = await ingest(bytes, { limits, threads: 2 }, cuts, name);
    expect(there).toEqual(await ingest(bytes, { limits }, cuts, name));
    expect(there.sourceSha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('ends the thread of a large file that is refused for its beginning', async () => {
    const started: Worker[] = [];
    const note = (worker: Worker) => void started.push(worker);
    process.on('worker', note);
    const file = `x,x\n${'1,a\n'.repeat(1000)}`;
    await refusalOf(file, { limits: { ...LIMITS, sampleBytes: 1000 }, threads: 2 });
    process.off('worker', note);
    expect(started.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it('hashes bytes whatever their number, and more at a time than it has memory for', async () => {
    for (const sizes of [[0], [1], [262_144], [262_143, 2, 1], [6_000_000, 5]]) {
      const thread = new ContentThread();
      const expected = createHash('sha256');
      for (const [i, size] of sizes.entries()) {
        const bytes = new Uint8Array(size).fill(i + 1);
        expected.update(bytes);
        await thread.sha256.update(bytes);
        bytes.fill(0);
      }
      expect(await thread.sha256.digest()).toBe(expected.digest('hex'));
      await thread.close();
    }
  });

  it("fails with the thread's error", async () => {
    const group = new RowGroup(PLAN, DEFAULT_LIMITS, { isShared: true });
    const thread = new ContentThread();
    thread.open(group, { ...PLAN, columns: [{ role: 'ignored' }, label] }, DEFAULT_LIMITS);
    await expect(thread.summarise(['a', 'b'])).rejects.toThrow('an ignored column is planned as a feature');
    await expect(thread.add(group, 0, 1)).rejects.toThrow('an ignored column is planned as a feature');
    await expect(thread.release(group)).rejects.toThrow('an ignored column is planned as a feature');
    await thread.close();
  });

  it('fails without waiting when the thread has ended', async () => {
    const thread = new ContentThread();
    thread.open(new RowGroup(PLAN, DEFAULT_LIMITS, { isShared: true }), PLAN, DEFAULT_LIMITS);
    const expected = [
      expect(thread.summarise(['a', 'b'])).rejects.toThrow('ended early'),
      expect(thread.sha256.digest()).rejects.toThrow('ended early'),
    ];
    await thread.close();
    await Promise.all(expected);
  });
});
