import { looksLikeNumber, MAX_NUMBER_LENGTH } from './number-format.ts';

/** How texts look like numbers without being written in a way that is read. */
export type UnreadAs = 'measured' | 'foreign' | 'inconsistent' | 'several';

/** A number with a short unit: 12 kg, 3.5km, \u20ac1.5M. A column has few units: 1234 AB is a code. */
const MAX_UNITS = 12;
const MEASURED =
  /^[+-]?(?:\p{Sc} ?)?(?:0|[1-9]\d*)(?:[.,]\d+)?[ \u00a0\u202f]?[\p{L}\u00b0\u00b2\u00b3\u2030/]{1,4}$/u;

/**
 * Number and words, money in millions, feet and inches, hours and minutes, degrees: 12 years, \u20ac1.5 Mio.,
 * 5'11", 1h 30m, 45\u00b012'30"N. Not 10-A, 10/11, 1f-2e, 2024Q3.
 */
const NUMBER_THEN_TEXT =
  /^(?!\d{4}[- ]?[QW]\d)[+-]?(?:\p{Sc} ?)?\d[\d.,\u00a0\u202f]*[ \u00a0\u202f]?(?:[\p{L}\u00b0\u2030'"\u2032\u2033]|\/\p{L})[\p{L}\u00b0\u00b2\u00b3'"\u2032\u2033./ ]*(?:\d+[\p{L}'"\u2032\u2033 ]*){0,2}$/u;
const NUMBERS = /\d[\d.,]*/g;

/** Two decimals or more in one cell, at least one with a fraction: 41.88, -87.63. Not 10, 11 or 3 4. */
const SEVERAL =
  /^[([]?(?=.*\d\.\d)[+-]?\d+(?:\.\d+)?(?:[ ]?[,;][ ]?|[ ])[+-]?\d+(?:\.\d+)?(?:(?:[ ]?[,;][ ]?|[ ])[+-]?\d+(?:\.\d+)?){0,6}[)\]]?$/;

/** Marks of other scripts and typography, with what stands for them in formats that are read. */
const FOREIGN: readonly (readonly [marks: RegExp, plain: string])[] = [
  // Spaces that are no padding, marks without width, a tick or a formula that keep a text a text in Excel.
  [/^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$/g, ''],
  [/^'(?=[\d.+-])/, ''],
  [/^="(.*)"$/s, '$1'],
  // A mark out of five, ten or a hundred, and powers of ten: 4.1/5, 1.2 x 10^3.
  [/(?<=\d) ?(?:\/|out of) ?(?:5|10|100)$/, ''],
  [/(?<=\d) ?[x*\u00d7\u00b7] ?10(?:\^|\*\*)?(?=[+-]?\d{1,3}$)/, 'e'],
  [/\p{Nd}/gu, '1'],
  [/[\u2010-\u2015\u2212\ufe63\uff0d]/g, '-'],
  [/[\u2019\u02bc\uff07]/g, "'"],
  [/[\u066b\uff0e]/g, '.'],
  [/[\u066c\u060c\uff0c]/g, ','],
  [/^(.*\d)([+-])$/s, '$2$1'],
  [/^[~\u2248<>\u2264\u2265=]{1,2} ?(?=[\d.+-])/, ''],
  // Footnotes, an error behind, an interval in brackets: 3.1**, 51.2 \u00b1 0.3, 1.8 (1.2 to 2.6).
  [/(?<=\d)(?: ?[*\u2020\u2021\u00a7#]{1,4}|\[\w{1,2}\])$/, ''],
  [/(?<=\d) ?(?:\u00b1|\+\/-) ?\d[\d.,]*%?$/, ''],
  // Currencies without a sign: Rs. 1,200.
  [/^(?:Rs|kr|Fr|Rp|Lei)\.? ?(?=\d)|(?<=\d) ?(?:z\u0142|K\u010d|kr|lei|\u0440\u0443\u0431)\.?$/i, ''],
  // Exponents of Fortran, and digits in groups as programs write them.
  [/(?<=\d)[dD](?=[+-]\d{1,3}$)|(?<=\.\d*)[dD](?=\d{1,3}$)/, 'e'],
  [/(?<=\d)_(?=\d{3})/g, ''],
  [/(?<=\d) ?[([][+-]?\d[\d.,]*%?(?:(?: to |[-\u2013,;] ?)[+-]?\d[\d.,]*%?)?[)\]]$/, ''],
  // Lakhs and crores: 12,34,567.
  [/(?<![\d,])\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])/, '111,111'],
];

function isForeign(text: string): boolean {
  if (text.length > MAX_NUMBER_LENGTH) return false;
  const plain = FOREIGN.reduce((rest, [marks, instead]) => rest.replace(marks, instead), text);
  return plain !== text && looksLikeNumber(plain);
}

/**
 * How one text looks like a number that is not read as such; undefined when it does not look so.
 *
 * @param measures what the column's texts have around their numbers, from `measuresIn`
 */
export function unreadAs(text: string, measures: ReadonlySet<string>): UnreadAs | undefined {
  if (looksLikeNumber(text)) return 'inconsistent';
  if (measures.size > 0 && measures.has(measureOf(text) ?? '')) return 'measured';
  if (isForeign(text)) return 'foreign';
  return text.length <= MAX_NUMBER_LENGTH && SEVERAL.test(text) ? 'several' : undefined;
}

/** The text with each of its numbers as 0; undefined when it is no number followed by text. */
const measureOf = (text: string) =>
  text.length <= MAX_NUMBER_LENGTH && NUMBER_THEN_TEXT.test(text) ? text.replaceAll(NUMBERS, '0') : undefined;

/**
 * What a column's cells have around their numbers, such as "0 kg" or "0 years": the most frequent short
 * units, and one of any length if more than half of the cells have it. Addresses have words that differ.
 */
export function measuresIn(
  cells: readonly { readonly text: string; readonly count: number }[],
): ReadonlySet<string> {
  const counts = new Map<string, { count: number; isShort: boolean }>();
  let total = 0;
  for (const { text, count } of cells) {
    total += count;
    const measure = measureOf(text);
    if (measure === undefined) continue;
    const known = counts.get(measure)?.count ?? 0;
    counts.set(measure, { count: known + count, isShort: MEASURED.test(text) });
  }
  const byCount = [...counts].sort(([, a], [, b]) => b.count - a.count).slice(0, MAX_UNITS);
  const kept = byCount.filter(([, { count, isShort }]) => isShort || count * 2 > total);
  return new Set(kept.map(([measure]) => measure));
}
