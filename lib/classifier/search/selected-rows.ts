import { checkExcluded, checkExcludedOfBatch } from './checks.ts';
import type { NeighbourBatch, NeighbourSearch, Neighbours } from './types.ts';

/** A search over some rows of a table, whose answers have the rows' numbers in the table. */
export class SelectedRows implements NeighbourSearch {
  readonly rows: number;
  readonly #search: NeighbourSearch;
  readonly #selected: Int32Array;
  /** By row, its number in the inner search; -1 for a row that is not selected. */
  readonly #numbers: Int32Array;

  /**
   * @param search over the selected rows
   * @param selected their numbers, ascending
   * @param rows of the whole table
   */
  constructor(search: NeighbourSearch, selected: Int32Array, rows: number) {
    this.rows = rows;
    this.#search = search;
    this.#selected = selected;
    this.#numbers = new Int32Array(rows).fill(-1);
    for (let number = 0; number < selected.length; number++) this.#numbers[selected[number]!] = number;
  }

  get dimension(): number {
    return this.#search.dimension;
  }

  get searchableRows(): number {
    return this.#search.searchableRows;
  }

  get rowsVisited(): number {
    return this.#search.rowsVisited;
  }

  nearest(query: Float64Array, k: number, exclude = -1): Neighbours {
    checkExcluded(exclude, this.rows);
    const { rows, distances } = this.#search.nearest(query, k, exclude < 0 ? -1 : this.#numbers[exclude]!);
    return { rows: this.#original(rows), distances };
  }

  nearestBatch(queries: Float64Array, k: number, exclude?: Int32Array): NeighbourBatch {
    if (exclude !== undefined) checkExcludedOfBatch(exclude, exclude.length, this.rows);
    const inner = exclude?.map((row) => (row < 0 ? -1 : this.#numbers[row]!));
    const batch = this.#search.nearestBatch(queries, k, inner);
    return { ...batch, rows: this.#original(batch.rows) };
  }

  #original(rows: Int32Array): Int32Array {
    return rows.map((row) => (row < 0 ? row : this.#selected[row]!));
  }
}
