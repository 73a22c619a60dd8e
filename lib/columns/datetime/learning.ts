import type { Learning } from '../learning.ts';
import { learnLine } from '../numeric/learning.ts';
import type { NumbersColumn } from '../storage.ts';
import type { DatetimeCode } from './code.ts';
import { CYCLE_WIDTH, CYCLES, type Cycle, cyclesOf } from './cycles.ts';
import { ISO_FORMAT } from './date-format.ts';
import { writeInstant } from './encoding.ts';

/** Learns dates as numbers, and with cycles if a recipe asks for them. */
export const datetimeLearning: Learning<DatetimeCode, NumbersColumn<'datetime'>> = {
  usesNumberScale: true,
  usesTimeScale: true,
  maxWidth: ({ times }) => 1 + (times === 'cycles' ? CYCLE_WIDTH * CYCLES.length : 0),
  cellNs: (times) => (times === 'cycles' ? 1500 : 60),
  learn({ column: { name, dateFormat = ISO_FORMAT }, sorted, nullable }) {
    const code = { name, type: 'datetime' as const, nullable, weight: 1, format: dateFormat };
    const lineBy = learnLine(sorted);
    let found: Cycle[] | undefined;
    return (numbers, place, times) => {
      if (times === 'line') return { ...code, ...lineBy(numbers, place), cycles: [] };
      found ??= cyclesOf(sorted);
      return { ...code, ...lineBy(numbers, place), cycles: found };
    };
  },
  encodeColumn(code, { values }, table, { points, offset, stride }) {
    for (let row = 0, at = offset; row < values.length; row++, at += stride) {
      const value = values[row]!;
      writeInstant(code, Number.isNaN(value) ? null : value, table, points, at);
    }
  },
};
