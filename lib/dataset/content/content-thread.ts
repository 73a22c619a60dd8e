import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { IngestLimits } from '../csv/limits.ts';
import { NewTextsOf } from '../rows/new-texts.ts';
import type { RowGroup } from '../rows/row-group.ts';
import type { TablePlan } from '../rows/table-plan.ts';
import type { ContentHasher, ContentSummary } from './content-hash.ts';
import type { ContentReply, ContentRequest } from './content-messages.ts';
import { ThreadSha256 } from './thread-sha256.ts';

/** Rows per message: few, so that the thread begins with a group while it is read. */
const ADDED_ROWS = 8192;

/**
 * When run from the sources, the entry point is a source file; in a bundle, lib/build puts it beside the
 * bundle.
 */
const ENTRY = import.meta.url.endsWith('.ts') ? './content-worker.ts' : './content-worker.mjs';

/**
 * Hashes a table's content in its own thread, except for the SHA-256 of the sorted digests. That is more than
 * a third of the work for a row, and it needs only the columns, which it reads where they are: both threads
 * have the table's memory. It also hashes the file's bytes: then both have about equally much to do.
 */
export class ContentThread implements ContentHasher {
  readonly #worker: Worker;
  #texts: NewTextsOf | undefined;
  #rows = 0;
  /** Banks of the rows that it has not read yet, the oldest first. */
  readonly #unread: number[] = [];
  /** Hash of the digests, which the thread sorts in the meantime. */
  readonly #hash = createHash('sha256');
  #summary: ContentSummary | undefined;
  #fault: Error | undefined;
  #waiting: (() => void)[] = [];
  /** Hashes the file's bytes. */
  readonly sha256: ThreadSha256;

  /** Starts the thread. That takes some 50 ms and does not need the table. */
  constructor() {
    this.#worker = new Worker(new URL(ENTRY, import.meta.url));
    this.sha256 = new ThreadSha256({
      ask: (request, transferred) => this.#ask(request, transferred),
      wait: (take) => this.#wait(take),
    });
    this.#worker.on('message', (reply: ContentReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      if (!this.#summary)
        this.#fail(new Error(`the thread that hashes content ended early, with code ${code}`));
    });
  }

  /** Describes the table, once, before rows are added. */
  open(group: RowGroup, plan: TablePlan, limits: IngestLimits): void {
    this.#rows = Math.min(ADDED_ROWS, group.capacity);
    this.#texts = new NewTextsOf(group);
    this.#ask({ table: { plan, limits, memory: group.kernel.memory } });
  }

  #take(reply: ContentReply): void {
    if ('areRowsRead' in reply) this.#unread.shift();
    else if ('hashed' in reply || 'sha256' in reply) this.sha256.take(reply);
    else if ('piece' in reply) {
      this.#hash.update(reply.piece);
      this.#ask({ isPieceHashed: true });
    } else this.#summary = { datasetSha256: this.#hash.digest('hex'), duplicates: reply.duplicates };
    this.#wake();
  }

  /** Keeps the first fault: the thread's end follows its error. */
  #fail(fault: Error): void {
    this.#fault ??= fault;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits until `take` finds something among the thread's replies. @throws what ended the thread */
  async #wait<T>(take: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.#fault) throw this.#fault;
      const taken = take();
      if (taken !== undefined) return taken;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  get batchRows(): number {
    return this.#rows;
  }

  /**
   * @param group the group that the thread was opened for; its rows must stay until they are released
   * @throws what ended the thread
   */
  async add(group: RowGroup, from: number, to: number): Promise<void> {
    if (this.#fault) throw this.#fault;
    for (let row = from; row < to; row += this.#rows) {
      this.#unread.push(group.bank);
      const newTexts = this.#texts!.take();
      this.#ask({ bank: group.bank, from: row, to: Math.min(to, row + this.#rows), newTexts });
    }
  }

  async release({ bank }: RowGroup): Promise<void> {
    await this.#wait(() => (this.#unread.includes(bank) ? undefined : true));
  }

  async summarise(classes: readonly string[]): Promise<ContentSummary> {
    this.#ask({ classes });
    return await this.#wait(() => this.#summary);
  }

  /**
   * Waits for the thread's end, unless its work is done: then it ends by itself, while it frees its memory.
   */
  async close(): Promise<void> {
    if (!this.#summary) await this.#worker.terminate();
  }

  #ask(request: ContentRequest, transferred: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transferred);
  }
}
