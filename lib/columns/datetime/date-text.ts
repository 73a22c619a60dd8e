/** `2024-01-31`, or with a time after `T` or a space: seconds, a fraction and an offset may follow. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;
/**
 * Day and month in either order, the same mark between the numbers, and a year of four digits; a time may
 * follow.
 */
const MARKED = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Milliseconds since 1970 UTC of the first instant of year 1, and of the last of year 9999: the range of four
 * digits.
 */
const FIRST = -62_135_596_800_000;
const LAST = 253_402_300_799_999;

/** A date whose numbers are separated by marks. */
export interface MarkedDate {
  readonly mark: string;
  /** Milliseconds since 1970 UTC with the day first; undefined when the calendar has no such day. */
  readonly dayFirst: number | undefined;
  readonly monthFirst: number | undefined;
  /** Precision of the time of day. */
  readonly time: '' | ' hh:mm' | ' hh:mm:ss';
}

/**
 * Reads the instant of an ISO 8601 text: a date is midnight, a time without an offset is UTC, and fractions
 * count to the millisecond.
 *
 * @returns milliseconds since 1970 UTC; undefined for any other text, and for dates that do not exist
 */
export function readIso(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = parts;
  const date = midnight(Number(year), Number(month), Number(day));
  const time = timeOfDay(Number(hour), Number(minute), Number(second));
  const ahead = offsetOf(offset);
  if (date === undefined || time === undefined || ahead === undefined) return undefined;
  const instant = date + time + Number(fraction.slice(0, 3).padEnd(3, '0')) - ahead;
  return instant >= FIRST && instant <= LAST ? instant : undefined;
}

/** Reads texts like `31/01/2024` in both orders; undefined for any other text. */
export function readMarked(text: string): MarkedDate | undefined {
  const parts = MARKED.exec(text);
  if (!parts) return undefined;
  const [, first, mark, second, year, hour, minute, seconds] = parts;
  const time = timeOfDay(Number(hour ?? 0), Number(minute ?? 0), Number(seconds ?? 0));
  if (time === undefined) return undefined;
  const at = (month: string, day: string) => {
    const date = midnight(Number(year), Number(month), Number(day));
    return date === undefined ? undefined : date + time;
  };
  return {
    mark: mark!,
    dayFirst: at(second!, first!),
    monthFirst: at(first!, second!),
    time: hour === undefined ? '' : seconds === undefined ? ' hh:mm' : ' hh:mm:ss',
  };
}

/**
 * Formats an instant as ISO 8601, as short as possible: `2024-01-31`, `2024-01-31T10:30:00Z`. `readIso` reads
 * it back.
 */
export function isoText(instant: number): string {
  const text = new Date(instant).toISOString();
  if (instant % DAY === 0) return text.slice(0, 10);
  return instant % 1000 === 0 ? `${text.slice(0, 19)}Z` : text;
}

/** Undefined when the calendar has no such day. */
function midnight(year: number, month: number, day: number): number | undefined {
  if (year < 1) return undefined;
  const date = new Date(0);
  // Date.UTC would map years below 100 to the last century.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

function timeOfDay(hour: number, minute: number, second: number): number | undefined {
  return hour < 24 && minute < 60 && second < 60 ? hour * HOUR + minute * MINUTE + second * 1000 : undefined;
}

/** Reads an offset from UTC: `Z`, `+02`, `+0200`, `-03:30`. */
function offsetOf(offset: string): number | undefined {
  if (offset === 'Z') return 0;
  const ahead = timeOfDay(Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '')), 0);
  return ahead === undefined ? undefined : offset[0] === '-' ? -ahead : ahead;
}
