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

/** What to do if texts are gaps. */
export function gapsAdvice(texts: readonly string[]): string {
  const list = jsonTexts(texts);
  return `if ${list} mean "no value", write "missing_tokens": ${list} into schema.json`;
}

/** Texts as JSON, with what cannot be seen in it escaped: a no-break space, for example. */
export const jsonTexts = (texts: readonly string[]) =>
  JSON.stringify(texts).replaceAll(
    /[\p{Cf}\u00a0\u2000-\u200a\u202f\u205f\u3000]/gu,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
