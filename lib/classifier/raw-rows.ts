import type { DatasetFeature } from '../dataset/parquet/read-parquet.ts';
import { ArtifactError } from '../errors.ts';
import type { SectionArray } from './artifact.ts';
import type { EncoderData } from './encoder.ts';
import { type FeatureCode, featureWidth, numberAt, type RawValue } from './feature-code.ts';
import { isPacked, type PackedNumbers, packNumbers, unpackNumber } from './packed-numbers.ts';
import type { NeighbourIndexData } from './search/neighbour-index.ts';

/**
 * The training rows as they came, by feature, for showing neighbours and for recognising rows: numbers as doubles, NaN for
 * missing, or packed; categories as their index plus one in the smallest type that holds it, 0 for missing.
 */
export type RawColumn = SectionArray | PackedNumbers;
export type RawColumns = readonly RawColumn[];

/** The form that a model keeps of columns; numbers without gaps are held, not copied. */
export function rawColumns(columns: readonly DatasetFeature[]): RawColumns {
  return columns.map((column) =>
    column.type === 'numeric' ? canonicalNumbers(column.values) : categoryIndices(column),
  );
}

/** One kind of NaN only, so that equal data gives equal bytes. */
function canonicalNumbers(values: Float64Array): Float64Array {
  if (!values.some(Number.isNaN)) return values;
  const copy = Float64Array.from(values);
  const bits = new BigUint64Array(copy.buffer);
  for (let row = 0; row < copy.length; row++) if (Number.isNaN(copy[row]!)) bits[row] = 0x7ff8000000000000n;
  return copy;
}

function categoryIndices({
  codes,
  categories,
}: Extract<DatasetFeature, { type: 'categorical' }>): SectionArray {
  const Type = indexType(categories.length);
  const indices = new Type(codes.length);
  for (let row = 0; row < codes.length; row++) indices[row] = codes[row]! + 1;
  return indices;
}

function indexType(categories: number) {
  if (categories < 2 ** 8) return Uint8Array;
  return categories < 2 ** 16 ? Uint16Array : Uint32Array;
}

/** What raw rows are read with: their numbers may be packed relative to the coordinates that they were encoded as. */
export interface RawRowsData {
  readonly raw: RawColumns;
  readonly encoder: EncoderData;
  readonly index: NeighbourIndexData;
}

/** Reads the training rows as they came. */
export class RawRows {
  readonly #data: RawRowsData;
  /** Per feature, the first of its coordinates. */
  readonly #offsets: readonly number[];
  /** Where a row is stored in the index: filled when it is first asked for. */
  #positions: Int32Array | undefined;

  constructor(data: RawRowsData) {
    this.#data = data;
    let at = 0;
    this.#offsets = data.encoder.features.map((code) => {
      const offset = at;
      at += featureWidth(code);
      return offset;
    });
  }

  /** @throws ArtifactError when the columns do not fit the features, or hold an index of no category */
  check(): void {
    const { raw, encoder, index } = this.#data;
    const { features, map } = encoder;
    const fits =
      raw.length === features.length &&
      raw.every((column, i) =>
        'steps' in column
          ? features[i]!.type === 'numeric' &&
            map === null &&
            column.steps.length === index.rows &&
            isPacked(column)
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
      if (code.type === 'categorical') return code.categories[stored - 1] ?? null;
      return Number.isNaN(stored) ? null : stored;
    });
  }

  /** All rows as a table by column. */
  table(): DatasetFeature[] {
    const { raw, encoder, index } = this.#data;
    return encoder.features.map((code, i): DatasetFeature => {
      const { name, type } = code;
      const column = raw[i]!;
      if ('steps' in column) {
        const values = Float64Array.from({ length: index.rows }, (_, row) => this.#unpacked(column, i, row));
        return { name, type: 'numeric', values };
      }
      if (type === 'numeric') return { name, type, values: column as Float64Array };
      return {
        name,
        type,
        codes: Int32Array.from(column, (stored) => stored - 1),
        categories: code.categories,
      };
    });
  }

  /** The columns, with numbers packed where that saves bytes: they are guessed from the coordinates, unless a map mixes these. */
  packed(): RawColumns {
    const { raw, encoder } = this.#data;
    return raw.map((column, i) => {
      if (encoder.map !== null || !(column instanceof Float64Array)) return column;
      return packNumbers(column, (row) => this.#guess(i, row)) ?? column;
    });
  }

  #unpacked(column: PackedNumbers, feature: number, row: number): number {
    const value = unpackNumber(column, row, this.#guess(feature, row));
    if (value === undefined) throw refused();
    return value;
  }

  #guess(feature: number, row: number): number {
    const { encoder, index } = this.#data;
    const code = encoder.features[feature]!;
    if (code.type !== 'numeric') return Number.NaN;
    const coordinate = index.points[this.#position(row) * index.dimension + this.#offsets[feature]!]!;
    return numberAt(code, coordinate, encoder.table);
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

const refused = () =>
  new ArtifactError('artifact_rows', 'The artifact is refused: its rows do not fit its features');

function fitsFeature(array: SectionArray, code: FeatureCode, rows: number): boolean {
  if (array.length !== rows) return false;
  if (code.type === 'numeric') return array instanceof Float64Array;
  if (!(array instanceof indexType(code.categories.length))) return false;
  for (const index of array) if (index > code.categories.length) return false;
  return true;
}
