import type { Model } from '../classifier/model.ts';
import type { CellFault, ReadCell } from '../columns/cells.ts';
import { CELLS } from '../columns/file-kinds.ts';
import { type FeatureCode, isNumbersKind } from '../columns/kinds.ts';
import type { ReadingContext } from '../columns/reading.ts';
import type { RawValue } from '../columns/storage.ts';
import type { CsvScanner } from '../dataset/csv/csv-scanner.ts';
import { shortened } from '../dataset/rows/rejects-writer.ts';
import { withoutBlanks } from '../dataset/understand/column-texts.ts';
import { RefusedFileError } from '../errors.ts';
import { firstOf } from '../text-safety.ts';

/** Why a row has no prediction: its first fault, in the order of the file's columns. */
export interface RowFault {
  readonly line: number;
  /** The column's name; empty when the fault is not in one column. */
  readonly column: string;
  /** A code of rejects.csv, or `missing` for a gap that the contract refuses. */
  readonly code: string;
  /** What was expected, for people. */
  readonly reason: string;
  readonly value: string;
}

/** A feature's column in a file. */
interface FeatureCells {
  readonly code: FeatureCode;
  readonly column: number;
  /** Index of the feature in the model. */
  readonly position: number;
  readonly read: ReadCell;
}

/** Reads the values that a model needs from a file's rows, by the same rules as ingestion. */
export class RowValues {
  readonly #missing: ReadonlySet<string>;
  /** In file order. */
  readonly #features: readonly FeatureCells[];
  /** Those that are numbers. */
  readonly #numbers: readonly FeatureCells[];
  readonly #values: RawValue[];

  /**
   * @param names the file's columns
   * @param decimal the file's decimal mark
   * @throws RefusedFileError `columns` that names all columns that the model needs and the file lacks
   */
  constructor(model: Model, names: readonly string[], line: number, decimal: ReadingContext['decimal']) {
    const absent = model.features.filter(({ name }) => !names.includes(name));
    if (absent.length > 0) throw lacking(absent, model.features.length, names, line);
    const missing = new Set(['', ...model.meta.missing_tokens]);
    const { table } = model.encoder.data;
    this.#missing = missing;
    this.#features = model.features
      .map((code, position) => ({
        code,
        column: names.indexOf(code.name),
        position,
        read: CELLS[code.type].reader(code, table, missing, decimal),
      }))
      .sort((a, b) => a.column - b.column);
    this.#numbers = this.#features.filter(({ code }) => code.type === 'numeric');
    this.#values = model.features.map(() => null);
  }

  /** Whether a text stands for "no value". */
  isMissing(text: string): boolean {
    return this.#missing.has(text);
  }

  /**
   * Reads one record that has as many fields as the header.
   *
   * @param cells its texts, in file order
   * @returns the values in the model's order, or the row's fault. The next call reuses the array.
   */
  read(scan: CsvScanner, bytes: Uint8Array, record: number, cells: readonly string[]): RawValue[] | RowFault {
    const first = scan.recordFirst[record]!;
    for (const { code, column, position, read } of this.#features) {
      const text = textOf(code, cells[column]!);
      const field = first + column;
      const value = read(text, bytes, scan.starts[field]!, scan.ends[field]!);
      const fault = value === null ? gapIn(code) : typeof value === 'object' ? value : null;
      if (fault !== null)
        return { line: scan.recordLine[record]!, column: code.name, value: shortened(text), ...fault };
      this.#values[position] = value as RawValue;
    }
    return this.#values;
  }

  /**
   * Reads the numbers among the values of any record, also of one that does not fit the header.
   *
   * @returns one for each of `numberColumns`, null where there is none that can be read
   */
  numbers(scan: CsvScanner, bytes: Uint8Array, record: number, cells: readonly string[]): (number | null)[] {
    const first = scan.recordFirst[record]!;
    return this.#numbers.map(({ code, column, read }) => {
      const cell = cells[column];
      if (cell === undefined) return null;
      const field = first + column;
      const value = read(textOf(code, cell), bytes, scan.starts[field]!, scan.ends[field]!);
      return typeof value === 'number' ? value : null;
    });
  }
}

/** A file's columns that hold features that are numbers, in file order. */
export const numberColumns = (model: Model, names: readonly string[]): number[] =>
  model.features
    .filter(({ type }) => type === 'numeric')
    .map(({ name }) => names.indexOf(name))
    .sort((a, b) => a - b);

const textOf = ({ type }: FeatureCode, cell: string) =>
  isNumbersKind(type) && isPadded(cell) ? withoutBlanks(cell) : cell;

/** Whether blanks stand around a text, which only quotes leave there. */
const isPadded = (cell: string) => cell.charCodeAt(0) <= 0x20 || cell.charCodeAt(cell.length - 1) <= 0x20;

const REFUSED_GAP: CellFault = {
  code: 'missing',
  reason: 'no value, but the contract of the training data has "nullable": false',
};

const gapIn = ({ required }: FeatureCode): CellFault | null => (required ? REFUSED_GAP : null);

function lacking(
  absent: readonly FeatureCode[],
  features: number,
  names: readonly string[],
  line: number,
): RefusedFileError {
  const wanted = firstOf(absent.map(({ name }) => name));
  const message = `line ${line}: expected a column for every feature of the model, got none for ${wanted}; the header has ${firstOf(names)}`;
  // None has its name, and there are as many: what was taken for a header may be a row.
  const mayBeRow = absent.length === features && names.length === features;
  const fix = mayBeRow
    ? 'if the file has no header, and its fields are the features in their order, write "header": false into a schema.json beside it'
    : undefined;
  return new RefusedFileError('columns', message, { line, fix });
}
