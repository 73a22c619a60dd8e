import { createHash } from 'node:crypto';
import { RefusedFileError } from '../../errors.ts';

/** Size and hash of the bytes from the source, whatever they hold. */
export interface Received {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Computes a SHA-256 here or in another thread. */
export interface Sha256 {
  /** The bytes are valid until it returns, or its promise resolves. */
  update(bytes: Uint8Array): unknown;
  /** In hexadecimal digits. Call this once. */
  digest(encoding: 'hex'): string | Promise<string>;
}

/** Counts and hashes a source's bytes as they pass. */
export class ReceivedBytes {
  readonly #hash: Sha256;
  readonly #fileBytes: number;
  #sizeBytes = 0;

  /** @param fileBytes maximum size of a file */
  constructor(fileBytes: number, hash: Sha256 = createHash('sha256')) {
    this.#fileBytes = fileBytes;
    this.#hash = hash;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Passes on the chunks unchanged. @throws RefusedFileError `size`, after the last byte within the limit */
  async *through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of upTo(this.#fileBytes, 'the file', chunks)) {
      await this.#hash.update(chunk);
      this.#sizeBytes += chunk.length;
      yield chunk;
    }
  }

  /** Call this once, when the source has ended. */
  async finish(): Promise<Received> {
    return { sizeBytes: this.#sizeBytes, sha256: await this.#hash.digest('hex') };
  }
}

/**
 * Passes on the bytes within a limit, and refuses what exceeds it. So a fault within the limit, which comes
 * first in the file, is also found first.
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
