import { CORRECT, gapsAdvice, gapsAmong, headerAdvice, jsonTexts } from '../other-texts.ts';
import { readCertain, readIso, readMarked } from './date-text.ts';
import { looksLikeDate } from './judge-dates.ts';

/** Examples of dates in one piece of advice. */
const SHOWN = 3;

/** Texts of a column of dates that it does not read. */
export interface UnreadDates {
  /** What to do about dates that are written in another way, and about a header that stands again. */
  readonly advice: readonly string[];
  /** The others, which may be gaps. */
  readonly words: readonly string[];
}

/** Parts dates that are not read from words. */
export function unreadDates(texts: readonly string[], column: string): UnreadDates {
  const dates = texts.filter(isDate);
  const examples = jsonTexts(dates.slice(0, SHOWN));
  return {
    advice: [
      ...headerAdvice(texts, column),
      ...(dates.length > 0
        ? [`write ${examples} as its other dates are written, or all as ISO 8601, such as 2024-01-31`]
        : []),
    ],
    words: gapsAmong(
      texts.filter((text) => !dates.includes(text)),
      column,
    ),
  };
}

/** What to do about texts that are no dates, in a column of dates. */
export function adviceOnDates(texts: readonly string[], column: string): string {
  const { advice, words } = unreadDates(texts, column);
  return [...advice, ...(words.length > 0 ? [gapsAdvice(words, column)] : [])].join('; ') || CORRECT;
}

/** The format of texts like `31/01/2024` for a contract, if they are such and one order reads them all. */
export function formatOfDates(texts: readonly string[]): string | undefined {
  const marked = texts.map(readMarked).filter((date) => date !== undefined);
  const mark = marked[0]?.mark;
  if (mark === undefined) return undefined;
  if (marked.every(({ dayFirst }) => dayFirst !== undefined)) return ['dd', 'mm', 'yyyy'].join(mark);
  const isMonthFirst = marked.every(({ monthFirst }) => monthFirst !== undefined);
  return isMonthFirst ? ['mm', 'dd', 'yyyy'].join(mark) : undefined;
}

const isDate = (text: string) =>
  readIso(text) !== undefined || readCertain(text) !== undefined || looksLikeDate(text);
