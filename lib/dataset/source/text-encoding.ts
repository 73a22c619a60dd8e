import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';

/** Bytes decoded at a time, so that memory does not depend on the arriving chunks. */
const PIECE_BYTES = 256 * 1024;

/**
 * Byte order marks, as Latin-1. Longer ones come first, because UTF-32 LE begins like UTF-16 LE. Source:
 * Unicode 23.8.
 */
const MARKS = [
  ['utf-32', '\xff\xfe\0\0'],
  ['utf-32', '\0\0\xfe\xff'],
  ['utf-8', '\xef\xbb\xbf'],
  ['utf-16le', '\xff\xfe'],
  ['utf-16be', '\xfe\xff'],
] as const;

/** Names of the encodings with one byte per character. Source: the Encoding Standard, 4.2. */
const SINGLE_BYTE = /^(ibm866|iso-8859-.*|koi8-.|macintosh|windows-.*|x-mac-cyrillic)$/;
const UTF16 = /^utf-16(le|be)$/;

/** How a text is encoded, and where it begins. */
export interface TextEncodingFacts {
  /** Name in the Encoding Standard, in lower case. */
  readonly encoding: string;
  /** Length of its byte order mark, 0 without one. */
  readonly markBytes: number;
}

/**
 * The encoding that a label means, by its name in the Encoding Standard; undefined when it is not supported.
 */
export function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Finds a text's encoding: by its byte order mark, which is certain, else by the contract; otherwise it is
 * UTF-8. A contract that contradicts the mark is refused, because one of the two is wrong.
 *
 * @param head the first 4 bytes, or more, unless the text is shorter
 * @param label the contract's `encoding`, checked by `encodingOf`
 * @throws RefusedFileError `encoding`
 */
export function judgeEncoding(head: Uint8Array, label: string | undefined): TextEncodingFacts {
  const [marked, mark] = markOf(head) ?? [undefined, ''];
  if (marked === 'utf-32') throw refused('the file is UTF-32; save it as UTF-8 ("CSV UTF-8" in Excel)');
  const named = label === undefined ? undefined : encodingOf(label);
  if (marked === undefined && (named ?? 'utf-8') === 'utf-8') refuseUnmarkedUtf16(head);
  if (marked === undefined) return { encoding: named ?? 'utf-8', markBytes: 0 };
  // "utf-16" lets the mark decide between the two.
  const agrees =
    named === undefined || named === marked || (/^\s*utf-16\s*$/i.test(label!) && UTF16.test(marked));
  if (agrees) return { encoding: marked, markBytes: mark.length };
  throw refused(
    `the file begins with the byte order mark of ${marked}, and schema.json says "encoding": ${shown(label!)}; ` +
      `write "encoding": "${marked}" or leave it out`,
  );
}

function markOf(head: Uint8Array) {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4)).toString('latin1');
  return MARKS.find(([, bytes]) => start.startsWith(bytes));
}

/** Whether a text begins with a byte order mark, which says its encoding. */
export const hasByteOrderMark = (head: Uint8Array): boolean => markOf(head) !== undefined;

/** Text does not begin with NUL, but in UTF-16 every ASCII character has one. */
function refuseUnmarkedUtf16(head: Uint8Array): void {
  const [first, second] = head;
  if (head.length < 2 || (first === 0) === (second === 0)) return;
  const likely = first === 0 ? 'utf-16be' : 'utf-16le';
  throw refused(
    `line 1: expected UTF-8 text, got a NUL byte: the file looks like UTF-16 without a byte order mark; ` +
      `save it as UTF-8 ("CSV UTF-8" in Excel), or write "encoding": "${likely}" into schema.json`,
  );
}

const refused = (message: string, line = 1) => new RefusedFileError('encoding', message, { line });

/** Converts text of another encoding into UTF-8. Bytes without a character are refused, never replaced. */
export class Utf8Converter {
  readonly #encoding: string;
  readonly #strict: InstanceType<typeof TextDecoder>;
  /**
   * Locates a fault, which a decoder that throws does not. It runs alongside where characters may cross
   * pieces.
   */
  readonly #lenient: InstanceType<typeof TextDecoder>;
  readonly #isSingleByte: boolean;
  readonly #encoder = new TextEncoder();
  #lineFeeds = 0;
  #carriageReturns = 0;
  /** The end of the text so far, after the last line end. */
  #line = '';

  constructor(encoding: string) {
    this.#encoding = encoding;
    this.#strict = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#lenient = new TextDecoder(encoding, { ignoreBOM: true });
    this.#isSingleByte = SINGLE_BYTE.test(encoding);
  }

  /** @throws RefusedFileError `encoding` */
  *convert(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield this.#convertPiece(chunk.subarray(at, at + PIECE_BYTES));
    }
  }

  /** @throws RefusedFileError `encoding` when the text ends within a character */
  finish(): void {
    this.#convertPiece(undefined);
  }

  #convertPiece(piece: Uint8Array | undefined): Uint8Array {
    const options = { stream: piece !== undefined };
    const lenient = this.#isSingleByte ? undefined : this.#lenient.decode(piece, options);
    let text: string;
    try {
      text = this.#strict.decode(piece, options);
    } catch (error) {
      throw this.#fault(lenient ?? this.#lenient.decode(piece), error);
    }
    this.#follow(text);
    return this.#encoder.encode(text);
  }

  #follow(text: string): void {
    this.#lineFeeds += count(text, '\n');
    this.#carriageReturns += count(text, '\r');
    const lineStart = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    this.#line = lineStart > 0 ? text.slice(lineStart) : (this.#line + text).slice(-SHOWN_BEFORE);
  }

  #fault(lenient: string, cause: unknown): RefusedFileError {
    const at = lenient.indexOf('\ufffd');
    this.#follow(at < 0 ? lenient : lenient.slice(0, at));
    // Lines end in LF, or in CR where there is none.
    const line = 1 + (this.#lineFeeds || this.#carriageReturns);
    const message =
      `line ${line}: expected ${this.#encoding} text, as ${this.#named()}, got what is no character of it after ` +
      `${shown(this.#line.slice(-SHOWN_BEFORE))}; correct "encoding" in schema.json, or save the file as UTF-8`;
    return new RefusedFileError('encoding', message, { line, cause });
  }

  #named(): string {
    return UTF16.test(this.#encoding) ? 'its byte order mark or schema.json says' : 'schema.json says';
  }
}

/** Characters of a line that are shown before a fault. */
const SHOWN_BEFORE = 60;

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}
