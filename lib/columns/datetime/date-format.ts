import { readCertain, readCompact, readIso, readMarked } from './date-text.ts';

const MARKS = ['/', '.', '-'];
const TIMES = ['', ' hh:mm', ' hh:mm:ss'];

export const ISO_FORMAT = 'iso';
/** Dates that are numbers, too: 20240131. */
export const COMPACT_FORMAT = 'yyyymmdd';

/** Formats of a column's dates, by their names in contracts. */
export const DATE_FORMATS: readonly string[] = /* @__PURE__ */ (() => [
  ISO_FORMAT,
  ...TIMES.flatMap((time) =>
    MARKS.flatMap((mark) => [`dd${mark}mm${mark}yyyy${time}`, `mm${mark}dd${mark}yyyy${time}`]),
  ),
  ...TIMES.flatMap((time) => [
    ...MARKS.map((mark) => `yyyy${mark}mm${mark}dd${time}`),
    `dd mmm yyyy${time}`,
    `mmm dd yyyy${time}`,
  ]),
  COMPACT_FORMAT,
])();

/**
 * Reads a date of a column. ISO 8601 is read in every column: no other format has a text of that form and
 * another meaning. The time of day is optional in every format, and may be on a clock of twelve hours.
 *
 * @param format one of DATE_FORMATS
 * @returns milliseconds since 1970 UTC; undefined when the text is not a date of that format
 */
export function readDate(text: string, format: string): number | undefined {
  const instant = readIso(text);
  if (instant !== undefined || format === ISO_FORMAT) return instant;
  if (format === COMPACT_FORMAT) return readCompact(text);
  const certain = readCertain(text);
  if (certain) return format.startsWith(certain.way) ? certain.instant : undefined;
  const marked = readMarked(text);
  if (marked?.mark !== format[2]) return undefined;
  return format.startsWith('dd') ? marked?.dayFirst : marked?.monthFirst;
}
