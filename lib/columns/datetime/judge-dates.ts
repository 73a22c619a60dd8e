import type { ColumnSample, ReadingContext } from '../reading.ts';
import { ISO_FORMAT } from './date-format.ts';
import { type MarkedDate, readIso, readMarked } from './date-text.ts';

/** If at least this share of the present cells are dates, the column holds dates. */
const DATE_SHARE = 0.95;
/** From this share on, it looks like dates. */
const LOOKS_LIKE_SHARE = 0.75;

/**
 * Formats that are not read: the year first with other marks, a year of two digits, a month's name, and
 * times of day without a date.
 */
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const OTHER_DATE = new RegExp(
  String.raw`^(?:\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d\d(?:\d\d)?|\d{1,2}[ -]${MONTH}[ ,-]+\d{2,4}|${MONTH} \d{1,2},? \d{4}|\d{1,2}:\d\d(?::\d\d)?)\b`,
  'i',
);

/** A text of the sample that is not a gap, with the dates that it may mean. */
interface Cell {
  readonly text: string;
  readonly count: number;
  readonly isIso: boolean;
  readonly marked: MarkedDate | undefined;
}

/** Verdict on a sample as a column of dates. */
export type DatesVerdict =
  /**
   * Dates in one format. `others` are the texts that are not dates, the most frequent first, with their
   * counts.
   */
  | {
      readonly kind: 'dates';
      readonly format: string;
      readonly others: readonly (readonly [string, number])[];
    }
  /** Every date may be read day first or month first. */
  | { readonly kind: 'either'; readonly format: string; readonly example: string }
  /** Some can only be day first, others only month first. */
  | { readonly kind: 'contradictory'; readonly dayFirst: string; readonly monthFirst: string }
  /** They look like dates, but too few are in one supported format. */
  | { readonly kind: 'unread'; readonly example: string };

/**
 * Judges whether a column holds dates, and in which single format; undefined when it does not look like
 * dates.
 *
 * @param share of the present cells that must be dates
 */
export function judgeDates(
  sample: ColumnSample,
  context: ReadingContext,
  share = DATE_SHARE,
): DatesVerdict | undefined {
  // A plain number is never a date, so most columns of numbers need no look at their texts.
  if (sample.plainCells * 2 > sample.rows) return undefined;
  const cells = presentCells(sample, context);
  const present = countOf(cells);
  if (present === 0) return undefined;
  const iso = cells.filter(({ isIso }) => isIso);
  const [mark, marked] = largestMark(cells);
  const best = Math.max(countOf(iso), countOf(marked));
  if (best === 0 || best < share * present) return lookAlike(cells, present);
  if (countOf(iso) === best) return { kind: 'dates', format: ISO_FORMAT, others: othersThan(iso, cells) };
  return orderOf(marked, cells, mark);
}

function presentCells(sample: ColumnSample, { numberGaps }: ReadingContext): Cell[] {
  const cells: Cell[] = [];
  for (let i = 0; i < sample.texts.size; i++) {
    const text = sample.texts.textOf(i);
    if (numberGaps.has(text)) continue;
    cells.push({
      text,
      count: sample.texts.countOf(i),
      isIso: readIso(text) !== undefined,
      marked: readMarked(text),
    });
  }
  return cells;
}

const countOf = (cells: readonly Cell[]) => cells.reduce((sum, { count }) => sum + count, 0);

/** The dates with the most frequent mark. */
function largestMark(cells: readonly Cell[]): [mark: string, cells: readonly Cell[]] {
  const byMark = new Map<string, Cell[]>();
  for (const cell of cells) {
    const { marked } = cell;
    if (marked?.dayFirst === undefined && marked?.monthFirst === undefined) continue;
    const same = byMark.get(marked.mark);
    if (same) same.push(cell);
    else byMark.set(marked.mark, [cell]);
  }
  const [largest] = [...byMark].sort(([, a], [, b]) => countOf(b) - countOf(a));
  return largest ?? ['', []];
}

/** Decides whether day or month comes first: at least one date proves it, and none contradicts. */
function orderOf(dates: readonly Cell[], cells: readonly Cell[], mark: string): DatesVerdict {
  const dayOnly = dates.find(({ marked }) => marked?.monthFirst === undefined);
  const monthOnly = dates.find(({ marked }) => marked?.dayFirst === undefined);
  if (dayOnly && monthOnly)
    return { kind: 'contradictory', dayFirst: dayOnly.text, monthFirst: monthOnly.text };
  const order = monthOnly ? ['mm', 'dd'] : ['dd', 'mm'];
  const format = `${[...order, 'yyyy'].join(mark)}${longestTime(dates)}`;
  if (!dayOnly && !monthOnly) return { kind: 'either', format, example: dates[0]!.text };
  return { kind: 'dates', format, others: othersThan(dates, cells) };
}

function longestTime(dates: readonly Cell[]): string {
  const times = dates.map(({ marked }) => marked?.time ?? '');
  return times.reduce((longest, time) => (time.length > longest.length ? time : longest), '');
}

function othersThan(dates: readonly Cell[], cells: readonly Cell[]): (readonly [string, number])[] {
  const taken = new Set(dates);
  return cells
    .filter((cell) => !taken.has(cell))
    .map(({ text, count }) => [text, count] as const)
    .sort((a, b) => b[1] - a[1]);
}

function lookAlike(cells: readonly Cell[], present: number): DatesVerdict | undefined {
  const like = cells.filter(
    ({ text, isIso, marked }) => isIso || marked !== undefined || OTHER_DATE.test(text),
  );
  if (countOf(like) < LOOKS_LIKE_SHARE * present) return undefined;
  const example = like.find(({ isIso }) => !isIso) ?? like[0]!;
  return { kind: 'unread', example: example.text };
}
