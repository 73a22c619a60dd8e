import type { Feature, RowGroup } from './row-group.ts';

/**
 * Some rows of a group: the bytes of its columns, one after the other, and the texts that are new in them.
 */
export interface GroupParcel {
  readonly rows: number;
  readonly columns: ArrayBuffer;
  /** For each text column, in the group's order: the texts that no earlier parcel had. */
  readonly newTexts: readonly (readonly Uint8Array[])[];
}

/** Bytes of all columns of that many rows. */
export function parcelBytes(group: RowGroup, rows: number): number {
  return columnsOf(group).reduce((sum, column) => sum + rows * cellBytes(column), 0);
}

/** Copies rows between two kernels with the same column plans: one fills groups, the other reads them. */
export class GroupParcels {
  readonly #group: RowGroup;
  /** For each column, how many texts both sides know. */
  readonly #known: number[];

  constructor(group: RowGroup) {
    this.#group = group;
    this.#known = textsOf(group).map(() => 0);
  }

  /** Copies the group's rows [from, to) into `columns`. */
  pack(from: number, to: number, columns: ArrayBuffer): GroupParcel {
    this.#eachColumn(from, to, columns, (cells, packed) => packed.set(cells));
    const newTexts = textsOf(this.#group).map(({ texts }, column) => {
      const known = this.#known[column]!;
      this.#known[column] = texts.size;
      return Array.from({ length: texts.size - known }, (_, i) => texts.bytesOf(known + i).slice());
    });
    return { rows: to - from, columns, newTexts };
  }

  /**
   * Replaces the group's rows with those of the parcel. Parcels must arrive in the order in which they were
   * packed.
   */
  unpack({ rows, columns, newTexts }: GroupParcel): void {
    const group = this.#group;
    group.rows = rows;
    this.#eachColumn(0, rows, columns, (cells, packed) => cells.set(packed));
    for (const [column, { texts }] of textsOf(group).entries()) {
      // Both tables have the contract's values from the start.
      const known = this.#known[column]!;
      for (const [i, bytes] of newTexts[column]!.entries())
        if (known + i >= texts.size) texts.table.add(bytes, 0, bytes.length);
      this.#known[column] = known + newTexts[column]!.length;
    }
  }

  #eachColumn(
    from: number,
    to: number,
    columns: ArrayBuffer,
    copy: (cells: Uint8Array, packed: Uint8Array) => void,
  ): void {
    const { bytes } = this.#group.kernel;
    let packedAt = 0;
    for (const column of columnsOf(this.#group)) {
      const cell = cellBytes(column);
      const length = (to - from) * cell;
      const at = column.at + from * cell;
      copy(bytes.subarray(at, at + length), new Uint8Array(columns, packedAt, length));
      packedAt += length;
    }
  }
}

const columnsOf = (group: RowGroup): readonly Feature[] => [...group.features, group.label];
const textsOf = (group: RowGroup) => columnsOf(group).filter((column) => column.storage === 'texts');
const cellBytes = ({ storage }: Feature) => (storage === 'numbers' ? 8 : 4);
