import type { Encoding } from '../encoding.ts';
import { coordinateOf, fitsLine, numberAt, writeGap } from '../numeric/encoding.ts';
import type { DatetimeCode } from './code.ts';
import { CYCLE_WIDTH, writeCycle } from './cycles.ts';
import { isoText } from './date-text.ts';

/** Encodes a date as one coordinate for its position in time, two for each cycle, perhaps one for gaps. */
export const datetimeEncoding: Encoding<DatetimeCode> = {
  width({ cycles, gap }) {
    return 1 + CYCLE_WIDTH * cycles.length + (gap === undefined ? 0 : 1);
  },
  encodeValue(code, value, table, points, at) {
    writeInstant(code, value as number | null, table, points, at);
  },
  guessNumber(code, table, points, at) {
    return Math.round(numberAt(code, table, points[at]!));
  },
  indicator: () => undefined,
  fitsTable: fitsLine,
  show(value) {
    return isoText(value as number);
  },
};

/**
 * Writes an instant. A gap gets the median time and the centre of each cycle, equally far from all its
 * points.
 */
export function writeInstant(
  code: DatetimeCode,
  instant: number | null,
  table: Float64Array,
  points: Float64Array,
  at: number,
): void {
  points[at] = coordinateOf(code, instant ?? code.median, table);
  if (instant === null) {
    writeGap(code, points, at + 1 + CYCLE_WIDTH * code.cycles.length);
    return;
  }
  code.cycles.forEach((cycle, i) => {
    writeCycle(cycle, instant, code.weight, points, at + 1 + CYCLE_WIDTH * i);
  });
}
