import { shown } from '../text-safety.ts';

/** Texts of a column that its kind does not read, the most frequent first, with their counts. */
export type Others = readonly (readonly [text: string, count: number])[];

const SHOWN = 5;

/** How many cells they are, and some of them, for a message that named the kind before. */
export function otherTextsWords(others: Others): string {
  const texts = others.slice(0, SHOWN).map(([text]) => text);
  const cells = others.reduce((sum, [, count]) => sum + count, 0);
  const more = others.length > texts.length ? ` and ${others.length - texts.length} other texts` : '';
  return `${cells} of the sampled cells are none: ${texts.map(shown).join(', ')}${more}`;
}

/** What to do where nothing else helps. */
export const CORRECT = 'correct these cells';

/** What to do about texts of a column that may be gaps, or its name in a header that stands again below. */
export function gapsAdvice(texts: readonly string[], column: string): string {
  const list = jsonTexts(gapsAmong(texts, column));
  const advice = [
    ...headerAdvice(texts, column),
    ...(list === '[]'
      ? []
      : [`if ${list} mean "no value", write "missing_tokens": ${list} into schema.json`]),
  ];
  return advice.join('; ') || CORRECT;
}

/** More different texts than this do not all mean "no value". */
const MAX_GAPS = 20;

/** Those of a column's texts that may mean "no value": none where they are too many. */
export function gapsAmong(texts: readonly string[], column: string): string[] {
  const words = texts.filter((text) => text !== column && mayBeGap(text));
  return words.length > MAX_GAPS ? [] : words;
}

/** Longer texts do not mean "no value". */
const MAX_GAP_LENGTH = 100;

export const mayBeGap = (text: string) => text.length <= MAX_GAP_LENGTH;

/** What to do where a column's own name stands among its cells, as in files that were joined. */
export const headerAdvice = (texts: readonly string[], column: string) =>
  texts.includes(column) ? ['remove the lines that repeat the header'] : [];

/** Texts as JSON, with what cannot be seen in it escaped: a no-break space, for example. */
export const jsonTexts = (texts: readonly string[]) =>
  JSON.stringify(texts).replaceAll(/[\p{Cf}\u00a0\u2000-\u200a\u202f\u205f\u3000]/gu, (mark) =>
    mark.replaceAll(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
