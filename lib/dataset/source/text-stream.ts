import { refuseBinary, SIGNATURE_BYTES } from './file-signature.ts';
import { beginningWith } from './first-bytes.ts';
import { inflated } from './gzip-text.ts';
import { endsLinesInCr, endsLinesInDoubledCr, lineFeedsForCr, withoutDoubledCr } from './lone-cr.ts';
import { type Received, ReceivedBytes, type Sha256, upTo } from './received-bytes.ts';
import { judgeEncoding, Utf8Converter } from './text-encoding.ts';

/** Bytes of a text that decide how its lines end. */
const LINE_END_BYTES = 64 * 1024;

export interface TextStreamOptions {
  readonly compression: 'gzip' | null;
  /** The contract's encoding: a label that `encodingOf` knows. */
  readonly encoding?: string;
  /** Maximum size of the file in bytes, both as received and inflated. */
  readonly fileBytes: number;
  /** Hashes the bytes as received; by default here. */
  readonly sha256?: Sha256 | undefined;
}

/** Facts about the bytes of a text. */
export interface TextFacts {
  readonly compression: 'gzip' | null;
  /** Name in the Encoding Standard, in lower case. */
  readonly encoding: string;
  readonly hasByteOrderMark: boolean;
  /**
   * How lines end that are rewritten. `cr` when every CR became a line feed: the text's beginning has some,
   * and no line feed. `crcrlf` when the first line ends so: a CR before another was left out.
   */
  readonly lineEnd: 'cr' | 'crcrlf' | undefined;
}

/**
 * A file's text as UTF-8 without a byte order mark, in chunks and constant memory: inflated, decoded, with
 * lines that end in LF or CRLF. A chunk is valid until the next is requested, like the source's. UTF-8 is
 * passed on as it came, unchecked and not copied. The text does not depend on how the bytes are cut into
 * chunks. The source is closed however the reading ends. It can be read once.
 *
 * Reading it throws RefusedFileError: `type` for data that is not text or damaged gzip, `encoding`, and
 * `size` for more than `fileBytes`, after everything that precedes the fault. That may hold an earlier fault:
 * read it to its end before you report this one.
 */
export class TextStream implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterable<Uint8Array>;
  readonly #options: TextStreamOptions;
  readonly #bytes: ReceivedBytes;
  #facts: TextFacts | undefined;

  constructor(chunks: AsyncIterable<Uint8Array>, options: TextStreamOptions) {
    this.#chunks = chunks;
    this.#options = options;
    this.#bytes = new ReceivedBytes(options.fileBytes, options.sha256);
  }

  /** Available from the first chunk on, or when the text ended without one. */
  get facts(): TextFacts | undefined {
    return this.#facts;
  }

  /** Bytes received so far, before inflating. */
  get receivedBytes(): number {
    return this.#bytes.sizeBytes;
  }

  /** Size and hash of the bytes as received. Call this once, when the text has ended. */
  async received(): Promise<Received> {
    return await this.#bytes.finish();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const received = this.#bytes.through(this.#chunks);
    yield* this.#withLineFeeds(this.#decoded(this.#unpacked(received)));
  }

  #unpacked(received: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const { compression, fileBytes } = this.#options;
    return compression === null ? received : upTo(fileBytes, 'the inflated file', inflated(received));
  }

  async *#decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { compression, encoding: label } = this.#options;
    let converter: Utf8Converter | undefined;
    for await (const chunk of beginningWith(SIGNATURE_BYTES, chunks)) {
      let text = chunk;
      if (!this.#facts) {
        refuseBinary(chunk, compression === null ? 'the file' : 'what the gzip file holds');
        const { encoding, markBytes } = judgeEncoding(chunk, label);
        if (encoding !== 'utf-8') converter = new Utf8Converter(encoding);
        this.#facts = { compression, encoding, hasByteOrderMark: markBytes > 0, lineEnd: undefined };
        text = chunk.subarray(markBytes);
      }
      if (converter) yield* converter.convert(text);
      else yield text;
    }
    converter?.finish();
    this.#facts ??= { compression, ...this.#ofNothing(), lineEnd: undefined };
  }

  #ofNothing() {
    const { encoding } = judgeEncoding(new Uint8Array(0), this.#options.encoding);
    return { encoding, hasByteOrderMark: false };
  }

  async *#withLineFeeds(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const chunks = beginningWith(LINE_END_BYTES + 1, text);
    const first = await chunks.next();
    if (first.done) return;
    const lineEnd = lineEndOf(first.value);
    this.#facts = { ...this.#facts!, lineEnd };
    const all = startingWith(first.value, chunks);
    if (lineEnd === 'crcrlf') yield* withoutDoubledCr(all);
    else for await (const chunk of all) yield lineEnd === 'cr' ? lineFeedsForCr(chunk) : chunk;
  }
}

function lineEndOf(start: Uint8Array): TextFacts['lineEnd'] {
  if (endsLinesInCr(start, LINE_END_BYTES)) return 'cr';
  return endsLinesInDoubledCr(start.subarray(0, LINE_END_BYTES)) ? 'crcrlf' : undefined;
}

async function* startingWith(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
