import { readIso, readMarked } from './date-text.ts';

const MARKS = ['/', '.', '-'];
const TIMES = ['', ' hh:mm', ' hh:mm:ss'];

/** How a column's dates may be written, as contracts name it. */
export const DATE_FORMATS: readonly string[] = /* @__PURE__ */ (() => [
  'iso',
  ...TIMES.flatMap((time) =>
    MARKS.flatMap((mark) => [`dd${mark}mm${mark}yyyy${time}`, `mm${mark}dd${mark}yyyy${time}`]),
  ),
])();

export const ISO_FORMAT = 'iso';

/**
 * Reads a date of a column. ISO 8601 is read in every column: its year comes first, so that no other format
 * has a text of its form. A time of day may stand or be left out, whatever the format's name says of it.
 *
 * @param format one of DATE_FORMATS
 * @returns milliseconds since 1970 UTC; undefined when the text is no date of that format
 */
export function readDate(text: string, format: string): number | undefined {
  const instant = readIso(text);
  if (instant !== undefined || format === ISO_FORMAT) return instant;
  const marked = readMarked(text);
  if (marked?.mark !== format[2]) return undefined;
  return format.startsWith('dd') ? marked?.dayFirst : marked?.monthFirst;
}
