import { StringDecoder } from 'node:string_decoder';

/**
 * CloudWatch Logs cuts an event at 256 KB. Here UTF-16 units are counted, so a line may have a few times as
 * many bytes.
 */
const MAX_LINE_LENGTH = 256 * 1024;

/**
 * Cuts a stream of bytes into lines. A multibyte character may be split across chunks, and a line ends with
 * LF or CRLF. A line longer than 256 K characters is passed on in pieces, so that memory stays bounded
 * whatever a function prints.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes and calls onLine for every line that they complete. */
  write(chunk: Buffer): void {
    this.#cut(this.#rest + this.#decoder.write(chunk));
  }

  /** Ends the stream. The remaining text is the last line. */
  end(): void {
    this.#cut(this.#rest + this.#decoder.end());
    if (this.#rest !== '') this.#emit(this.#rest);
    this.#rest = '';
  }

  #cut(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#emit(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end));
      start = end + 1;
    }
    this.#rest = this.#emitPieces(text.slice(start));
  }

  #emit(line: string): void {
    this.#onLine(this.#emitPieces(line));
  }

  /** Passes on whole pieces of the text and returns the rest. */
  #emitPieces(text: string): string {
    let rest = text;
    while (rest.length > MAX_LINE_LENGTH) {
      const length = pieceLength(rest);
      this.#onLine(rest.slice(0, length));
      rest = rest.slice(length);
    }
    return rest;
  }
}

/** The length of a piece. It never ends inside a surrogate pair. */
function pieceLength(text: string): number {
  const last = text.charCodeAt(MAX_LINE_LENGTH - 1);
  return last >= 0xd800 && last <= 0xdbff ? MAX_LINE_LENGTH - 1 : MAX_LINE_LENGTH;
}
