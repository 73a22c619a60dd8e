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

/** One on its way or being filled, while the other waits for the thread to take it over. */
const PARCELS = 2;

/** Run from the sources, the thread's entry point is one of them; in a bundle it is one that esbuild.config.mjs puts beside. */
const ENTRY = import.meta.url.endsWith('.ts') ? './content-worker.ts' : './content-worker.mjs';

/**
 * Hashes a table's content in a thread of its own. That is about half of the work that a row needs, and it needs nothing but the
 * columns: copying these (88 bytes a row, where hashing takes about 300 ns) keeps both sides' memory their own.
 */
export class ContentThread implements ContentHasher {
  readonly #worker: Worker;
  readonly #parcels: GroupParcels;
  readonly #free: ArrayBuffer[];
  #summary: ContentSummary | undefined;
  #fault: Error | undefined;
  #wake: () => void = () => undefined;

  /** @param group whose rows are handed over */
  constructor(group: RowGroup, plan: TablePlan, limits: IngestLimits) {
    const table: ContentTable = { plan, limits, kernel: compiledKernel() };
    this.#parcels = new GroupParcels(group);
    this.#free = Array.from({ length: PARCELS }, () => new ArrayBuffer(parcelBytes(group)));
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

  /** Waits for the thread. @throws what ended it */
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

  /** Hands the group's rows over. The group may be filled again when the promise resolves. */
  async add(): Promise<void> {
    const columns = await this.#wait(() => this.#free.pop());
    this.#ask(this.#parcels.pack(columns), [columns]);
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
