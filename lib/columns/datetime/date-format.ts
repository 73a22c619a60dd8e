import { readIso, readMarked } from './date-text.ts';

const MARKS = ['/', '.', '-'];
const TIMES = ['', ' hh:mm', ' hh:mm:ss'];

/** Formats of a column's dates, by their names in contracts. */
export const DATE_FORMATS: readonly string[] = /* @__PURE__ */ (() => [
  'iso',
  ...TIMES.flatMap((time) =>
    MARKS.flatMap((mark) => [`dd${mark}mm${mark}yyyy${time}`, `mm${mark}dd${mark}yyyy${time}`]),
  ),
])();

export const ISO_FORMAT = 'iso';

/**
 * Reads a date of a column. ISO 8601 is read in every column: its year comes first, so no other format has a
 * text of that form. The time of day is optional in every format.
 *
 * @param format one of DATE_FORMATS
 * @returns milliseconds since 1970 UTC; undefined when the text is not a date of that format
 */
export function readDate(text: string, format: string): number | undefined {
  const instant = readIso(text);
  if (instant !== undefined || format === ISO_FORMAT) return instant;
  const marked = readMarked(text);
  if (marked?.mark !== format[2]) return undefined;
  return format.startsWith('dd') ? marked?.dayFirst : marked?.monthFirst;
}
