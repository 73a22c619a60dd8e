import type { ColumnSample, ReadingContext } from '../reading.ts';
import { COMPACT_FORMAT, ISO_FORMAT } from './date-format.ts';
import {
  type CertainDate,
  isUsualYear,
  type MarkedDate,
  MONTHS,
  readCertain,
  readCompact,
  readIso,
  readMarked,
  type TimePrecision,
} from './date-text.ts';
import { isNamedDate } from './named-date.ts';

/** If at least this share of the present cells are dates, the column holds dates. */
const DATE_SHARE = 0.95;
/** From this share on, it looks like dates. */
const LOOKS_LIKE_SHARE = 0.75;

/** More distinct texts than this beside dates are not gaps. */
const MAX_GAPS = 20;

/** Fewer numbers than this may be dates by chance. */
const MIN_COMPACT = 5;

const MONTH = `(?:${MONTHS.join('|')})[a-z]*`;
/**
 * What is not read: years of two digits, times of day without a date, months named in other ways, and days
 * that no calendar has.
 */
const OTHER_DATE = new RegExp(
  String.raw`^(?:\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d\d(?:\d\d)?|\d{1,2}[ -]${MONTH}[ ,-]+\d{2,4}|${MONTH} \d{1,2},? \d{4}|\d{1,2}:\d\d(?::\d\d)?)\b`,
  'i',
);

/** A text of the sample that is not a gap, with the dates that it may mean. */
interface Cell {
  readonly text: string;
  readonly count: number;
  readonly isIso: boolean;
  readonly isCompact: boolean;
  readonly marked: MarkedDate | undefined;
  readonly certain: CertainDate | undefined;
}

/** Cells that one format reads. */
interface Group {
  readonly cells: readonly Cell[];
  /** The verdict, if these are the column's dates. */
  verdict(): DatesVerdict | undefined;
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
  /** Most are dates in one format, but too few to be read as dates. `others` are not. */
  | { readonly kind: 'mostly'; readonly others: readonly (readonly [string, number])[] }
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
  // Most columns of numbers need no look at their texts.
  if (sample.plainCells * 2 > sample.rows && !mayBeCompact(sample.plainValues, share)) return undefined;
  const cells = presentCells(sample, context);
  const present = countOf(cells);
  if (present === 0) return undefined;
  const best = groupsOf(cells, share).reduce((a, b) => (countOf(b.cells) > countOf(a.cells) ? b : a));
  const count = countOf(best.cells);
  if (count > 0 && count >= share * present) return best.verdict();
  return mostlyDates(best, cells, present) ?? lookAlike(cells, present);
}

/** Dates among a few other texts that are too frequent. */
function mostlyDates(best: Group, cells: readonly Cell[], present: number): DatesVerdict | undefined {
  if (countOf(best.cells) < LOOKS_LIKE_SHARE * present || cells.length - best.cells.length > MAX_GAPS)
    return undefined;
  const verdict = best.verdict();
  return verdict?.kind === 'dates' ? { kind: 'mostly', others: verdict.others } : verdict;
}

/** Whether that share of the numbers may be dates such as 20240131. */
function mayBeCompact(values: Float64Array, share: number): boolean {
  const maxOthers = values.length - Math.ceil(share * values.length);
  let others = 0;
  for (const value of values) if (!isCompactDate(value) && ++others > maxOthers) return false;
  return others < values.length;
}

function isCompactDate(value: number): boolean {
  return isUsualYear(Math.floor(value / 10_000)) && readCompact(String(value)) !== undefined;
}

/** The cells of each format, the formats that are certain first. */
function groupsOf(cells: readonly Cell[], share: number): Group[] {
  const datesOf = (dates: readonly Cell[], format: string): Group => ({
    cells: dates,
    verdict: () => ({ kind: 'dates', format, others: othersThan(dates, cells) }),
  });
  const [way, certain] = largestGroup(cells, ({ certain: date }) => date?.way);
  const [mark, marked] = largestGroup(cells, markOf);
  const compact = cells.filter(({ isCompact }) => isCompact);
  return [
    datesOf(
      cells.filter(({ isIso }) => isIso),
      ISO_FORMAT,
    ),
    datesOf(certain, `${way}${longestTime(certain.map((cell) => cell.certain!))}`),
    { cells: marked, verdict: () => orderOf(marked, cells, mark) },
    datesOf(share > 0 && countOf(compact) < MIN_COMPACT ? [] : compact, COMPACT_FORMAT),
  ];
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
      isCompact: readCompact(text) !== undefined && isUsualYear(Number(text.slice(0, 4))),
      marked: readMarked(text),
      certain: readCertain(text),
    });
  }
  return cells;
}

const countOf = (cells: readonly Cell[]) => cells.reduce((sum, { count }) => sum + count, 0);

/** The mark of a date whose year comes last, if the calendar has it in one order at least. */
const markOf = ({ marked }: Cell) =>
  marked?.dayFirst === undefined && marked?.monthFirst === undefined ? undefined : marked.mark;

/** The cells that most often share a key; those without one are left out. */
function largestGroup(
  cells: readonly Cell[],
  keyOf: (cell: Cell) => string | undefined,
): [key: string, cells: readonly Cell[]] {
  const byKey = Map.groupBy(cells, keyOf);
  byKey.delete(undefined);
  const [largest] = [...byKey].sort(([, a], [, b]) => countOf(b) - countOf(a));
  return [largest?.[0] ?? '', largest?.[1] ?? []];
}

/** Decides whether day or month comes first: at least one date proves it, and none contradicts. */
function orderOf(dates: readonly Cell[], cells: readonly Cell[], mark: string): DatesVerdict {
  const dayOnly = dates.find(({ marked }) => marked?.monthFirst === undefined);
  const monthOnly = dates.find(({ marked }) => marked?.dayFirst === undefined);
  if (dayOnly && monthOnly)
    return { kind: 'contradictory', dayFirst: dayOnly.text, monthFirst: monthOnly.text };
  const order = monthOnly ? ['mm', 'dd'] : ['dd', 'mm'];
  const format = `${[...order, 'yyyy'].join(mark)}${longestTime(dates.map(({ marked }) => marked!))}`;
  if (!dayOnly && !monthOnly) return { kind: 'either', format, example: dates[0]!.text };
  return { kind: 'dates', format, others: othersThan(dates, cells) };
}

function longestTime(dates: readonly { readonly time: TimePrecision }[]): TimePrecision {
  return dates.reduce<TimePrecision>(
    (longest, { time }) => (time.length > longest.length ? time : longest),
    '',
  );
}

function othersThan(dates: readonly Cell[], cells: readonly Cell[]): (readonly [string, number])[] {
  const taken = new Set(dates);
  return cells
    .filter((cell) => !taken.has(cell))
    .map(({ text, count }) => [text, count] as const)
    .sort((a, b) => b[1] - a[1]);
}

/** Whether a text that is not ISO 8601 looks like a date or a time. */
export const looksLikeDate = (text: string, marked = readMarked(text)): boolean =>
  marked !== undefined || OTHER_DATE.test(text) || isNamedDate(text);

function lookAlike(cells: readonly Cell[], present: number): DatesVerdict | undefined {
  let others = (1 - LOOKS_LIKE_SHARE) * present;
  let example: Cell | undefined;
  for (const cell of cells) {
    const { text, count, isIso, marked } = cell;
    if (isIso || looksLikeDate(text, marked)) {
      if (!example || (example.isIso && !isIso)) example = cell;
    } else {
      others -= count;
      if (others < 0) return undefined;
    }
  }
  return example && { kind: 'unread', example: example.text };
}
