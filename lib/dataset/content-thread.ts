import { Worker } from 'node:worker_threads';
import type { ContentHasher, ContentSummary } from './content-hash.ts';
import { type GroupParcel, GroupParcels, parcelBytes } from './group-parcel.ts';
import type { TablePlan } from './infer-plan.ts';
import type { IngestLimits } from './limits.ts';
import type { RowGroup } from './row-group.ts';
import { compiledKernel } from './table-kernel.ts';

/** What the thread has to know of the table. */
export interface ContentTable {
  readonly plan: TablePlan;
  readonly limits: IngestLimits;
  /** The functions that the table's kernel runs. */
  readonly kernel: object;
}
export type ContentRequest = GroupParcel | { readonly classes: readonly string[] };
/** Memory of a parcel, which is free again, or the end. */
export type ContentReply = { readonly columns: ArrayBuffer } | { readonly summary: ContentSummary };

/** Rows that are handed over at a time: few enough for the processor's cache, which a whole group would flush. */
const PARCEL_ROWS = 8192;
/** Of a wide table they are fewer, so that all parcels together stay below 18 MiB. */
const PARCEL_BYTES = 2 * 1024 * 1024;
/** A whole group of a narrow table may be under way, and the reading goes on. */
const PARCELS = 9;

/** Run from the sources, the thread's entry point is one of them; in a bundle it is one that esbuild.config.mjs puts beside. */
const ENTRY = import.meta.url.endsWith('.ts') ? './content-worker.ts' : './content-worker.mjs';

/**
 * Hashes a table's content in a thread of its own. That is about half of the work that a row needs, and it needs nothing but the
 * columns: copying these (92 bytes a row of the benchmark, where hashing takes some 400 ns) keeps both sides' memory their own.
 */
export class ContentThread implements ContentHasher {
  readonly #worker: Worker;
  readonly #parcels: GroupParcels;
  readonly #rows: number;
  readonly #free: ArrayBuffer[];
  #summary: ContentSummary | undefined;
  #fault: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(group: RowGroup, plan: TablePlan, limits: IngestLimits) {
    const fit = Math.floor(PARCEL_BYTES / parcelBytes(group, 1));
    this.#rows = Math.max(1, Math.min(PARCEL_ROWS, group.capacity, fit));
    this.#parcels = new GroupParcels(group);
    const bytes = parcelBytes(group, this.#rows);
    this.#free = Array.from({ length: PARCELS }, () => new ArrayBuffer(bytes));
    const table: ContentTable = {
      plan,
      limits: { ...limits, rowGroupRows: this.#rows },
      kernel: compiledKernel(),
    };
    this.#worker = new Worker(new URL(ENTRY, import.meta.url), { workerData: table });
    this.#worker.on('message', (reply: ContentReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) =>
      this.#fail(new Error(`the thread that hashes content ended early, with code ${code}`)),
    );
  }

  #take(reply: ContentReply): void {
    if ('columns' in reply) this.#free.push(reply.columns);
    else this.#summary = reply.summary;
    this.#wake();
  }

  /** The first fault is the one to report: the thread's end follows its error. */
  #fail(fault: Error): void {
    this.#fault ??= fault;
    this.#wake();
  }

  /** Waits until there is something to take from what the thread gave. @throws what ended it */
  async #wait<T>(take: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.#fault) throw this.#fault;
      const taken = take();
      if (taken !== undefined) return taken;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** @param group the one that the thread was started for */
  async add(group: RowGroup): Promise<void> {
    for (let from = 0; from < group.rows; from += this.#rows) {
      const columns = await this.#wait(() => this.#free.pop());
      const to = Math.min(group.rows, from + this.#rows);
      this.#ask(this.#parcels.pack(from, to, columns), [columns]);
    }
  }

  async summarise(classes: readonly string[]): Promise<ContentSummary> {
    this.#ask({ classes });
    return await this.#wait(() => this.#summary);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(request: ContentRequest, transferred: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transferred);
  }
}
