import { DAY } from './date-text.ts';

/** What comes round again in time: the months of a year, the days of a week, the hours of a day. */
export const CYCLES = ['month', 'weekday', 'hour'] as const;
export type Cycle = (typeof CYCLES)[number];

const YEAR = 365 * DAY;
const WEEK = 7 * DAY;

/**
 * How far round its cycle an instant stands, in [0, 1). Months are of one length; weekdays are whole days,
 * since work keeps to them.
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
 * The radius of a cycle's circle: its opposite points differ by 1, as much as two rows one standard deviation
 * apart in time or in a number, and as two rows of different categories.
 */
const RADIUS = 0.5;

/** Coordinates of one cycle. */
export const CYCLE_WIDTH = 2;

/** Writes where an instant stands on a cycle, as a point of a circle around 0. */
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

/** The cycles that some instants, ascending, go through: what spans less is on the line of time already. */
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
