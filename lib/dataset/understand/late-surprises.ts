import { shown } from '../../text-safety.ts';
import type { RejectionCode } from '../csv/codes.ts';
import type { RejectionTally } from '../rows/rejection-tally.ts';
import type { NumbersFeature, RowGroup } from '../rows/row-group.ts';
import { type Findings, NO_FINDINGS, type PlannedTable } from './plan-table.ts';
import { RowNumberWatch } from './row-numbers.ts';

/** For each rejection code, the kind that the rejected cells' column was taken for. */
const BEGAN_AS: Readonly<Partial<Record<RejectionCode, string>>> = {
  range: 'numbers',
  number: 'numbers',
  date: 'dates',
};

/** Numbers with at most this many distinct values may be codes. Later texts in the column prove it. */
const MAX_CODES = 20;

/** Thrown when the rest of a file contradicts its sample. The file must be read again with these findings. */
export class ReadAgain extends Error {
  readonly findings: Findings;

  constructor(findings: Findings) {
    super('the file is to be read again, with what its first reading found');
    this.findings = findings;
  }
}

/**
 * Detects what a sample could not show: texts in a column of numbers or dates, and integers that number the
 * rows.
 */
export class LateSurprises {
  readonly #planned: PlannedTable;
  readonly #pinned: ReadonlySet<string>;
  readonly #watches: readonly { readonly column: NumbersFeature; readonly watch: RowNumberWatch }[];
  /** Distinct values of each column of numbers, until they are too many. */
  readonly #values = new Map<NumbersFeature, Set<number>>();

  /** @param pinned columns whose reading the contract sets */
  constructor(group: RowGroup, planned: PlannedTable, pinned: ReadonlySet<string>) {
    this.#planned = planned;
    this.#pinned = pinned;
    const numbers = [...group.features, ...group.watched].filter((feature) => feature.storage === 'numbers');
    this.#watches = numbers
      .filter(({ fileColumn }) => planned.watched.includes(fileColumn))
      .map((column) => ({ column, watch: new RowNumberWatch() }));
    for (const column of numbers) if (!pinned.has(column.name)) this.#values.set(column, new Set());
  }

  /** Examines the rows of a full group. */
  watch({ rows }: RowGroup): void {
    for (const { column, watch } of this.#watches) watch.add(column.values.subarray(0, rows));
    for (const [column, values] of this.#values) {
      for (let row = 0; row < rows && values.size <= MAX_CODES; row++) {
        const value = column.values[row]!;
        if (!Number.isNaN(value)) values.add(value);
      }
      if (values.size > MAX_CODES) this.#values.delete(column);
    }
  }

  /**
   * Columns with too many rejected cells that are categories after all: their numbers are few, or their texts
   * came after the sample. Undefined when there are none.
   *
   * @param most maximum number of rejected cells of a column
   */
  widened(tally: RejectionTally, most: number): Findings | undefined {
    const widened = new Map<string, string>();
    for (const { column, code, cells: count, example } of tally.groups) {
      const began = BEGAN_AS[code];
      if (began === undefined || count <= most || this.#pinned.has(column)) continue;
      const isFew = [...this.#values.keys()].some(({ name }) => name === column);
      if (!isFew && this.#planned.mixed.has(column)) continue;
      widened.set(
        column,
        `column ${shown(column)} began as ${began}, but ${count} cells are none, such as ${shown(example.value)} in line ${example.line}; it is read as categorical, and the file was read a second time`,
      );
    }
    return widened.size === 0 ? undefined : { ...NO_FINDINGS, widened };
  }

  /**
   * Columns for which the whole file and its sample disagree whether their integers number the rows;
   * undefined for none.
   */
  rowNumbers(): Findings | undefined {
    const rowNumbers = new Map<string, boolean>();
    for (const { column, watch } of this.#watches)
      if (watch.numbersRows !== column.isWatched) rowNumbers.set(column.name, watch.numbersRows);
    return rowNumbers.size === 0 ? undefined : { ...NO_FINDINGS, rowNumbers };
  }
}
