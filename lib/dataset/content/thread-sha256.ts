import type { Sha256 } from '../source/received-bytes.ts';
import type { ContentReply, ContentRequest } from './content-messages.ts';

/** Bytes passed on at a time: few enough for the processor's cache. */
const BLOCK_BYTES = 256 * 1024;
/** Blocks in progress. The thread takes them between rows, so some must wait. */
const BLOCKS = 16;

/** What a thread's work needs of it. */
export interface ThreadLine {
  ask(request: ContentRequest, transferred?: ArrayBuffer[]): void;
  /** Waits until `take` finds something among the thread's replies. @throws what ended the thread */
  wait<T>(take: () => T | undefined): Promise<T>;
}

/** A SHA-256 that the thread computes. It copies the bytes, because their source uses their memory again. */
export class ThreadSha256 implements Sha256 {
  readonly #line: ThreadLine;
  readonly #free: ArrayBuffer[] = [];
  #blocks = 0;
  #block: ArrayBuffer | undefined;
  #filled = 0;
  #digest: string | undefined;

  constructor(line: ThreadLine) {
    this.#line = line;
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length; ) {
      this.#block ??= this.#newBlock() ?? (await this.#line.wait(() => this.#free.pop()));
      const part = bytes.subarray(taken, taken + BLOCK_BYTES - this.#filled);
      new Uint8Array(this.#block).set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === BLOCK_BYTES) this.#pass();
    }
  }

  #newBlock(): ArrayBuffer | undefined {
    if (this.#free.length > 0 || this.#blocks === BLOCKS) return undefined;
    this.#blocks++;
    return new ArrayBuffer(BLOCK_BYTES);
  }

  #pass(): void {
    if (!this.#block) return;
    this.#line.ask({ toHash: this.#block, bytes: this.#filled }, [this.#block]);
    this.#block = undefined;
    this.#filled = 0;
  }

  async digest(): Promise<string> {
    this.#pass();
    this.#line.ask({ isHashed: true });
    return await this.#line.wait(() => this.#digest);
  }

  /** Takes the thread's reply: memory that is free again, or the end. */
  take(reply: Extract<ContentReply, { hashed: ArrayBuffer } | { sha256: string }>): void {
    if ('hashed' in reply) this.#free.push(reply.hashed);
    else this.#digest = reply.sha256;
  }
}
