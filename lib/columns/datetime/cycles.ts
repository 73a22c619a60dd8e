import { DAY } from './date-text.ts';

/** Cycles of time: the months of a year, the days of a week, the hours of a day. */
export const CYCLES = ['month', 'weekday', 'hour'] as const;
export type Cycle = (typeof CYCLES)[number];

const YEAR = 365 * DAY;
const WEEK = 7 * DAY;

/**
 * Phase of an instant in its cycle, in [0, 1). All months have the same length. Weekdays count as whole days,
 * because work follows them.
 */
const PHASES: Readonly<Record<Cycle, (instant: number) => number>> = {
  month(instant) {
    const date = new Date(instant);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const days = new Date(0).setUTCFullYear(year, month + 1, 0);
    return (month + (date.getUTCDate() - 1) / new Date(days).getUTCDate()) / 12;
  },
  weekday: (instant) => new Date(instant).getUTCDay() / 7,
  hour: (instant) => timeOfDay(instant) / DAY,
};

const timeOfDay = (instant: number) => instant - Math.floor(instant / DAY) * DAY;

/**
 * Radius of a cycle's circle. Its opposite points differ by 1, as much as two rows one standard deviation
 * apart in time or in a number, and as two rows of different categories.
 */
const RADIUS = 0.5;

/** Number of coordinates of one cycle. */
export const CYCLE_WIDTH = 2;

/** Writes an instant's position in a cycle, as a point on a circle around 0. */
export function writeCycle(
  cycle: Cycle,
  instant: number,
  weight: number,
  points: Float64Array,
  at: number,
): void {
  const angle = 2 * Math.PI * PHASES[cycle](instant);
  points[at] = weight * RADIUS * Math.sin(angle);
  points[at + 1] = weight * RADIUS * Math.cos(angle);
}

/**
 * Cycles that the ascending instants go through. A shorter span is already covered by the position in time.
 */
export function cyclesOf(sorted: Float64Array): Cycle[] {
  const span = sorted.length === 0 ? 0 : sorted.at(-1)! - sorted[0]!;
  const varies = (cycle: Cycle) =>
    sorted.some((instant) => PHASES[cycle](instant) !== PHASES[cycle](sorted[0]!));
  const spanned: Readonly<Record<Cycle, boolean>> = {
    month: span >= YEAR,
    weekday: span >= WEEK,
    hour: span >= DAY,
  };
  return CYCLES.filter((cycle) => spanned[cycle] && varies(cycle));
}
