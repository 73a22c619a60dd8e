import type { Learning } from '../learning.ts';
import { gapWidth, learnLine } from '../numeric/learning.ts';
import type { NumbersColumn } from '../storage.ts';
import type { DatetimeCode } from './code.ts';
import { CYCLE_WIDTH, CYCLES, type Cycle, cyclesOf } from './cycles.ts';
import { ISO_FORMAT } from './date-format.ts';
import { writeInstant } from './encoding.ts';

/** Learns dates as numbers, and with cycles if a recipe asks for them. */
export const datetimeLearning: Learning<DatetimeCode, NumbersColumn<'datetime'>> = {
  usesNumberScale: true,
  usesTimeScale: true,
  usesGapScale: true,
  maxWidth: ({ nullable, scales }) =>
    1 + (scales.times === 'cycles' ? CYCLE_WIDTH * CYCLES.length : 0) + gapWidth(nullable, scales),
  cellNs: (times) => (times === 'cycles' ? 1500 : 60),
  learn(source) {
    const { column, sorted, nullable } = source;
    const { name, dateFormat = ISO_FORMAT } = column;
    const code = { name, type: 'datetime' as const, nullable, weight: 1, format: dateFormat };
    const lineBy = learnLine(source);
    let found: Cycle[] | undefined;
    return (scales, place) => {
      if (scales.times === 'line') return { ...code, ...lineBy(scales, place), cycles: [] };
      found ??= cyclesOf(sorted);
      return { ...code, ...lineBy(scales, place), cycles: found };
    };
  },
  encodeColumn(code, { values }, table, { points, offset, stride }) {
    for (let row = 0, at = offset; row < values.length; row++, at += stride) {
      const value = values[row]!;
      writeInstant(code, Number.isNaN(value) ? null : value, table, points, at);
    }
  },
};
