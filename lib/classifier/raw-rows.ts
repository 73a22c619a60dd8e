import { type ColumnData, ENCODINGS, type FeatureCode, isNumbers } from '../columns/kinds.ts';
import type { RawValue, TextsColumn } from '../columns/storage.ts';
import { ArtifactError } from '../errors.ts';
import type { SectionArray } from './artifact.ts';
import type { EncoderData } from './encoder.ts';
import { isPacked, type PackedNumbers, packNumbers, unpackNumber } from './packed-numbers.ts';
import type { NeighbourIndexData } from './search/neighbour-index.ts';

/**
 * The training rows as they were in the data, by feature. They are shown as neighbours and used to recognise
 * rows. Numbers are doubles or, where they are the same, singles, NaN for missing, or packed. Categories are
 * their index plus one, in the smallest type that holds it, 0 for missing.
 */
export type RawColumn = SectionArray | PackedNumbers;
export type RawColumns = readonly RawColumn[];

/** Columns in the form that a model stores. Numbers without missing values are not copied. */
export function rawColumns(columns: readonly ColumnData[]): RawColumns {
  return columns.map((column) =>
    isNumbers(column) ? canonicalNumbers(column.values) : categoryIndices(column),
  );
}

/** Uses only one kind of NaN, so that equal data gives equal bytes. */
function canonicalNumbers(values: Float64Array): Float64Array {
  if (!values.some(Number.isNaN)) return values;
  const copy = Float64Array.from(values);
  const bits = new BigUint64Array(copy.buffer);
  for (let row = 0; row < copy.length; row++) if (Number.isNaN(copy[row]!)) bits[row] = 0x7ff8000000000000n;
  return copy;
}

function categoryIndices({ codes, categories }: TextsColumn): SectionArray {
  const Type = indexType(categories.length);
  const indices = new Type(codes.length);
  for (let row = 0; row < codes.length; row++) indices[row] = codes[row]! + 1;
  return indices;
}

function indexType(categories: number) {
  if (categories < 2 ** 8) return Uint8Array;
  return categories < 2 ** 16 ? Uint16Array : Uint32Array;
}

/**
 * The data that reading raw rows needs. Numbers may be packed relative to the coordinates that they were
 * encoded as.
 */
export interface RawRowsData {
  readonly raw: RawColumns;
  readonly encoder: EncoderData;
  readonly index: NeighbourIndexData;
}

/** Reads the training rows as they were in the data. */
export class RawRows {
  readonly #data: RawRowsData;
  /** Per feature, the first of its coordinates. */
  readonly #offsets: readonly number[];
  /** Per row its position in the index. Filled on first use. */
  #positions: Int32Array | undefined;

  constructor(data: RawRowsData) {
    this.#data = data;
    let at = 0;
    this.#offsets = data.encoder.features.map((code) => {
      const offset = at;
      at += ENCODINGS[code.type].width(code);
      return offset;
    });
  }

  /** @throws ArtifactError when the columns do not fit the features, or contain the index of no category */
  check(): void {
    const { raw, encoder, index } = this.#data;
    const { features, map } = encoder;
    const fits =
      raw.length === features.length &&
      raw.every((column, i) =>
        'steps' in column
          ? isNumbers(features[i]!) && map === null && column.steps.length === index.rows && isPacked(column)
          : fitsFeature(column, features[i]!, index.rows),
      );
    if (!fits) throw refused();
  }

  /** The values of one row, in feature order. */
  row(row: number): RawValue[] {
    const { raw, encoder } = this.#data;
    return encoder.features.map((code, i) => {
      const column = raw[i]!;
      const stored = 'steps' in column ? this.#unpacked(column, i, row) : column[row]!;
      if (!isNumbers(code)) return code.categories[stored - 1] ?? null;
      return Number.isNaN(stored) ? null : stored;
    });
  }

  /** The values of one row as answers show them. */
  shownRow(row: number): RawValue[] {
    const { features } = this.#data.encoder;
    return this.row(row).map((value, i) =>
      value === null ? null : ENCODINGS[features[i]!.type].show(value),
    );
  }

  /** All rows as a table by column. */
  table(): ColumnData[] {
    const { raw, encoder } = this.#data;
    return encoder.features.map((code, i): ColumnData => {
      const column = raw[i]!;
      if (isNumbers(code)) {
        const { name, type } = code;
        const written = 'format' in code ? { dateFormat: code.format } : {};
        return {
          name,
          type,
          values: 'steps' in column ? this.#unpackedAll(column, i) : doubles(column),
          ...written,
        };
      }
      const { name, type, categories } = code;
      const codes = Int32Array.from(column as SectionArray, (stored) => stored - 1);
      return { name, type, codes, categories };
    });
  }

  /**
   * The columns, with numbers packed where that saves bytes. Numbers are guessed from the coordinates; a map
   * mixes these, so with a map they only become singles where that loses nothing.
   */
  packed(): RawColumns {
    const { raw, encoder } = this.#data;
    return raw.map((column, i) => {
      if (!(column instanceof Float64Array)) return column;
      if (encoder.map !== null) return singles(column) ?? column;
      return packNumbers(column, (row) => this.#guess(i, row)) ?? column;
    });
  }

  #unpackedAll(column: PackedNumbers, feature: number): Float64Array {
    return Float64Array.from({ length: this.#data.index.rows }, (_, row) =>
      this.#unpacked(column, feature, row),
    );
  }

  #unpacked(column: PackedNumbers, feature: number, row: number): number {
    const value = unpackNumber(column, row, this.#guess(feature, row));
    if (value === undefined) throw refused();
    return value;
  }

  #guess(feature: number, row: number): number {
    const { encoder, index } = this.#data;
    const code = encoder.features[feature]!;
    const at = this.#position(row) * index.dimension + this.#offsets[feature]!;
    return ENCODINGS[code.type].guessNumber(code, encoder.table, index.points, at);
  }

  #position(row: number): number {
    const { index } = this.#data;
    if (index.kind === 'scan') return row;
    if (!this.#positions) {
      this.#positions = new Int32Array(index.rows);
      for (let position = 0; position < index.rows; position++)
        this.#positions[index.order[position]!] = position;
    }
    return this.#positions[row]!;
  }
}

/** The same numbers in half the bytes; undefined where one of them is another in single precision. */
function singles(values: Float64Array): Float32Array | undefined {
  const found = Float32Array.from(values);
  return values.every((value, row) => Object.is(value, found[row])) ? found : undefined;
}

const doubles = (column: SectionArray) =>
  column instanceof Float64Array ? column : Float64Array.from(column);

const refused = () =>
  new ArtifactError('artifact_rows', 'The artifact is refused: its rows do not fit its features');

function fitsFeature(array: SectionArray, code: FeatureCode, rows: number): boolean {
  if (array.length !== rows) return false;
  if (isNumbers(code)) return array instanceof Float64Array || array instanceof Float32Array;
  if (!(array instanceof indexType(code.categories.length))) return false;
  for (const index of array) if (index > code.categories.length) return false;
  return true;
}
