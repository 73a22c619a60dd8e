// The messages between a supervisor and a function's process, over a stream of bytes: a JSON head and a text
// body, each with its length before it. HTTP is not used: for a small handler, HTTP costs either side more
// than the handler does.

/** The file descriptor of that stream in a function's process. */
export const CHANNEL_FD = 3;

/** The largest answer of a function: six MiB, and the hundred bytes of envelope that Lambda allows on top. */
export const MAX_RESPONSE_BYTES = 6_291_556;

/** Two lengths in bytes, 32 bits each, little endian. */
const LENGTHS_BYTES = 8;

/**
 * One message, to be written at once.
 *
 * @param {unknown} head is written as JSON
 * @param {string} body
 */
export function frame(head, body) {
  const headText = JSON.stringify(head);
  const headBytes = Buffer.byteLength(headText);
  const bodyBytes = Buffer.byteLength(body);
  const bytes = Buffer.allocUnsafe(LENGTHS_BYTES + headBytes + bodyBytes);
  bytes.writeUInt32LE(headBytes, 0);
  bytes.writeUInt32LE(bodyBytes, 4);
  bytes.write(headText, LENGTHS_BYTES);
  bytes.write(body, LENGTHS_BYTES + headBytes);
  return bytes;
}

/** Assembles messages from the chunks of a stream. */
export class FrameReader {
  #onFrame;
  /** @type {Buffer[]} */ #chunks = [];
  #sizeBytes = 0;
  #wantedBytes = LENGTHS_BYTES;

  /** @param {(head: any, body: Buffer) => void} onFrame called for every whole message, in order */
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes the next bytes. They are joined only when they may hold a whole message: an event may be 6 MB, in
   * pieces of 64 KB.
   *
   * @param {Buffer} chunk
   */
  read(chunk) {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes < this.#wantedBytes) return;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (let size = sizeOf(rest); ; size = sizeOf(rest)) {
      this.#wantedBytes = size;
      if (rest.length < size) break;
      const bodyStart = LENGTHS_BYTES + rest.readUInt32LE(0);
      const message = rest;
      rest = rest.subarray(size);
      this.#onFrame(
        JSON.parse(message.toString('utf8', LENGTHS_BYTES, bodyStart)),
        message.subarray(bodyStart, size),
      );
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#sizeBytes = rest.length;
  }
}

/**
 * The size of the message at the start of the bytes, or of its lengths when these are incomplete.
 *
 * @param {Buffer} bytes
 */
function sizeOf(bytes) {
  if (bytes.length < LENGTHS_BYTES) return LENGTHS_BYTES;
  return LENGTHS_BYTES + bytes.readUInt32LE(0) + bytes.readUInt32LE(4);
}
