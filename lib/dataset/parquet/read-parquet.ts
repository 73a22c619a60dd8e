import { type AsyncBuffer, type ColumnData as Chunk, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { byCodeUnits } from '../../code-units.ts';
import type { DatasetColumn, DatasetSchema } from '../../columns/dataset-schema.ts';
import { type ColumnData, isNumbersKind } from '../../columns/kinds.ts';

/**
 * A data set in memory. Rows are in canonical order, which depends on their content and not on their order in
 * the file.
 */
export interface Dataset {
  readonly rows: number;
  /** In feature order. */
  readonly columns: readonly ColumnData[];
  /** For each row, the index into `classes`. */
  readonly labels: Int32Array;
  /** In code-unit order. */
  readonly classes: readonly string[];
}

/** Parts of a text column as they arrive: chunks of strings and nulls. */
interface TextParts {
  readonly codes: Int32Array;
  readonly codeOf: Map<string, number>;
}

/**
 * Reads a data.parquet that `ingestCsv` wrote, by column, and puts the rows in canonical order: by features
 * in code-unit order of their names (numbers ascending, categories in code-unit order, missing last), then by
 * label. Equal rows are interchangeable, so equal content gives equal arrays.
 *
 * @throws RangeError when a column of the schema is not in the file, or has another type
 */
export async function readDataset(
  bytes: Uint8Array | ArrayBuffer | AsyncBuffer,
  schema: DatasetSchema,
): Promise<Dataset> {
  const file = asAsyncBuffer(bytes);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const numbers = new Map<string, Float64Array>();
  const texts = new Map<string, TextParts>();
  const textsOf = (): TextParts => ({ codes: new Int32Array(rows), codeOf: new Map() });
  for (const { name, type } of schema.columns)
    if (isNumbersKind(type)) numbers.set(name, new Float64Array(rows));
    else texts.set(name, textsOf());
  texts.set(schema.label, textsOf());
  const columns = [...numbers.keys(), ...texts.keys()];
  // Chunk by chunk, one row group at a time, so that the strings of all rows are never in memory together.
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const onChunk = (chunk: Chunk) => place(chunk, numbers, texts);
    await parquetRead({ file, metadata, columns, rowStart, rowEnd, onChunk });
    rowStart = rowEnd;
  }
  return inCanonicalOrder(rows, schema, numbers, texts);
}

function asAsyncBuffer(bytes: Uint8Array | ArrayBuffer | AsyncBuffer): AsyncBuffer {
  if ('slice' in bytes && !(bytes instanceof Uint8Array)) return bytes;
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    byteLength,
    slice: (start, end) => buffer.slice(byteOffset + start, byteOffset + (end ?? byteLength)) as ArrayBuffer,
  };
}

function place(
  { columnName, columnData, rowStart }: Chunk,
  numbers: Map<string, Float64Array>,
  texts: Map<string, TextParts>,
): void {
  const values = numbers.get(columnName);
  if (values)
    for (let i = 0; i < columnData.length; i++) values[rowStart + i] = numberOf(columnName, columnData[i]);
  const parts = texts.get(columnName);
  if (parts)
    for (let i = 0; i < columnData.length; i++)
      parts.codes[rowStart + i] = codeOf(columnName, columnData[i], parts.codeOf);
}

function numberOf(column: string, value: unknown): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'number') return value;
  throw new RangeError(
    `data.parquet column ${JSON.stringify(column)}: expected numbers, got a ${typeof value}`,
  );
}

function codeOf(column: string, value: unknown, codes: Map<string, number>): number {
  if (value === null || value === undefined) return -1;
  if (typeof value !== 'string') {
    throw new RangeError(
      `data.parquet column ${JSON.stringify(column)}: expected texts, got a ${typeof value}`,
    );
  }
  const known = codes.get(value);
  if (known !== undefined) return known;
  codes.set(value, codes.size);
  return codes.size - 1;
}

function inCanonicalOrder(
  rows: number,
  schema: DatasetSchema,
  numbers: Map<string, Float64Array>,
  texts: Map<string, TextParts>,
): Dataset {
  const ranked = new Map([...texts].map(([name, parts]) => [name, rankTexts(parts)]));
  const label = ranked.get(schema.label)!;
  const keys = schema.columns
    .toSorted((a, b) => byCodeUnits(a.name, b.name))
    .map(({ name }) => numbers.get(name) ?? ranked.get(name)!.codes);
  const order = canonicalOrder(rows, [...keys, label.codes]);
  const columns = schema.columns.map((column) => featureOf(column, order, numbers, ranked));
  return {
    rows,
    columns,
    labels: order.length === 0 ? new Int32Array(0) : taken(label.codes, order),
    classes: label.categories,
  };
}

function featureOf(
  column: DatasetColumn,
  order: Uint32Array,
  numbers: Map<string, Float64Array>,
  ranked: Map<string, { codes: Int32Array; categories: string[] }>,
): ColumnData {
  const { name, type } = column;
  if (isNumbersKind(type)) {
    const values = numbers.get(name)!;
    const written = 'format' in column ? { dateFormat: column.format } : {};
    return { name, type, values: Float64Array.from(order, (row) => values[row]!), ...written };
  }
  const { codes, categories } = ranked.get(name)!;
  return { name, type, codes: taken(codes, order), categories };
}

const taken = (codes: Int32Array, order: Uint32Array) => Int32Array.from(order, (row) => codes[row]!);

/** Renumbers codes so that they follow the code-unit order of their texts. */
function rankTexts({ codes, codeOf }: TextParts): { codes: Int32Array; categories: string[] } {
  const categories = [...codeOf.keys()].sort(byCodeUnits);
  const rank = new Int32Array(categories.length);
  for (const [position, text] of categories.entries()) rank[codeOf.get(text)!] = position;
  return { codes: codes.map((code) => (code < 0 ? -1 : rank[code]!)), categories };
}

function canonicalOrder(rows: number, keys: readonly (Float64Array | Int32Array)[]): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  return order.sort((a, b) => {
    for (const key of keys) {
      const [x, y] = [key[a]!, key[b]!];
      if (x === y) continue;
      if (isMissing(x, key)) {
        if (isMissing(y, key)) continue;
        return 1;
      }
      return isMissing(y, key) ? -1 : x < y ? -1 : 1;
    }
    return 0;
  });
}

const isMissing = (value: number, key: Float64Array | Int32Array) =>
  key instanceof Float64Array ? Number.isNaN(value) : value < 0;
