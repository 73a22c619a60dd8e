import type { RowGroup } from './row-group.ts';

/** For each text column, in the group's order: the bytes of texts that are new. */
export type NewTexts = readonly (readonly Uint8Array[])[];

/** Tells a group of the same plan in another thread which texts the codes of its rows stand for. */
export class NewTextsOf {
  readonly #group: RowGroup;
  /** For each column, how many texts both sides know. */
  readonly #known: number[];

  constructor(group: RowGroup) {
    this.#group = group;
    this.#known = textsOf(group).map(() => 0);
  }

  /** Copies the texts that came since the last call. */
  take(): NewTexts {
    return textsOf(this.#group).map(({ texts }, column) => {
      const known = this.#known[column]!;
      this.#known[column] = texts.size;
      return Array.from({ length: texts.size - known }, (_, i) => texts.bytesOf(known + i).slice());
    });
  }

  /** Adds texts that were taken on the other side, in the order in which they were. */
  put(newTexts: NewTexts): void {
    for (const [column, { texts }] of textsOf(this.#group).entries()) {
      // Both tables have the contract's values from the start.
      const known = this.#known[column]!;
      for (const [i, bytes] of newTexts[column]!.entries())
        if (known + i >= texts.size) texts.table.add(bytes, 0, bytes.length);
      this.#known[column] = known + newTexts[column]!.length;
    }
  }
}

const textsOf = (group: RowGroup) =>
  [...group.features, group.label].filter((column) => column.storage === 'texts');
