import { CORRECT, gapsAdvice, gapsAmong, headerAdvice, jsonTexts } from '../other-texts.ts';
import type { NamedFormat } from './judge-numbers.ts';
import { looksLikeNumber } from './number-format.ts';
import { measuresIn, unreadAs } from './unread-number.ts';

const IN_PARENTHESES = /^\(.*\)$/s;

/** Texts of a column of numbers that it does not read. */
export interface UnreadTexts {
  /** What to do about those that look like numbers, a sentence each. */
  readonly advice: readonly string[];
  /** The others, which may be gaps. */
  readonly words: readonly string[];
}

/** What sets a column's number format. */
export const listed = (column: string, format: NamedFormat) =>
  `list it in schema.json: "columns": [{"name": ${JSON.stringify(column)}, "type": "numeric", "format": "${format}"}]`;

/** Parts numbers that are not read from words. */
export function unreadTexts(texts: readonly string[], column: string): UnreadTexts {
  const measures = measuresIn(texts.map((text) => ({ text, count: 1 })));
  const like = texts.filter((text) => unreadAs(text, measures) !== undefined);
  const [negative, others] = [true, false].map((is) =>
    like.filter((text) => IN_PARENTHESES.test(text) === is),
  );
  return {
    advice: [
      ...headerAdvice(texts, column),
      ...(negative!.some(looksLikeNumber)
        ? [`if numbers in parentheses are negative, ${listed(column, 'accounting')}`]
        : []),
      ...(others!.length > 0 ? [`write ${jsonTexts(others!)} as its other numbers are written`] : []),
    ],
    words: gapsAmong(
      texts.filter((text) => !like.includes(text)),
      column,
    ),
  };
}

/** What to do about texts that are no numbers, in a column of numbers. */
export function adviceOn(texts: readonly string[], column: string): string {
  const { advice, words } = unreadTexts(texts, column);
  return [...advice, ...(words.length > 0 ? [gapsAdvice(words, column)] : [])].join('; ') || CORRECT;
}
