import {
  type AsyncBuffer,
  type ColumnData as Chunk,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet';
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

/** A choice of rows by their content, for a data set that is too large to be read whole. */
export interface RowChoice {
  /** A key of each row of a part of the table. Equal rows have equal keys. */
  keysOf(part: {
    readonly columns: readonly ColumnData[];
    readonly labels: Int32Array;
    readonly classes: readonly string[];
  }): Float64Array;
  /**
   * Chooses rows of the whole table, in the order of the file.
   *
   * @param labels classes as numbers from 0, in no particular order
   * @returns ascending
   */
  choose(keys: Float64Array, labels: Int32Array): Int32Array;
}

/** A text column as it arrives: chunks of strings and nulls. */
interface TextParts {
  readonly codes: Int32Array;
  readonly codeOf: Map<string, number>;
}

/** Some rows of the file, in its order. */
interface Part {
  readonly rows: number;
  readonly numbers: ReadonlyMap<string, Float64Array>;
  readonly texts: ReadonlyMap<string, TextParts>;
}

/**
 * Reads a data.parquet that `ingestCsv` wrote, by column, and puts the rows in canonical order: by features
 * in code-unit order of their names (numbers ascending, categories in code-unit order, missing last), then by
 * label. Equal rows are interchangeable, so equal content gives equal arrays.
 *
 * @param choice reads only what it chooses. The file is read twice for it. Categories and classes are those
 *   of the whole file.
 * @throws RangeError when a column of the schema is not in the file, or has another type
 */
export async function readDataset(
  bytes: Uint8Array | ArrayBuffer | AsyncBuffer,
  schema: DatasetSchema,
  choice?: RowChoice,
): Promise<Dataset> {
  const file = asAsyncBuffer(bytes);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const reading = { file, metadata, schema, dictionaries: dictionariesOf(schema) };
  const part = choice ? await readChosen(reading, rows, choice) : await readWhole(reading, rows);
  return inCanonicalOrder(part, schema);
}

/** What is read, and the codes of its texts. */
interface Reading {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly schema: DatasetSchema;
  readonly dictionaries: ReadonlyMap<string, Map<string, number>>;
}

const dictionariesOf = ({ columns, label }: DatasetSchema) =>
  new Map<string, Map<string, number>>(
    [...columns.filter(({ type }) => !isNumbersKind(type)).map(({ name }) => name), label].map((name) => [
      name,
      new Map(),
    ]),
  );

async function readWhole(reading: Reading, rows: number): Promise<Part> {
  const part = emptyPart(reading, rows);
  await eachGroup(reading, (rowStart, rowEnd) => readInto(part, reading, rowStart, rowEnd, 0));
  return part;
}

/** Reads once to choose rows, and once more to take these. */
async function readChosen(reading: Reading, rows: number, choice: RowChoice): Promise<Part> {
  const keys = new Float64Array(rows);
  const labels = new Int32Array(rows);
  await eachGroup(reading, async (rowStart, rowEnd) => {
    const part = await readGroup(reading, rowStart, rowEnd);
    const { codes, codeOf } = part.texts.get(reading.schema.label)!;
    keys.set(
      choice.keysOf({ ...asTable(part, reading.schema), labels: codes, classes: [...codeOf.keys()] }),
      rowStart,
    );
    labels.set(codes, rowStart);
  });
  const chosen = choice.choose(keys, labels);
  const taken = emptyPart(reading, chosen.length);
  let at = 0;
  await eachGroup(reading, async (rowStart, rowEnd) => {
    const first = at;
    while (at < chosen.length && chosen[at]! < rowEnd) at++;
    if (at > first)
      copyRows(
        await readGroup(reading, rowStart, rowEnd),
        chosen.subarray(first, at),
        rowStart,
        taken,
        first,
      );
  });
  return taken;
}

function copyRows(from: Part, rows: Int32Array, rowStart: number, to: Part, at: number): void {
  for (const [name, values] of to.numbers) {
    const source = from.numbers.get(name)!;
    for (let i = 0; i < rows.length; i++) values[at + i] = source[rows[i]! - rowStart]!;
  }
  for (const [name, { codes }] of to.texts) {
    const source = from.texts.get(name)!.codes;
    for (let i = 0; i < rows.length; i++) codes[at + i] = source[rows[i]! - rowStart]!;
  }
}

/** Row groups one after the other, so that the strings of all rows are never in memory together. */
async function eachGroup(
  { metadata }: Reading,
  read: (rowStart: number, rowEnd: number) => Promise<void>,
): Promise<void> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    await read(rowStart, rowEnd);
    rowStart = rowEnd;
  }
}

async function readGroup(reading: Reading, rowStart: number, rowEnd: number): Promise<Part> {
  const part = emptyPart(reading, rowEnd - rowStart);
  await readInto(part, reading, rowStart, rowEnd, rowStart);
  return part;
}

/** @param offset the row of the file that is the part's first */
async function readInto(
  part: Part,
  { file, metadata }: Reading,
  rowStart: number,
  rowEnd: number,
  offset: number,
): Promise<void> {
  const columns = [...part.numbers.keys(), ...part.texts.keys()];
  const onChunk = (chunk: Chunk) => place(chunk, part, offset);
  await parquetRead({ file, metadata, columns, rowStart, rowEnd, onChunk });
}

function emptyPart({ schema, dictionaries }: Reading, rows: number): Part {
  const numbers = schema.columns.filter(({ type }) => isNumbersKind(type));
  return {
    rows,
    numbers: new Map(numbers.map(({ name }) => [name, new Float64Array(rows)])),
    texts: new Map(
      [...dictionaries].map(([name, codeOf]) => [name, { codes: new Int32Array(rows), codeOf }]),
    ),
  };
}

/** The features of a part, with categories in the order in which the file has them. */
function asTable(
  { numbers, texts }: Part,
  schema: DatasetSchema,
): { readonly columns: readonly ColumnData[] } {
  return {
    columns: schema.columns.map(({ name, type }) => {
      if (isNumbersKind(type)) return { name, type, values: numbers.get(name)! };
      const { codes, codeOf } = texts.get(name)!;
      return { name, type, codes, categories: [...codeOf.keys()] };
    }),
  };
}

function asAsyncBuffer(bytes: Uint8Array | ArrayBuffer | AsyncBuffer): AsyncBuffer {
  if ('slice' in bytes && !(bytes instanceof Uint8Array)) return bytes;
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    byteLength,
    slice: (start, end) => buffer.slice(byteOffset + start, byteOffset + (end ?? byteLength)) as ArrayBuffer,
  };
}

function place({ columnName, columnData, rowStart }: Chunk, { numbers, texts }: Part, offset: number): void {
  const at = rowStart - offset;
  const values = numbers.get(columnName);
  if (values)
    for (let i = 0; i < columnData.length; i++) values[at + i] = numberOf(columnName, columnData[i]);
  const parts = texts.get(columnName);
  if (parts)
    for (let i = 0; i < columnData.length; i++)
      parts.codes[at + i] = codeOf(columnName, columnData[i], parts.codeOf);
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

function inCanonicalOrder({ rows, numbers, texts }: Part, schema: DatasetSchema): Dataset {
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
  numbers: Part['numbers'],
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
