/**
 * Characters that are invisible or change how the text around them looks: C0 and C1 controls, Unicode's
 * bidirectional controls (UAX #9), zero-width characters, line and paragraph separators, and the byte order
 * mark. Names and labels that hold one are refused.
 */
const UNSAFE_CLASS = String.raw`\p{Cc}\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff`;
const UNSAFE = new RegExp(`[${UNSAFE_CLASS}]`, 'u');

/**
 * Whatever does not show itself where text is displayed: all of the above, every other format character, and
 * what Unicode calls default ignorable, such as variation selectors and fillers. Some of it is good text in
 * data, so it is not refused; where it is displayed it is escaped.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const ALL_HIDDEN = new RegExp(HIDDEN, 'gu');

/**
 * A text for people of at most `maxLength` characters, without unsafe characters or half surrogate pairs, and
 * not only spaces.
 */
export const plainText = (maxLength: number) =>
  new RegExp(String.raw`^(?=.*\S)[^\p{Cs}${UNSAFE_CLASS}]{1,${maxLength}}$`, 'u');

/** The first unsafe character of a name or label as `U+202E`, or undefined. */
export function unsafeCharacter(text: string): string | undefined {
  const found = UNSAFE.exec(text);
  if (!found) return undefined;
  return `U+${found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text with every hidden character as `\u{202e}`, but for those of `kept`. */
export function escaped(text: string, kept = ''): string {
  // Most texts hold none, and a search is faster than a replacement.
  if (!HIDDEN.test(text)) return text;
  return text.replace(ALL_HIDDEN, (character) =>
    kept.includes(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** JSON with hidden characters escaped as JSON escapes them: parsed, it is the same value. */
export function jsonText(value: unknown, indent?: number): string {
  return escapedJson(JSON.stringify(value, null, indent));
}

/** The same of a document that is JSON already. Between its texts JSON hides nothing but line feeds. */
export function escapedJson(json: string): string {
  if (!HIDDEN.test(json)) return json;
  return json.replace(ALL_HIDDEN, (character) => {
    if (character === '\n') return character;
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/**
 * Text in the form in which an error message may show it: quoted, with escaped hidden characters, cut to 80
 * characters.
 */
export function shown(text: string): string {
  const short = [...text.slice(0, 320)].slice(0, 80).join('');
  const quoted = escaped(JSON.stringify(short));
  return short.length < text.length ? `${quoted.slice(0, -1)}…"` : quoted;
}

/** Maximum number of names that a message lists. */
const LISTED = 20;

/**
 * The first texts of a list for a message, separated by commas, and the number of the others.
 *
 * @param show how each is written; by default quoted and cut
 */
export function firstOf(texts: readonly string[], show: (text: string) => string = shown): string {
  const others = texts.length - LISTED;
  const listed = texts.slice(0, LISTED).map(show).join(', ');
  return others > 0 ? `${listed} and ${others} others` : listed;
}

/** A text in one line, its hidden characters escaped, line ends made spaces, cut to so many characters. */
export function oneLine(text: string, maxLength: number): string {
  const line = escaped(text.slice(0, 4 * maxLength).replace(/\s*[\r\n]\s*/g, ' '));
  const characters = [...line];
  if (characters.length <= maxLength && text.length <= 4 * maxLength) return line;
  return `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** The beginning of a text that takes so many bytes in UTF-8 at most; an ellipsis ends what was cut. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const ellipsis = '…';
  // One byte for each code unit at least: what lies beyond cannot be kept.
  const begun = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes - Buffer.byteLength(ellipsis));
  return `${new TextDecoder().decode(begun).replace(/\ufffd+$/, '')}${ellipsis}`;
}
