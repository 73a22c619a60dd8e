import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { IngestLimits } from '../csv/limits.ts';
import { GroupParcels, parcelBytes } from '../rows/group-parcel.ts';
import type { RowGroup } from '../rows/row-group.ts';
import type { TablePlan } from '../rows/table-plan.ts';
import type { ContentHasher, ContentSummary } from './content-hash.ts';
import type { ContentReply, ContentRequest } from './content-messages.ts';
import { ThreadSha256 } from './thread-sha256.ts';

/** Rows per parcel: few enough for the processor's cache, which a whole group would flush. */
const PARCEL_ROWS = 8192;
/** Limit for wide tables, so that all parcels together stay below 24 MiB. */
const PARCEL_BYTES = 2 * 1024 * 1024;
/**
 * Parcels in progress while reading continues. They hold more than one group of a narrow table, which may be
 * read before the thread has started.
 */
const PARCELS = 12;

/**
 * When run from the sources, the entry point is a source file; in a bundle, lib/build puts it beside the
 * bundle.
 */
const ENTRY = import.meta.url.endsWith('.ts') ? './content-worker.ts' : './content-worker.mjs';

/**
 * Hashes a table's content in its own thread, except for the SHA-256 of the sorted digests. That is more than
 * a third of the work for a row, and it needs only the columns. Copying them (92 bytes a row of the
 * benchmark, where hashing takes some 200 ns) keeps the memory of both threads separate. It also hashes the
 * file's bytes: then both threads have about equally much to do.
 */
export class ContentThread implements ContentHasher {
  readonly #worker: Worker;
  #parcels: GroupParcels | undefined;
  #rows = 0;
  #free: ArrayBuffer[] = [];
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
    const fit = Math.floor(PARCEL_BYTES / parcelBytes(group, 1));
    this.#rows = Math.max(1, Math.min(PARCEL_ROWS, group.capacity, fit));
    this.#parcels = new GroupParcels(group);
    const bytes = parcelBytes(group, this.#rows);
    this.#free = Array.from({ length: PARCELS }, () => new ArrayBuffer(bytes));
    this.#ask({ table: { plan, limits: { ...limits, rowGroupRows: this.#rows } } });
  }

  #take(reply: ContentReply): void {
    if ('columns' in reply) this.#free.push(reply.columns);
    else if ('hashed' in reply || 'sha256' in reply) this.sha256.take(reply);
    else if ('block' in reply) {
      this.#hash.update(new Uint8Array(reply.block, 0, reply.bytes));
      this.#ask({ block: reply.block }, [reply.block]);
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

  /** @param _group the group that the thread was opened for */
  async add(_group: RowGroup, from: number, to: number): Promise<void> {
    for (let row = from; row < to; row += this.#rows) {
      const columns = await this.#wait(() => this.#free.pop());
      this.#ask(this.#parcels!.pack(row, Math.min(to, row + this.#rows), columns), [columns]);
    }
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
