/**
 * Characters that are invisible or change how the text around them looks: C0 and C1 controls, Unicode's
 * bidirectional controls (UAX #9), zero-width characters, line and paragraph separators, and the byte order
 * mark.
 */
const UNSAFE_CLASS = String.raw`\p{Cc}\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff`;
const UNSAFE = new RegExp(`[${UNSAFE_CLASS}]`, 'u');

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

/**
 * Text in the form in which an error message may show it: quoted, with escaped unsafe characters, cut to 80
 * characters.
 */
export function shown(text: string): string {
  const short = [...text.slice(0, 320)].slice(0, 80).join('');
  const escaped = JSON.stringify(short).replace(new RegExp(UNSAFE, 'gu'), (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
  return short.length < text.length ? `${escaped.slice(0, -1)}…"` : escaped;
}

/** A text in one line, its unsafe characters escaped, line ends made spaces, cut to so many characters. */
export function oneLine(text: string, maxLength: number): string {
  const line = text
    .slice(0, 4 * maxLength)
    .replace(/\s*[\r\n]\s*/g, ' ')
    .replace(new RegExp(UNSAFE, 'gu'), (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
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
