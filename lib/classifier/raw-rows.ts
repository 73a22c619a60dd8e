import type { DatasetFeature } from '../dataset/read-parquet.ts';
import { ArtifactError } from '../errors.ts';
import type { SectionArray } from './artifact.ts';
import type { FeatureCode, RawValue } from './feature-code.ts';

/**
 * The training rows as they came, by feature, for showing neighbours and for recognising rows: numbers as doubles, NaN for
 * missing; categories as their index plus one in the smallest type that holds it, 0 for missing.
 */
export type RawColumns = readonly SectionArray[];

/** The form that an artifact keeps of columns; numbers without gaps are held, not copied. */
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

/** @throws ArtifactError when the columns do not fit the features, or hold an index of no category */
export function checkRawColumns(raw: RawColumns, features: readonly FeatureCode[], rows: number): void {
  const fits =
    raw.length === features.length && raw.every((array, i) => fitsFeature(array, features[i]!, rows));
  if (!fits)
    throw new ArtifactError('artifact_rows', 'The artifact is refused: its rows do not fit its features');
}

function fitsFeature(array: SectionArray, code: FeatureCode, rows: number): boolean {
  if (array.length !== rows) return false;
  if (code.type === 'numeric') return array instanceof Float64Array;
  if (!(array instanceof indexType(code.categories.length))) return false;
  for (const index of array) if (index > code.categories.length) return false;
  return true;
}

/** The values of one row, in feature order. */
export function rawRow(raw: RawColumns, features: readonly FeatureCode[], row: number): RawValue[] {
  return features.map((code, i) => {
    const stored = raw[i]![row]!;
    if (code.type === 'categorical') return code.categories[stored - 1] ?? null;
    return Number.isNaN(stored) ? null : stored;
  });
}

/** The rows as a table by column. */
export function rawTable(raw: RawColumns, features: readonly FeatureCode[]): DatasetFeature[] {
  return features.map((code, i): DatasetFeature => {
    const { name, type } = code;
    if (type === 'numeric') return { name, type, values: raw[i] as Float64Array };
    return { name, type, codes: Int32Array.from(raw[i]!, (index) => index - 1), categories: code.categories };
  });
}
