/**
 * `2024-01-31`, or with a time after `T` or a space: seconds, a fraction and an offset may follow. Or the
 * month alone, `2024-01`.
 */
const ISO =
  /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?)?)?$/;
/** A time of day, also on a clock of twelve hours: `9:05`, `21:05:07`, `9:05 PM`. */
const TIME = String.raw`(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?`;
/**
 * Day and month in either order, the same mark between the numbers, and a year of four digits; a time may
 * follow.
 */
const MARKED = new RegExp(String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: ${TIME})?$`);
/** The year first, then month and day, with the same mark between the numbers; a time may follow. */
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?:[T ]${TIME})?$`);
/** How English names of months begin. */
export const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
/** The month by its English name: `31 Jan 2024`, `31-JAN-2024`, `31JAN2024`; a time may follow. */
const NAMED_DAY_FIRST = new RegExp(
  String.raw`^(\d{1,2})[ ./-]{0,2}${MONTH}[ .,/-]{0,2}(\d{4})(?:,? ${TIME})?$`,
  'i',
);
/** `January 31, 2024`, `Jan-31-2024`; a time may follow. */
const NAMED_MONTH_FIRST = new RegExp(
  String.raw`^${MONTH}[ ./-]{0,2}(\d{1,2})[ .,/-]{1,2}(\d{4})(?:,? ${TIME})?$`,
  'i',
);
/** `20240131`, or as software writes it that keeps numbers with a fraction: `20240131.0`. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?:\.0+)?$/;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Milliseconds since 1970 UTC of the first instant of year 1, and of the last of year 9999: the range of four
 * digits.
 */
const FIRST = -62_135_596_800_000;
const LAST = 253_402_300_799_999;

/** Texts that may be codes as well, like `4711-01` and 47110101, are hardly dates outside of these years. */
export const isUsualYear = (year: number) => year >= 1800 && year <= 2199;

/** Precision of a date's time of day. */
export type TimePrecision = '' | ' hh:mm' | ' hh:mm:ss';

/** A date whose numbers are separated by marks, the year last. */
export interface MarkedDate {
  readonly mark: string;
  /** Milliseconds since 1970 UTC with the day first; undefined when the calendar has no such day. */
  readonly dayFirst: number | undefined;
  readonly monthFirst: number | undefined;
  readonly time: TimePrecision;
}

/** A date written in a way that has one meaning only. */
export interface CertainDate {
  /** Its format, without a time of day. */
  readonly way: string;
  /** Milliseconds since 1970 UTC. */
  readonly instant: number;
  readonly time: TimePrecision;
}

/**
 * Reads the instant of an ISO 8601 text: a month is its first day, a date is midnight, a time without an
 * offset is UTC, and fractions count to the millisecond. Databases write an offset behind a space, and `UTC`,
 * too.
 *
 * @returns milliseconds since 1970 UTC; undefined for any other text, and for dates that do not exist
 */
export function readIso(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (!parts) return undefined;
  const [, year, month, day = '1', hour = '0', minute = '0', second = '0', fraction = '', offset] = parts;
  if (parts[3] === undefined && !isUsualYear(Number(year))) return undefined;
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
  const [, first, mark, second, year, ...clock] = parts;
  const time = clockTime(clock);
  if (time === undefined) return undefined;
  const at = (month: string, day: string) => {
    const date = midnight(Number(year), Number(month), Number(day));
    return date === undefined ? undefined : date + time;
  };
  return {
    mark: mark!,
    dayFirst: at(second!, first!),
    monthFirst: at(first!, second!),
    time: precisionOf(clock),
  };
}

/**
 * Reads texts like `2024/1/31`, `31 Jan 2024` and `January 31, 2024`; undefined for any other text, and for
 * dates that do not exist.
 */
export function readCertain(text: string): CertainDate | undefined {
  const parts = certainParts(text);
  if (!parts) return undefined;
  const date = midnight(Number(parts.year), parts.month, Number(parts.day));
  const time = clockTime(parts.clock);
  if (date === undefined || time === undefined) return undefined;
  return { way: parts.way, instant: date + time, time: precisionOf(parts.clock) };
}

function certainParts(text: string) {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) {
    const [, year, mark, month, day, ...clock] = yearFirst;
    return { way: ['yyyy', 'mm', 'dd'].join(mark), year, month: Number(month), day, clock };
  }
  const dayFirst = NAMED_DAY_FIRST.exec(text);
  if (dayFirst) {
    const [, day, name, year, ...clock] = dayFirst;
    return { way: 'dd mmm yyyy', year, month: monthOf(name!), day, clock };
  }
  const monthFirst = NAMED_MONTH_FIRST.exec(text);
  if (!monthFirst) return undefined;
  const [, name, day, year, ...clock] = monthFirst;
  return { way: 'mmm dd yyyy', year, month: monthOf(name!), day, clock };
}

const monthOf = (name: string) => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;

/**
 * Reads `20240131`.
 *
 * @returns milliseconds since 1970 UTC; undefined for any other text, and for dates that do not exist
 */
export function readCompact(text: string): number | undefined {
  const parts = COMPACT.exec(text);
  return parts ? midnight(Number(parts[1]), Number(parts[2]), Number(parts[3])) : undefined;
}

/** What TIME matched, each part undefined where the text has none. */
type Clock = readonly (string | undefined)[];

/** Milliseconds since midnight; undefined when no clock shows such a time. */
function clockTime([hour = '0', minute = '0', second = '0', half]: Clock): number | undefined {
  if (half === undefined) return timeOfDay(Number(hour), Number(minute), Number(second));
  const shown = Number(hour);
  if (shown < 1 || shown > 12) return undefined;
  const isAfternoon = half.toLowerCase() === 'p';
  return timeOfDay((shown % 12) + (isAfternoon ? 12 : 0), Number(minute), Number(second));
}

const precisionOf = ([hour, , second]: Clock): TimePrecision =>
  hour === undefined ? '' : second === undefined ? ' hh:mm' : ' hh:mm:ss';

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

/** Reads an offset from UTC: none, `Z`, `UTC`, `GMT`, `+02`, `+0200`, `-03:30`. */
function offsetOf(offset = 'Z'): number | undefined {
  if (/^[A-Z]/.test(offset)) return 0;
  const ahead = timeOfDay(Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '')), 0);
  return ahead === undefined ? undefined : offset[0] === '-' ? -ahead : ahead;
}
