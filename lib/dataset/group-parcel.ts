import type { Feature, RowGroup } from './row-group.ts';

/** A group's columns one behind the other, as bytes, and the texts that its codes met for the first time. */
export interface GroupParcel {
  readonly rows: number;
  readonly columns: ArrayBuffer;
  /** Of each column of texts, in the group's order: those that no earlier parcel had. */
  readonly newTexts: readonly (readonly Uint8Array[])[];
}

/** How large the columns of a full group are. */
export function parcelBytes(group: RowGroup): number {
  return columnsOf(group).reduce((sum, column) => sum + group.capacity * cellBytes(column), 0);
}

/** Copies a group between two kernels that were planned alike: one that fills groups, and another that reads them. */
export class GroupParcels {
  readonly #group: RowGroup;
  /** How many texts of each column are known on both sides. */
  readonly #known: number[];

  constructor(group: RowGroup) {
    this.#group = group;
    this.#known = textsOf(group).map(() => 0);
  }

  /** Copies the group's rows into `columns`. */
  pack(columns: ArrayBuffer): GroupParcel {
    const group = this.#group;
    this.#eachColumn(group.rows, columns, (cells, packed) => packed.set(cells));
    const newTexts = textsOf(group).map(({ texts }, column) => {
      const from = this.#known[column]!;
      this.#known[column] = texts.size;
      return Array.from({ length: texts.size - from }, (_, i) => texts.bytesOf(from + i).slice());
    });
    return { rows: group.rows, columns, newTexts };
  }

  /** Makes the group what it was where the parcel was packed. Parcels must come in the order of their packing. */
  unpack({ rows, columns, newTexts }: GroupParcel): void {
    const group = this.#group;
    group.rows = rows;
    this.#eachColumn(rows, columns, (cells, packed) => cells.set(packed));
    for (const [column, { texts }] of textsOf(group).entries()) {
      // What the contract lists is in both tables from the start.
      const from = this.#known[column]!;
      for (const [i, bytes] of newTexts[column]!.entries())
        if (from + i >= texts.size) texts.table.add(bytes, 0, bytes.length);
      this.#known[column] = from + newTexts[column]!.length;
    }
  }

  #eachColumn(
    rows: number,
    columns: ArrayBuffer,
    copy: (cells: Uint8Array, packed: Uint8Array) => void,
  ): void {
    let at = 0;
    for (const column of columnsOf(this.#group)) {
      const bytes = rows * cellBytes(column);
      copy(
        this.#group.kernel.bytes.subarray(column.at, column.at + bytes),
        new Uint8Array(columns, at, bytes),
      );
      at += bytes;
    }
  }
}

const columnsOf = (group: RowGroup): readonly Feature[] => [...group.features, group.label];
const textsOf = (group: RowGroup) => columnsOf(group).filter((column) => column.kind === 'categorical');
const cellBytes = ({ kind }: Feature) => (kind === 'numeric' ? 8 : 4);
