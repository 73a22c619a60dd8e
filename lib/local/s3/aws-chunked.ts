import { S3Error } from './s3-error.ts';

/** Longer than any valid header line of a chunk: a size, a signature of 64 digits and their names. */
const MAX_LINE_BYTES = 4096;
const LINE_FEED = 0x0a;

/** Trailing headers of a body, with names in lower case. Filled when the body has been read to its end. */
export type Trailers = Map<string, string>;

/**
 * Decodes the `aws-chunked` framing, signed or not, with or without trailers, and yields the payload's bytes.
 * Each chunk is `<hex size>[;chunk-signature=...]\r\n<bytes>\r\n`; a chunk of size 0 is followed by trailers
 * and an empty line. Signatures are not checked, because any credentials are accepted here. Throws S3Error
 * IncompleteBody when the framing is invalid or ends early. Source: "Transferring payload in multiple chunks
 * (chunked upload)", Amazon S3 API Reference.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Trailers,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new FrameReader(source);
  try {
    for (;;) {
      const sizeBytes = parseChunkSize(await reader.line());
      if (sizeBytes === 0) break;
      yield* reader.bytes(sizeBytes);
      if ((await reader.line()) !== '') throw broken('expected a line break after a chunk');
    }
    await readTrailers(reader, trailers);
  } finally {
    await reader.close();
  }
}

function parseChunkSize(line: string): number {
  const [size = ''] = line.split(';', 1);
  // Eleven hexadecimal digits are 16 TiB, which a number holds exactly.
  if (!/^[0-9a-fA-F]{1,11}$/.test(size)) throw broken('expected the size of a chunk in hexadecimal');
  return Number.parseInt(size, 16);
}

/**
 * Signed bodies end with the trailer's signature, unsigned ones with an empty line. Some clients omit that
 * line.
 */
async function readTrailers(reader: FrameReader, trailers: Trailers): Promise<void> {
  for (;;) {
    const line = await reader.lineOrEnd();
    if (line === undefined) return;
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new S3Error('MalformedTrailerError', 'A trailer must be of the form name:value.');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function broken(reason: string): S3Error {
  return new S3Error('IncompleteBody', `The aws-chunked framing of the request body is broken: ${reason}.`);
}

/** Reads lines and runs of bytes from a stream of buffers. It keeps at most one buffer and one line. */
class FrameReader {
  readonly #source: AsyncIterator<Buffer>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw broken('it ends before its last chunk');
    return line;
  }

  /** The next line without its line break, or undefined at the end of the stream. */
  async lineOrEnd(): Promise<string | undefined> {
    let head = Buffer.alloc(0);
    for (;;) {
      const end = this.#pending.indexOf(LINE_FEED);
      head = Buffer.concat([head, end < 0 ? this.#pending : this.#pending.subarray(0, end)]);
      if (head.length > MAX_LINE_BYTES) throw broken(`a line is longer than ${MAX_LINE_BYTES} bytes`);
      this.#pending = this.#pending.subarray(end < 0 ? this.#pending.length : end + 1);
      if (end >= 0) return head.toString('latin1').replace(/\r$/, '');
      if (!(await this.#pull())) {
        if (head.length > 0) throw broken('it ends within a line');
        return undefined;
      }
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer, void, undefined> {
    let left = count;
    while (left > 0) {
      if (this.#pending.length === 0 && !(await this.#pull())) throw broken('it ends within a chunk');
      const piece = this.#pending.subarray(0, left);
      this.#pending = this.#pending.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  /** Releases the source, so that others can drain it. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #pull(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#pending = next.value;
    return true;
  }
}
