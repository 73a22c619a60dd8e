import type { RegistryTable } from '../../lib/registry/table.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';

const PARTITION = 'METRICS';

/**
 * The one item that may exceed the bound of the others: it grows with the number of models, a few hundred bytes
 * for each, and with nothing in their data. DynamoDB takes 400 KB.
 */
const MAX_SNAPSHOT_BYTES = 390 * 1024;

/** A snapshot and the number of the write that stored it. */
export interface StoredSnapshot {
  readonly revision: number;
  readonly snapshot: Snapshot;
}

/**
 * The one snapshot that all instances share. A snapshot is stored before it is served, and is built from the
 * previous one, so that no scrape shows less than an earlier one, whichever instances answer.
 */
export class SnapshotStore {
  readonly #table: RegistryTable;

  constructor(table: RegistryTable) {
    this.#table = table;
  }

  async read(): Promise<StoredSnapshot | undefined> {
    const item = await this.#table.get(PARTITION, 'SNAPSHOT');
    if (!item) return undefined;
    return { revision: item.rank as number, snapshot: decodeSnapshot(item.body as Uint8Array) };
  }

  /**
   * Claims the reading of CloudWatch in this interval.
   *
   * @returns false when another instance has claimed it
   */
  async claim(nowMs: number, refreshSeconds: number): Promise<boolean> {
    const intervalMs = refreshSeconds * 1000;
    // The start of the interval rather than its number, because the interval's length may be configured
    // differently one day.
    const beganMs = Math.floor(nowMs / intervalMs) * intervalMs;
    return await this.#table.advance(PARTITION, 'CLAIM', beganMs, {});
  }

  /** @returns false, without a change, when the stored snapshot is no longer `before` */
  async replace(before: StoredSnapshot | undefined, snapshot: Snapshot): Promise<boolean> {
    const revision = (before?.revision ?? 0) + 1;
    const body = encodeSnapshot(snapshot);
    return await this.#table.advance(PARTITION, 'SNAPSHOT', revision, { body }, MAX_SNAPSHOT_BYTES);
  }
}
