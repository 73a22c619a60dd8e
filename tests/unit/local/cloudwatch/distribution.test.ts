import { describe, expect, it } from 'vitest';
import { createAccumulator } from '../../../../lib/local/cloudwatch/accumulators.ts';
import { Chunk, encodeChunk, mergeChunks } from '../../../../lib/local/cloudwatch/chunk.ts';
import { Distribution, MAX_DISTINCT_VALUES } from '../../../../lib/local/cloudwatch/distribution.ts';
import { parseStatistic } from '../../../../lib/local/cloudwatch/statistic-syntax.ts';

function distributionOf(values: readonly number[]): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

describe('a distribution of very many distinct values', () => {
  const values = Array.from({ length: 60_000 }, (_, i) => 0.01 * 1.0002 ** i);

  it('stays small, keeps its summary exact and its values within 1%', () => {
    const distribution = distributionOf(values);
    expect(distribution.values!.size).toBeLessThan(MAX_DISTINCT_VALUES);
    expect(distribution.count).toBe(values.length);
    expect(distribution.minimum).toBe(values[0]);
    expect(distribution.maximum).toBe(values.at(-1));
    const names = ['p0', 'p1', 'p25', 'p50', 'p90', 'p99', 'p99.9', 'p100'];
    for (const name of names) {
      const exact = values[Math.max(0, Math.ceil((Number(name.slice(1)) * values.length) / 100 - 1e-6) - 1)]!;
      const accumulator = createAccumulator(parseStatistic(name)!);
      accumulator.add(new Chunk(encodeChunk(distribution)));
      expect(Math.abs(accumulator.result()! / exact - 1), name).toBeLessThan(0.01);
    }
  });

  it('is not rounded further when it is stored, read and merged again', () => {
    const once = encodeChunk(distributionOf(values));
    expect(mergeChunks([once])).toBe(once);
  });

  it('holds zero and the extremes of the range', () => {
    const extremes = [0, 2 ** -1074, 2 ** -360, 2 ** 360];
    const distribution = distributionOf([...values, ...extremes]);
    expect([...distribution.values!.keys()].every(Number.isFinite)).toBe(true);
    expect(distribution.values!.get(0)).toBe(2);
  });
});
