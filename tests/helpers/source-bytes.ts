import { TextStream, type TextStreamOptions } from '../../lib/dataset/source/text-stream.ts';
import { RefusedFileError } from '../../lib/errors.ts';

/** A text with what was understood of its bytes. */
export interface ReadText {
  readonly text: string;
  readonly stream: TextStream;
}

const PLAIN: TextStreamOptions = { compression: null, fileBytes: 1 << 30 };

/**
 * A source that yields the same memory each time, as file reads do. Code that still reads a chunk after it
 * requests the next one then sees wrong bytes. The source records how it ended.
 */
export class ReusingSource implements AsyncIterable<Uint8Array> {
  isEnded = false;
  given = 0;
  readonly #bytes: Uint8Array;
  readonly #sizes: readonly number[];

  /** @param sizes of the chunks, in turn */
  constructor(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]) {
    this.#bytes = bytes;
    this.#sizes = sizes.length > 0 && sizes.some((size) => size > 0) ? sizes : [bytes.length];
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const memory = new Uint8Array(Math.max(1, ...this.#sizes));
    try {
      for (let at = 0, turn = 0; at < this.#bytes.length; turn++) {
        const chunk = this.#bytes.subarray(at, at + this.#sizes[turn % this.#sizes.length]!);
        memory.fill(0x21);
        memory.set(chunk);
        at += chunk.length;
        this.given = at;
        yield memory.subarray(0, chunk.length);
      }
      memory.fill(0x21);
    } finally {
      this.isEnded = true;
    }
  }
}

/** The text of a file, read to its end. */
export async function textOf(
  source: AsyncIterable<Uint8Array>,
  options: Partial<TextStreamOptions> = {},
): Promise<ReadText> {
  const stream = new TextStream(source, { ...PLAIN, ...options });
  const parts: Buffer[] = [];
  for await (const chunk of stream) parts.push(Buffer.from(chunk));
  return { text: Buffer.concat(parts).toString(), stream };
}

/** The refusal that reading gets; a text that is read is a failed test. */
export async function textRefusal(
  bytes: Uint8Array,
  options: Partial<TextStreamOptions> = {},
): Promise<RefusedFileError> {
  return await refusalFrom(textOf(new ReusingSource(bytes, [1000]), options));
}

/** The refusal that a promise ends in; anything else is a failed test. */
export async function refusalFrom(reading: Promise<unknown>): Promise<RefusedFileError> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof RefusedFileError) return error;
    throw error;
  }
  throw new Error('expected a refusal, and it was read');
}
