import { createGunzip } from 'node:zlib';
import { RefusedFileError } from '../../errors.ts';
import { signatureOf } from './file-signature.ts';
import { inPieces } from './first-bytes.ts';

/** Bytes inflated at a time. A fault is known to lie within such a piece. */
const PIECE_BYTES = 16 * 1024;
/** Size of the inflated pieces. */
const INFLATED_BYTES = 256 * 1024;

/**
 * Inflates gzip of one or more members as a stream. Zeros after the last member are padding, as in gzip
 * itself (tapes and block devices add them). The source is read no faster than its text is consumed, and is
 * closed however the reading ends. Where chunks end changes nothing: neither the text before a fault, nor the
 * fault.
 *
 * @throws RefusedFileError `type` for data that is not gzip, is damaged, truncated, or followed by something
 *   else, with the position
 * @throws whatever the source throws
 */
export async function* inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater();
  try {
    for await (const piece of inPieces(PIECE_BYTES, chunks)) yield* inflater.take(piece);
    yield* inflater.finish();
  } finally {
    inflater.close();
  }
}

/**
 * Returns all output of a piece of gzip before it takes the next: a stream that fails drops output that
 * nobody has read yet.
 */
class Inflater {
  readonly #gunzip = createGunzip({ chunkSize: INFLATED_BYTES });
  #fault: NodeJS.ErrnoException | undefined;
  /** Set when zlib takes no more: at the end, or at a zero after a member. */
  #isEnded = false;
  /** Compressed bytes before the piece that is being inflated, and up to its end. */
  #from = 0;
  #to = 0;
  /** Called when there may be something to do. */
  #wake = () => {};

  constructor() {
    this.#gunzip.on('readable', () => this.#wake());
    this.#gunzip.on('end', () => {
      this.#isEnded = true;
      this.#wake();
    });
    this.#gunzip.on('error', (error) => {
      this.#fault = error;
      this.#wake();
    });
  }

  async *take(piece: Uint8Array): AsyncGenerator<Uint8Array> {
    if (this.#to === 0) refuseOthers(piece);
    this.#from = this.#to;
    this.#to += piece.length;
    if (!this.#isEnded) yield* this.#outputOf((done) => this.#gunzip.write(piece, done));
    this.#checkRest(piece);
  }

  async *finish(): AsyncGenerator<Uint8Array> {
    // A file without a byte is an empty file, not damaged gzip.
    if (this.#isEnded || this.#to === 0) return;
    // The callback of end() runs before the last bytes are checked, so only the event is reliable.
    yield* this.#outputOf(() => this.#gunzip.end());
  }

  /** Checks the rest: zlib stops at a zero after a member, and leaves what follows unread. */
  #checkRest(piece: Uint8Array): void {
    const unread = piece.subarray(Math.max(0, this.#gunzip.bytesWritten - this.#from));
    if (unread.some((byte) => byte !== 0)) throw this.#damaged(new Error('bytes after the end'));
    if (unread.length > 0) this.#isEnded = true;
  }

  close(): void {
    this.#gunzip.destroy();
  }

  async *#outputOf(start: (done: (error?: Error | null) => void) => void): AsyncGenerator<Uint8Array> {
    let isDone = false;
    start((error) => {
      this.#fault ??= error ?? undefined;
      isDone = true;
      this.#wake();
    });
    for (;;) {
      const output = this.#gunzip.read() as Uint8Array | null;
      if (output !== null) yield output;
      else if (this.#fault) throw this.#damaged(this.#fault);
      else if (isDone || this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #damaged(error: NodeJS.ErrnoException): RefusedFileError {
    const isCut = error.code === 'Z_BUF_ERROR';
    const place = isCut
      ? `ends too early, after ${this.#to} bytes`
      : `is damaged between its bytes ${this.#from} and ${this.#to}`;
    const message = `the gzip file ${place} (${error.message}); compress it again and upload it whole`;
    return new RefusedFileError('type', message, { cause: error });
  }
}

function refuseOthers(head: Uint8Array): void {
  const found = signatureOf(head);
  if (found?.name === 'gzip') return;
  const [what, remedy] = found ? [found.name, found.remedy] : ['not gzip', 'name it .csv if it is text'];
  throw new RefusedFileError('type', `the file is named .csv.gz and is ${what}; ${remedy}`);
}
