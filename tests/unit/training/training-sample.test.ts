import { describe, expect, it } from 'vitest';
import { readDataset } from '../../../lib/dataset/parquet/read-parquet.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { sampleByKey, sampleKeys, trainingSample } from '../../../lib/training/training-sample.ts';
import { ingest } from '../../helpers/csv-ingest.ts';

/** Keys that nobody can guess from the row's number. */
const keysOf = (rows: number) => Float64Array.from({ length: rows }, (_, row) => (row * 7919 + 13) % 10_007);

describe('sampleByKey', () => {
  it('chooses rows by class, each with its share, and never more than asked for', () => {
    const labels = Int32Array.from({ length: 10_000 }, (_, row) => (row % 100 === 0 ? 2 : row % 2));
    const chosen = sampleByKey(keysOf(10_000), labels, 1000);
    expect(chosen).toEqual(chosen.toSorted());
    expect(new Set(chosen).size).toBe(chosen.length);
    const counts = [0, 1, 2].map((label) => chosen.filter((row) => labels[row] === label).length);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(1000);
    expect(counts[0]).toBeGreaterThan(470);
    expect(counts[1]).toBeGreaterThan(470);
    // Its share would be 10; a class keeps 20 where there is room.
    expect(counts[2]).toBeGreaterThanOrEqual(20);
  });

  it('chooses a part of what it chooses with a larger limit', () => {
    const labels = Int32Array.from({ length: 5000 }, (_, row) => row % 3);
    const keys = keysOf(5000);
    let larger = new Set(sampleByKey(keys, labels, 4000));
    for (const limit of [2000, 1000, 100, 7]) {
      const chosen = sampleByKey(keys, labels, limit);
      expect(chosen.every((row) => larger.has(row))).toBe(true);
      larger = new Set(chosen);
    }
  });

  it('chooses all rows when there are no more than asked for, and of equal rows as many as it needs', () => {
    const labels = new Int32Array(100);
    expect(sampleByKey(keysOf(100), labels, 100)).toHaveLength(100);
    expect(sampleByKey(new Float64Array(100).fill(5), labels, 40)).toHaveLength(40);
  });

  it('keeps every class where more classes occur than rows are asked for, as far as that goes', () => {
    const labels = Int32Array.from({ length: 90 }, (_, row) => row % 30);
    const chosen = sampleByKey(keysOf(90), labels, 60);
    expect(new Set(chosen.map((row) => labels[row]!)).size).toBe(30);
    expect(sampleByKey(keysOf(90), labels, 10).length).toBeLessThanOrEqual(10);
  });
});

describe('a sample read from a file', () => {
  const rowsOf = (count: number) =>
    Array.from(
      { length: count },
      (_, i) => `${i % 97 === 0 ? '' : i * 1.5},${'abc'[i % 3]}${i % 11},${i % 4 === 0 ? 'yes' : 'no'}`,
    );
  const file = (rows: readonly string[]) => ingest(Buffer.from(`x,c,kind\n${rows.join('\n')}\n`));

  it('is what sampling the whole table gives, whatever the order of its rows', async () => {
    const rows = rowsOf(3000);
    const { parquet, schema } = await file(rows);
    const shuffled = await file(rows.toReversed());
    const choice = trainingSample(DEFAULT_SETTINGS, 1000);
    const sample = await readDataset(parquet, schema, choice);
    expect(await readDataset(shuffled.parquet, shuffled.schema, choice)).toEqual(sample);

    const whole = await readDataset(parquet, schema);
    const chosen = sampleByKey(sampleKeys(whole, DEFAULT_SETTINGS.seed), whole.labels, 1000);
    expect(sample.rows).toBe(chosen.length);
    expect(sample.classes).toEqual(whole.classes);
    expect(sample.labels).toEqual(chosen.map((row) => whole.labels[row]!));
    for (const [i, column] of sample.columns.entries()) {
      const full = whole.columns[i]!;
      if ('values' in column && 'values' in full)
        expect(column.values).toEqual(Float64Array.from(chosen, (row) => full.values[row]!));
      else if ('codes' in column && 'codes' in full) {
        expect(column.categories).toEqual(full.categories);
        expect(column.codes).toEqual(chosen.map((row) => full.codes[row]!));
      }
    }
  });
});
