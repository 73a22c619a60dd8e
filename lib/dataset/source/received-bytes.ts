import { createHash } from 'node:crypto';
import { RefusedFileError } from '../../errors.ts';

/** What came from the source, whatever it holds. */
export interface Received {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Counts and hashes a source's bytes on their way through. */
export class ReceivedBytes {
  readonly #hash = createHash('sha256');
  readonly #fileBytes: number;
  #sizeBytes = 0;

  /** @param fileBytes the most that a file may have */
  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Hands on the chunks as they are. @throws RefusedFileError `size`, after the last byte within the cap */
  async *through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of upTo(this.#fileBytes, 'the file', chunks)) {
      this.#hash.update(chunk);
      this.#sizeBytes += chunk.length;
      yield chunk;
    }
  }

  /** To be asked once, when the source has ended. */
  finish(): Received {
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }
}

/**
 * Hands on what is within a cap, and refuses what goes beyond it: a fault within the cap comes first in the
 * file, and so is found first.
 *
 * @param what names the bytes in the message
 * @throws RefusedFileError `size`
 */
export async function* upTo(
  maxBytes: number,
  what: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let room = maxBytes;
  for await (const chunk of chunks) {
    if (chunk.length <= room) yield chunk;
    else {
      if (room > 0) yield chunk.subarray(0, room);
      throw new RefusedFileError(
        'size',
        `${what} has more than ${maxBytes} bytes, the most that is read; split it`,
      );
    }
    room -= chunk.length;
  }
}
