import type { RegistryTable } from '../../lib/registry/table.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';

const PARTITION = 'METRICS';

/** A snapshot, and which of the writes of its item it came with. */
export interface StoredSnapshot {
  readonly revision: number;
  readonly snapshot: Snapshot;
}

/**
 * The one snapshot that all instances share. What is served was stored before, and each one stored is made from the one before it, so that no
 * scrape shows less than an earlier one, whichever instances answer.
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
   * Asks to be the one that reads CloudWatch in this interval.
   *
   * @returns false when another instance is, or was
   */
  async claim(nowMs: number, refreshSeconds: number): Promise<boolean> {
    const intervalMs = refreshSeconds * 1000;
    // When it began rather than its number: another interval may be configured one day.
    const beganMs = Math.floor(nowMs / intervalMs) * intervalMs;
    return await this.#table.advance(PARTITION, 'CLAIM', beganMs, {});
  }

  /** @returns false when another snapshot than the one given stands there by now: nothing is changed */
  async replace(before: StoredSnapshot | undefined, snapshot: Snapshot): Promise<boolean> {
    const revision = (before?.revision ?? 0) + 1;
    return await this.#table.advance(PARTITION, 'SNAPSHOT', revision, { body: encodeSnapshot(snapshot) });
  }
}
