import { describe, expect, it } from 'vitest';
import { byCodeUnits } from '../../../../lib/code-units.ts';
import { ingestFile } from '../../../../lib/dataset/ingest-file.ts';
import { randomFrom } from '../../../helpers/csv-fuzz.ts';
import { ingest } from '../../../helpers/csv-ingest.ts';

/** Values on both sides of 0 and over several powers of two, some of them missing; categories with gaps. */
function drawRows(count: number) {
  const random = randomFrom(count);
  return Array.from({ length: count }, () => ({
    x: random(9) === 0 ? null : (random(2_000_001) - 1_000_000) / 10 ** random(6),
    c: random(11) === 0 ? null : `c${random(40)}`,
    label: ['p', 'q', 'r'][random(3)]!,
  }));
}

describe('the profile of a table', () => {
  const rows = drawRows(5000);
  const file = `x,c,label\n${rows.map(({ x, c, label }) => `${x ?? ''},${c ?? ''},${label}\n`).join('')}`;
  const numbers = rows.flatMap(({ x }) => (x === null ? [] : [x])).sort((a, b) => a - b);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const sd = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
  const countsOf = (texts: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    return counts;
  };

  it.each([
    ['of several groups', 700, 0.004],
    ['of one group', 65_536, 0],
  ])('%s is what its rows say', async (_, rowGroupRows, tolerance) => {
    const { profile } = await ingest(file, { limits: { rowGroupRows } });
    const [x, c] = profile.columns;
    if (x?.type !== 'numeric' || c?.type !== 'categorical')
      throw new Error('expected a number and a category');
    expect(x).toMatchObject({
      count: numbers.length,
      missing: rows.length - numbers.length,
      min: numbers[0],
      max: numbers.at(-1),
      exact: tolerance === 0,
    });
    expect(x.mean).toBeCloseTo(mean, 6);
    expect(x.sd).toBeCloseTo(sd, 6);
    for (const [name, quantile] of Object.entries(x.quantiles!)) {
      const at = (Number(name.slice(1)) / 100) * (numbers.length - 1);
      const [low, high] = [numbers[Math.floor(at)]!, numbers[Math.ceil(at)]!];
      expect(quantile).toBeGreaterThanOrEqual(low - tolerance * Math.abs(low));
      expect(quantile).toBeLessThanOrEqual(high + tolerance * Math.abs(high));
    }
    expect(x.histogram!.counts.reduce((sum, count) => sum + count, 0)).toBe(numbers.length);
    const categories = countsOf(rows.flatMap((row) => row.c ?? []));
    expect(c).toMatchObject({ missing: rows.filter((row) => row.c === null).length, categories: 40 });
    expect(c.top).toEqual(
      [...categories]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count || byCodeUnits(a.value, b.value))
        .slice(0, 20),
    );
    const classes = countsOf(rows.map(({ label }) => label));
    expect(profile.classes.map(({ label, count }) => [label, count])).toEqual([...classes].sort());
  });
});

describe('the source of a table', () => {
  const outputs = { parquet: { write: async () => undefined }, rejects: { write: async () => undefined } };

  it('is closed when the file is refused before its end', async () => {
    let isEnded = false;
    async function* source() {
      try {
        yield Buffer.from('x,x,label\n');
        for (;;) yield Buffer.alloc(300_000, '1,2,a\n');
      } finally {
        isEnded = true;
      }
    }
    await expect(
      ingestFile({ name: 'x.csv', sizeBytes: 0, open: source }, () => outputs),
    ).rejects.toMatchObject({ code: 'header' });
    expect(isEnded).toBe(true);
  });

  it('fails with its own error, from the first chunk on', async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the disk is gone')) }),
    };
    await expect(
      ingestFile({ name: 'x.csv', sizeBytes: 0, open: () => source }, () => outputs),
    ).rejects.toThrow('the disk is gone');
  });
});
