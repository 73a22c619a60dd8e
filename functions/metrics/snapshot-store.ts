import type { RegistryTable } from '../../lib/registry/table.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';

const PARTITION = 'METRICS';

/**
 * The one item that may exceed the bound of the others: it grows with the number of models, a few hundred
 * bytes for each, and with nothing in their data. DynamoDB takes 400 KB.
 */
const MAX_SNAPSHOT_BYTES = 390 * 1024;

/** More claims than one revision ever has. */
const MAX_CLAIMS = 2 ** 25;

/**
 * The first claim to refresh a revision. Claims are ordered by revision, not by time, so that no clock that
 * was ahead can hold others off.
 */
export const firstClaimOf = (revision: number) => revision * MAX_CLAIMS + 1;

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

  /** The number of the last claim to read CloudWatch; 0 when there is none. */
  async lastClaim(): Promise<number> {
    return Number((await this.#table.get(PARTITION, 'REVISION_CLAIM'))?.rank ?? 0);
  }

  /** @returns false when another instance has made this claim, or a later one */
  async claim(number: number): Promise<boolean> {
    return await this.#table.advance(PARTITION, 'REVISION_CLAIM', number, {});
  }

  /** @returns false, without a change, when the stored snapshot is no longer `before` */
  async replace(before: StoredSnapshot | undefined, snapshot: Snapshot): Promise<boolean> {
    const revision = (before?.revision ?? 0) + 1;
    const body = encodeSnapshot(snapshot);
    return await this.#table.advance(PARTITION, 'SNAPSHOT', revision, { body }, MAX_SNAPSHOT_BYTES);
  }
}
