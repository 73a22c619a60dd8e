import { describe, expect, it } from 'vitest';
import type { DatetimeCode } from '../../../../lib/columns/datetime/code.ts';
import { cyclesOf } from '../../../../lib/columns/datetime/cycles.ts';
import { datetimeEncoding } from '../../../../lib/columns/datetime/encoding.ts';

const DAY = 86_400_000;
const none = new Float64Array(0);
const line: DatetimeCode = {
  name: 'when',
  type: 'datetime',
  nullable: true,
  weight: 1,
  format: 'iso',
  median: Date.UTC(2024, 5, 1),
  center: Date.UTC(2024, 0, 1),
  scale: 100 * DAY,
  rank: null,
  cycles: [],
};

function encoded(value: number | null, code: DatetimeCode = line): Float64Array {
  const points = new Float64Array(datetimeEncoding.width(code));
  datetimeEncoding.encodeValue(code, value, none, points, 0);
  return points;
}

/** Coordinates of an instant in one cycle. */
const onCycle = (cycle: 'month' | 'weekday' | 'hour', instant: number | null) =>
  encoded(instant, { ...line, cycles: [cycle] }).subarray(1);
const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((value, i) => value - b[i]!));

describe('the coordinates of a date', () => {
  it('are its deviations from the mean, and those of the median for a gap', () => {
    expect([...encoded(line.center + 50 * DAY)]).toEqual([0.5]);
    expect(encoded(null)).toEqual(encoded(line.median));
  });

  it('give back the instant that they were made from', () => {
    for (const instant of [line.center, Date.UTC(2031, 1, 3, 4, 5, 6, 7), Date.UTC(1950, 0, 1)])
      expect(datetimeEncoding.guessNumber(line, none, encoded(instant), 0)).toBe(instant);
  });

  it('go round a year, a week and a day', () => {
    const [newYear, silvester, july] = [Date.UTC(2024, 0, 1), Date.UTC(2025, 11, 31), Date.UTC(2022, 6, 1)];
    expect(distance(onCycle('month', newYear), onCycle('month', july))).toBeCloseTo(1, 12);
    expect(distance(onCycle('month', newYear), onCycle('month', silvester))).toBeLessThan(0.01);
    const monday = Date.UTC(2024, 0, 1);
    expect([...onCycle('weekday', monday)]).toEqual([...onCycle('weekday', monday + 21.9 * DAY)]);
    expect(distance(onCycle('weekday', monday), onCycle('weekday', monday + DAY))).toBeCloseTo(
      Math.sin(Math.PI / 7),
      12,
    );
    expect(distance(onCycle('hour', monday), onCycle('hour', monday + 3.5 * DAY))).toBeCloseTo(1, 12);
    expect(distance(onCycle('hour', -1), onCycle('hour', monday))).toBeLessThan(1e-6);
  });

  it('put a gap in the middle of each cycle, and are all multiplied by the weight', () => {
    expect([...onCycle('hour', null)]).toEqual([0, 0]);
    const code: DatetimeCode = { ...line, cycles: ['month', 'weekday', 'hour'] };
    const instant = Date.UTC(2024, 3, 5, 6);
    expect(datetimeEncoding.width(code)).toBe(7);
    expect([...encoded(instant, { ...code, weight: 0.25 })]).toEqual([
      ...encoded(instant, code).map((value) => value * 0.25),
    ]);
  });
});

describe('the cycles of a column', () => {
  const days = (count: number, step: number) =>
    Float64Array.from({ length: count }, (_, i) => line.center + i * step);

  it('are those that its dates go through', () => {
    expect(cyclesOf(days(0, 1))).toEqual([]);
    expect(cyclesOf(days(5, 0))).toEqual([]);
    expect(cyclesOf(days(6, DAY))).toEqual([]);
    expect(cyclesOf(days(30, DAY))).toEqual(['weekday']);
    expect(cyclesOf(days(800, DAY))).toEqual(['month', 'weekday']);
    expect(cyclesOf(days(800, DAY / 7))).toEqual(['weekday', 'hour']);
    expect(cyclesOf(days(8000, DAY / 7))).toEqual(['month', 'weekday', 'hour']);
    expect(cyclesOf(days(60, 7 * DAY))).toEqual(['month']);
    expect(cyclesOf(days(5, 3_600_000))).toEqual([]);
  });
});
