import { shown } from '../../text-safety.ts';

/** Bytes of the line that are shown before a fault, and after it. */
const CONTEXT_BYTES = 32;

const windows1252 = new TextDecoder('windows-1252');
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Characters besides ASCII in windows-1252 texts: letters, and those that typographers and scientists use.
 */
const PLAUSIBLE = /^[\p{L}\p{Sc}\u00a0¡§ª«°±²³´µ·¸º»¼½¾¿×÷‚„…†‡‰‹›‘’“”•–—™©®]*$/u;

/** Some of them stand alone where a text has no other letters than those of ASCII. */
const SIGNS = /^[£€¥¢\u00a0§«»°±²³µ·¼½¾…’“”•–—™©®]*$/u;

/** Words of other scripts, and characters of several bytes, are whole runs of them. */
const FOREIGN_WORD = /[^\0-\x7f]{4}/;

/** Why a text is not UTF-8, and what to do about it. */
export interface EncodingFault {
  readonly message: string;
  readonly fix: string;
}

/**
 * Explains why a line is not UTF-8 text. It shows the line as it stands and, if that reads like text, decoded
 * as windows-1252, which most files that are not UTF-8 use.
 *
 * @param line its number, from 1
 * @param bytes the line as far as it is known, without its line end
 * @param at offset in the line of the first byte that is not valid UTF-8
 */
export function encodingFault(line: number, bytes: Uint8Array, at: number): EncodingFault {
  const from = characterStart(bytes, Math.max(0, at - CONTEXT_BYTES));
  const [before, after] = [bytes.subarray(from, at), bytes.subarray(at, at + CONTEXT_BYTES)];
  const byte = bytes[at]!;
  const got = byte === 0 ? 'a NUL byte' : `the byte 0x${hex(byte)}`;
  const stands = `"${shown(utf8.decode(before)).slice(1, -1)}${escaped(after)}"`;
  const message = `line ${line}: expected UTF-8 text, got ${got} in ${stands}`;
  if (byte === 0) return { message, fix: 'remove the NUL bytes, or save the file as UTF-8' };
  const likely = windows1252.decode(bytes.subarray(from, at + CONTEXT_BYTES));
  if (!readsLikeText(likely)) {
    return {
      message,
      fix: 'save the file as UTF-8 ("CSV UTF-8" in Excel), or name its encoding in schema.json, such as "encoding": "windows-1251" (Cyrillic), "shift_jis" (Japanese), "gb18030" (Chinese) or "euc-kr" (Korean)',
    };
  }
  return {
    message: `${message}; in windows-1252 that reads ${shown(likely)}`,
    fix: 'write "encoding": "windows-1252" into schema.json, or save the file as UTF-8 ("CSV UTF-8" in Excel)',
  };
}

/** Offset of the first byte from `at` on that begins a character. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && start < at + 4 && (bytes[start]! & 0xc0) === 0x80) start++;
  return start;
}

function readsLikeText(text: string): boolean {
  if (FOREIGN_WORD.test(text)) return false;
  const beyondAscii = text.replaceAll(/[\0-\x7f]/g, '');
  return SIGNS.test(beyondAscii) || (PLAUSIBLE.test(beyondAscii) && /\p{L}/u.test(beyondAscii));
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

function escaped(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) =>
    byte < 0x20 || byte >= 0x7f ? `\\x${hex(byte)}` : String.fromCharCode(byte),
  );
  return characters.join('').replaceAll('"', '\\"');
}
