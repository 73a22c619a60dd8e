import type { FeatureCode, RawValue } from '../classifier/feature-code.ts';
import type { Model } from '../classifier/model.ts';
import { fastDecimal, readDecimal } from '../columns/numeric/decimal.ts';
import type { RejectionCode } from '../dataset/csv/codes.ts';
import type { CsvScanner } from '../dataset/csv/csv-scanner.ts';
import { shortened } from '../dataset/rows/rejects-writer.ts';
import { RefusedFileError } from '../errors.ts';
import { shown } from '../text-safety.ts';

/** Why a row has no prediction: its first fault, in file order of the columns. */
export interface RowFault {
  readonly line: number;
  /** The column's name; empty when the row as a whole is at fault. */
  readonly column: string;
  /** As in rejects.csv, and `missing` for a gap where training had none. */
  readonly code: RejectionCode | 'missing';
  readonly value: string;
}

/** Why a cell has no value. */
interface CellFault {
  readonly fault: 'number' | 'range' | 'missing';
}

/** Reads the values that a model needs from the rows of a file, by the rules of ingestion. */
export class RowValues {
  readonly #model: Model;
  readonly #missing: ReadonlySet<string>;
  readonly #hasNumericTokens: boolean;
  /** In file order, with each feature's position in the model. */
  readonly #features: readonly { code: FeatureCode; column: number; position: number }[];
  readonly #values: RawValue[];

  /**
   * @param names the file's columns
   * @throws RefusedFileError `columns` when the model needs others, naming all
   */
  constructor(model: Model, names: readonly string[], line: number) {
    const missingTokens = model.meta.missing_tokens;
    const absent = model.features.filter(({ name }) => !names.includes(name));
    if (absent.length > 0) throw lacking(absent, names, line);
    this.#model = model;
    this.#missing = new Set(['', ...missingTokens]);
    this.#hasNumericTokens = missingTokens.some((token) => 'value' in readDecimal(token));
    this.#features = model.features
      .map((code, position) => ({ code, column: names.indexOf(code.name), position }))
      .sort((a, b) => a.column - b.column);
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
   * @returns the values in the model's order, in an array that the next call writes to again; or what is wrong
   */
  read(scan: CsvScanner, bytes: Uint8Array, record: number, cells: readonly string[]): RawValue[] | RowFault {
    const first = scan.recordFirst[record]!;
    for (const { code, column, position } of this.#features) {
      const text = cells[column]!;
      const field = first + column;
      const value =
        code.type === 'categorical'
          ? this.#category(code, text)
          : this.#number(code, bytes, scan.starts[field]!, scan.ends[field]!, text);
      if (typeof value === 'object' && value !== null) {
        const { fault } = value;
        return { line: scan.recordLine[record]!, column: code.name, code: fault, value: shortened(text) };
      }
      this.#values[position] = value;
    }
    return this.#values;
  }

  #category(code: FeatureCode, text: string): RawValue | CellFault {
    return this.#missing.has(text) ? gapIn(code) : text;
  }

  #number(
    code: FeatureCode,
    bytes: Uint8Array,
    start: number,
    end: number,
    text: string,
  ): RawValue | CellFault {
    let value = this.#hasNumericTokens ? Number.NaN : fastDecimal(bytes, start, end);
    if (Number.isNaN(value)) {
      if (this.#missing.has(text)) return gapIn(code);
      const verdict = readDecimal(text);
      if ('fault' in verdict) return verdict;
      value = verdict.value;
    }
    return this.#model.encoder.isMeasurable(code, value) ? value : { fault: 'range' };
  }
}

const gapIn = ({ nullable }: FeatureCode): null | CellFault => (nullable ? null : { fault: 'missing' });

function lacking(absent: readonly FeatureCode[], names: readonly string[], line: number): RefusedFileError {
  const wanted = absent.map(({ name }) => shown(name)).join(', ');
  const message = `line ${line}: expected a column for every feature of the model, got none for ${wanted}; the header has ${names.map(shown).join(', ')}`;
  return new RefusedFileError('columns', message, { line });
}
