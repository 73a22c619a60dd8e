import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAccumulator } from '../../../../lib/local/cloudwatch/accumulators.ts';
import { Chunk, encodeChunk, mergeChunks } from '../../../../lib/local/cloudwatch/chunk.ts';
import { Distribution } from '../../../../lib/local/cloudwatch/distribution.ts';
import { parseStatistic } from '../../../../lib/local/cloudwatch/statistic-syntax.ts';

/** Evaluates a statistic over values that are spread over several stored chunks. */
function evaluate(name: string, ...chunks: readonly (readonly number[])[]): number | undefined {
  const statistic = parseStatistic(name);
  if (statistic === undefined) throw new Error(`${name} is no statistic`);
  const accumulator = createAccumulator(statistic);
  for (const values of chunks) accumulator.add(new Chunk(encodeChunk(distributionOf(values))));
  return accumulator.result();
}

function distributionOf(values: readonly number[]): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

describe("AWS's examples of statistics", () => {
  const oneToHundred = Array.from({ length: 100 }, (_, i) => i + 1);

  it('computes p99 as the maximum and tm99 as the average of the remaining 99%', () => {
    expect(evaluate('p99', oneToHundred)).toBe(99);
    expect(evaluate('tm99', oneToHundred)).toBe(50);
    expect(evaluate('TM(:99%)', oneToHundred)).toBe(50);
  });

  it('does not count the highest 10% in tc90, nor sum them in ts90', () => {
    expect(evaluate('tc90', oneToHundred)).toBe(90);
    expect(evaluate('ts90', oneToHundred)).toBe(4095);
    expect(evaluate('TS(80%:)', oneToHundred)).toBe(5050 - 3240);
  });

  it('removes values at or below the lower bound, and above the upper', () => {
    const values = [150, 151, 1000, 1001];
    expect(evaluate('TM(150:1000)', values)).toBe((151 + 1000) / 2);
    expect(evaluate('TC(80:500)', [80, 81, 500, 501])).toBe(2);
    expect(evaluate('TC(0.005:0.030)', [0.005, 0.006, 0.03, 0.031])).toBe(2);
  });

  it('computes IQM as TM(25%:75%), and moves outer values to the edge in WM', () => {
    expect(evaluate('IQM', oneToHundred)).toBe(evaluate('TM(25%:75%)', oneToHundred));
    expect(evaluate('IQM', oneToHundred)).toBe(50.5);
    expect(evaluate('WM(10%:90%)', oneToHundred)).toBeCloseTo((10 * 10 + 4095 - 55 + 10 * 90) / 100, 10);
    expect(evaluate('WM(2:4)', [1, 3, 9])).toBe((2 + 3 + 4) / 3);
  });

  it('makes a histogram from adjacent percentile ranks', () => {
    const values = [0.5, 1, 1.5, 5, 5.5, 10, 11, 12];
    expect(['PR(:1)', 'PR(1:5)', 'PR(5:10)', 'PR(10:)'].map((name) => evaluate(name, values))).toEqual([
      25, 25, 25, 25,
    ]);
  });

  it('has no point for the mean of an empty range, but a count of 0', () => {
    expect(evaluate('TM(5:6)', [1, 2])).toBeUndefined();
    expect(evaluate('TC(5:6)', [1, 2])).toBe(0);
  });

  it('has no distribution once a value is negative or unknown, in any chunk', () => {
    for (const name of ['p50', 'TC(:5)', 'TM(10%:90%)', 'PR(:5)'])
      expect(evaluate(name, [1, 2], [-1])).toBeUndefined();
    expect(evaluate('Minimum', [1, 2], [-1])).toBe(-1);
  });
});

describe('statistics of random values', () => {
  // Small integers produce ties, and values that equal a bound.
  const value = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, max: 1e6, noNaN: true }));
  const chunks = fc.array(fc.array(value, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 });
  const percent = fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10);

  const check = (property: (parts: number[][], values: number[]) => void) =>
    fc.assert(fc.property(chunks, (parts) => property(parts, parts.flat())));

  it('agree with their definitions: summaries', () => {
    check((parts, values) => {
      const sum = values.reduce((a, b) => a + b, 0);
      expect(evaluate('SampleCount', ...parts)).toBe(values.length);
      expect(evaluate('Sum', ...parts)).toBeCloseTo(sum, 5);
      expect(evaluate('Average', ...parts)).toBeCloseTo(sum / values.length, 5);
      expect(evaluate('Minimum', ...parts)).toBe(Math.min(...values));
      expect(evaluate('Maximum', ...parts)).toBe(Math.max(...values));
    });
  });

  it('agree with their definitions: percentiles', () => {
    fc.assert(
      fc.property(chunks, percent, (parts, p) => {
        const values = parts.flat().sort((a, b) => a - b);
        // In whole numbers: at least p per mille of n values are at or below the answer, and fewer are below
        // any smaller value.
        const answer = evaluate(`p${p}`, ...parts)!;
        const enough = (v: number) =>
          values.filter((x) => x <= v).length * 1000 >= Math.round(p * 10) * values.length;
        expect(values).toContain(answer);
        expect(enough(answer)).toBe(true);
        for (const smaller of values.filter((x) => x < answer)) expect(enough(smaller)).toBe(false);
      }),
    );
  });

  it('agree with their definitions: ranges of values', () => {
    fc.assert(
      fc.property(
        chunks,
        fc.integer({ min: 0, max: 19 }),
        fc.integer({ min: 1, max: 10 }),
        (parts, lower, width) => {
          const values = parts.flat();
          const upper = lower + width;
          const inside = values.filter((x) => x > lower && x <= upper);
          const bounds = `(${lower}:${upper})`;
          const sum = inside.reduce((a, b) => a + b, 0);
          expect(evaluate(`TC${bounds}`, ...parts)).toBe(inside.length);
          expect(evaluate(`TS${bounds}`, ...parts)).toBeCloseTo(sum, 5);
          expect(evaluate(`PR${bounds}`, ...parts)).toBeCloseTo((100 * inside.length) / values.length, 8);
          expect(evaluate(`TC(:${upper})`, ...parts)).toBe(values.filter((x) => x <= upper).length);
          expect(evaluate(`TC(${upper}:)`, ...parts)).toBe(values.filter((x) => x > upper).length);
          const clamped = values.map((x) => Math.min(Math.max(x, lower), upper)).reduce((a, b) => a + b, 0);
          expect(evaluate(`WM${bounds}`, ...parts)).toBeCloseTo(clamped / values.length, 6);
        },
      ),
    );
  });

  it('agree with their definitions: ranges of ranks', () => {
    fc.assert(
      fc.property(
        chunks,
        fc.integer({ min: 0, max: 99 }),
        fc.integer({ min: 1, max: 100 }),
        (parts, lower, upperDraw) => {
          const upper = Math.max(lower + 1, upperDraw);
          const values = parts.flat().sort((a, b) => a - b);
          const rank = (p: number) => Number((BigInt(p) * BigInt(values.length) + 99n) / 100n);
          const kept = values.slice(rank(lower), rank(upper));
          const bounds = `(${lower}%:${upper}%)`;
          expect(evaluate(`TC${bounds}`, ...parts)).toBe(kept.length);
          expect(evaluate(`TS${bounds}`, ...parts)).toBeCloseTo(
            kept.reduce((a, b) => a + b, 0),
            5,
          );
          // Adjacent ranges share no value and lose none.
          expect(
            evaluate(`TC(:${upper}%)`, ...parts)! +
              (upper === 100 ? 0 : evaluate(`TC(${upper}%:)`, ...parts)!),
          ).toBe(values.length);
        },
      ),
    );
  });

  it('do not depend on how values are spread over chunks, nor on folding', () => {
    check((parts, values) => {
      const folded = new Chunk(mergeChunks(parts.map((part) => encodeChunk(distributionOf(part)))));
      for (const name of ['p50', 'p99', 'TC(:10)', 'TC(10:)', 'SampleCount', 'Maximum']) {
        const accumulator = createAccumulator(parseStatistic(name)!);
        accumulator.add(folded);
        expect(accumulator.result()).toBe(evaluate(name, values));
        expect(evaluate(name, ...parts)).toBe(evaluate(name, values));
      }
    });
  });
});
