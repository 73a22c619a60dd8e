import type { ByteSink } from '../../byte-sink.ts';
import { copyBytes } from '../../wasm/copy-bytes.ts';
import type {
  GroupSurvey,
  NumberSurvey,
  RowGroup,
  SurveyedNumbers,
  SurveyedTexts,
  TextColumn,
} from '../rows/row-group.ts';
import { allPresent, codeLevels, dictionaryIndices, numberLevels, presentOf } from './parquet-levels.ts';
import { struct, type ThriftField, thrift } from './thrift-compact.ts';

// Enumerations of parquet.thrift.
const DOUBLE = 5;
const BYTE_ARRAY = 6;
const REQUIRED = 0;
const OPTIONAL = 1;
const UTF8 = 0;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const UNCOMPRESSED = 0;

const MAGIC = new TextEncoder().encode('PAR1');

/** Position of one column's pages in one row group, and the facts for its metadata. */
interface ColumnChunk {
  readonly name: string;
  readonly type: number;
  readonly encodings: readonly number[];
  readonly dictionaryAt: number | undefined;
  readonly dataAt: number;
  readonly bytes: number;
  readonly rows: number;
  readonly statistics: readonly ThriftField[];
}

/**
 * Writes row groups as Parquet: DOUBLE columns in plain pages and STRING columns with a dictionary. Features
 * are optional; the label, last, is required. Each column has one page, not compressed.
 *
 * It writes the pages itself because hyparquet-writer takes arbitrary JavaScript values and inspects each
 * several times (statistics, a trial dictionary, levels as arrays). That takes 1.7 to 2.8 s for 1.8 million
 * rows of 10 numbers and 3 texts; this takes about 0.1 s, because a column of doubles without gaps already is
 * its page. Layout: apache/parquet-format, Encodings.md.
 */
export class ParquetWriter {
  readonly #sink: ByteSink;
  readonly #schema: readonly Uint8Array[];
  readonly #rowGroups: Uint8Array[] = [];
  /** Parts of the next chunk: views that are valid until it is written. */
  #parts: Uint8Array[] = [];
  /**
   * The last chunk, reused: fresh memory costs more than the copy into it, because each page is a fault and
   * is zeroed.
   */
  #memory = new Uint8Array(0);
  #offset = 0;
  #rows = 0;
  /** Write of a chunk that the sink is taking while the next rows are read. */
  #writing: Promise<void> = Promise.resolve();

  constructor(sink: ByteSink, group: RowGroup) {
    this.#sink = sink;
    const columns = group.features.map(({ name, storage }) =>
      element(name, storage === 'numbers' ? DOUBLE : BYTE_ARRAY, OPTIONAL),
    );
    const root = struct([thrift.text(4, 'schema'), thrift.i32(5, columns.length + 1)]);
    this.#schema = [root, ...columns, element(group.label.name, BYTE_ARRAY, REQUIRED)];
  }

  /**
   * Writes the group's rows in one chunk; `survey` is theirs. The group may be filled again when the promise
   * resolves. The sink may still be busy then; the next call waits for it.
   */
  async write(group: RowGroup, survey: GroupSurvey): Promise<void> {
    if (this.#offset === 0) this.#put(MAGIC);
    const start = this.#offset;
    const chunks = survey.features.map((column) =>
      column.storage === 'numbers'
        ? this.#addNumbers(column, group.rows)
        : this.#addTexts(column, group.rows, false),
    );
    chunks.push(this.#addTexts(survey.label, group.rows, true));
    const columns = thrift.structs(1, chunks.map(columnMetadata));
    this.#rowGroups.push(struct([columns, thrift.i64(2, this.#offset - start), thrift.i64(3, group.rows)]));
    this.#rows += group.rows;
    await this.#flush();
  }

  /** Writes the footer: without it there is no Parquet file. */
  async finish(): Promise<void> {
    const order = struct([thrift.struct(1, [])]);
    const footer = struct([
      thrift.i32(1, 2),
      thrift.structs(2, this.#schema),
      thrift.i64(3, this.#rows),
      thrift.structs(4, this.#rowGroups),
      thrift.text(6, 'serverless-classifier'),
      thrift.structs(
        7,
        this.#schema.slice(1).map(() => order),
      ),
    ]);
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setUint32(0, footer.length, true);
    tail.set(MAGIC, 4);
    this.#put(footer);
    this.#put(tail);
    await this.#flush();
    await this.#writing;
  }

  /** Waits until the sink has finished, and ignores its error: the caller is already reporting its own. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  #put(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#parts.push(bytes);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    const chunk = this.#joined(this.#parts);
    this.#parts = [];
    this.#writing = Promise.resolve(this.#sink.write(chunk));
    // The next one to wait gets the error. Until then nobody listens, and it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }

  /** Copies the parts for the sink, because the group is filled again while the sink writes. */
  #joined(parts: readonly Uint8Array[]): Uint8Array {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (!this.#sink.isDoneAfterWrite || this.#memory.length < length) this.#memory = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      copyBytes(part, this.#memory, at);
      at += part.length;
    }
    return this.#memory.subarray(0, length);
  }

  #addNumbers({ feature, survey }: SurveyedNumbers, rows: number): ColumnChunk {
    const dataAt = this.#offset;
    const values = feature.values.subarray(0, rows);
    const present = survey.missing > 0 ? presentOf(values, survey.missing) : values;
    const levels = survey.missing > 0 ? numberLevels(values) : allPresent(rows);
    this.#putDataPage(rows, PLAIN, [levels, bytesOf(present)]);
    return {
      name: feature.name,
      type: DOUBLE,
      encodings: [PLAIN, RLE],
      dictionaryAt: undefined,
      dataAt,
      bytes: this.#offset - dataAt,
      rows,
      statistics: statisticsOf(survey, rows),
    };
  }

  #addTexts({ feature, survey }: SurveyedTexts, rows: number, required: boolean): ColumnChunk {
    const { name, texts, codes } = feature;
    const { missing } = survey;
    const dictionaryAt = this.#offset;
    this.#putDictionary(texts);
    const dataAt = this.#offset;
    const all = codes.subarray(0, rows);
    const present = missing > 0 ? all.filter((code) => code >= 0) : all;
    const indices = dictionaryIndices(present, texts.size);
    const levels = missing > 0 ? codeLevels(all) : allPresent(rows);
    this.#putDataPage(rows, RLE_DICTIONARY, required ? [indices] : [levels, indices]);
    const statistics = [thrift.i64(3, missing)];
    const bytes = this.#offset - dictionaryAt;
    const encodings = [PLAIN, RLE, RLE_DICTIONARY];
    return { name, type: BYTE_ARRAY, encodings, dictionaryAt, dataAt, bytes, rows, statistics };
  }

  #putDictionary(texts: TextColumn): void {
    const entries = Array.from({ length: texts.size }, (_, code) => texts.bytesOf(code));
    const header = thrift.struct(7, [thrift.i32(1, entries.length), thrift.i32(2, PLAIN)]);
    this.#putPage(DICTIONARY_PAGE, header, [plainTexts(entries)]);
  }

  #putDataPage(rows: number, encoding: number, parts: readonly Uint8Array[]): void {
    const header = [thrift.i32(1, rows), thrift.i32(2, encoding), thrift.i32(3, RLE), thrift.i32(4, RLE)];
    this.#putPage(DATA_PAGE, thrift.struct(5, header), parts);
  }

  #putPage(type: number, header: ThriftField, parts: readonly Uint8Array[]): void {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    this.#put(struct([thrift.i32(1, type), thrift.i32(2, size), thrift.i32(3, size), header]));
    for (const part of parts) this.#put(part);
  }
}

function element(name: string, type: number, repetition: number): Uint8Array {
  const fields = [thrift.i32(1, type), thrift.i32(3, repetition), thrift.text(4, name)];
  const string = [thrift.i32(6, UTF8), thrift.struct(10, [thrift.struct(1, [])])];
  return struct(type === BYTE_ARRAY ? [...fields, ...string] : fields);
}

function columnMetadata(chunk: ColumnChunk): Uint8Array {
  const dictionary = chunk.dictionaryAt === undefined ? [] : [thrift.i64(11, chunk.dictionaryAt)];
  const metadata = [
    thrift.i32(1, chunk.type),
    thrift.i32s(2, chunk.encodings),
    thrift.texts(3, [chunk.name]),
    thrift.i32(4, UNCOMPRESSED),
    thrift.i64(5, chunk.rows),
    thrift.i64(6, chunk.bytes),
    thrift.i64(7, chunk.bytes),
    thrift.i64(9, chunk.dataAt),
    ...dictionary,
    thrift.struct(12, chunk.statistics),
  ];
  return struct([thrift.i64(2, chunk.dictionaryAt ?? chunk.dataAt), thrift.struct(3, metadata)]);
}

function statisticsOf({ min, max, missing }: NumberSurvey, rows: number): readonly ThriftField[] {
  const nulls = thrift.i64(3, missing);
  if (missing === rows) return [nulls];
  const bound = (id: number, value: number) => thrift.binary(id, bytesOf(Float64Array.of(value)));
  return [nulls, bound(5, max), bound(6, min)];
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Encodes PLAIN byte arrays: a 32-bit length before each. */
function plainTexts(texts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}
