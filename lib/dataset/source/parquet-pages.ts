import { crc32 } from 'node:zlib';
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaElement } from 'hyparquet';
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert } from 'hyparquet/src/convert.js';
import { RefusedFileError } from '../../errors.ts';
import { CODECS } from './parquet-codecs.ts';
import { Walk } from './parquet-guard.ts';

type Decoder = Parameters<typeof readPage>[2];

/** Maximum bytes of a page's header with its statistics, which may contain long texts. */
const HEADER_BYTES = 1 << 20;
/** Bytes fetched at a time: a part of a column. */
const FETCHED_BYTES = 1 << 20;
/** Maximum unpacked size of the pages held at the same time: one of each column, and its dictionary. */
const HELD_BYTES = 512 * 1024 * 1024;
/** Bytes that a value takes in an array, besides its bytes in the page. */
const VALUE_BYTES = 16;

/** Adds up the memory of the pages. */
export class PageMemory {
  #heldBytes = 0;

  /** @throws RefusedFileError `size` */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= HELD_BYTES) return;
    throw new RefusedFileError(
      'size',
      `the pages of a row group take more than ${HELD_BYTES} bytes of memory; write the file with smaller pages and row groups`,
    );
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}

/** Reads the bytes [from, to) of a file into fresh memory at each call. */
export type ReadRange = (from: number, to: number) => Promise<Uint8Array>;

/**
 * Reads one column of one row group, page by page. hyparquet decodes; everything that a page says of itself
 * is checked against a bound.
 */
export class ColumnPages {
  readonly #read: ReadRange;
  readonly #memory: PageMemory;
  readonly #decoder: Decoder;
  readonly #codec: string;
  readonly #isOptional: boolean;
  readonly #isBoolean: boolean;
  /** Offset of the next page in the file, and of the column's end. */
  #at: number;
  readonly #end: number;
  #rowsLeft: number;
  #fetched: Uint8Array = new Uint8Array(0);
  #fetchedFrom = 0;
  #dictionary: DecodedArray | undefined;
  #dictionaryBytes = 0;
  #pageBytes = 0;

  /** @param element as passed to hyparquet: without the types that are converted here */
  constructor(
    read: ReadRange,
    memory: PageMemory,
    metadata: ColumnMetaData,
    element: SchemaElement,
    rows: number,
    parsers: Decoder['parsers'],
  ) {
    this.#read = read;
    this.#memory = memory;
    this.#codec = metadata.codec;
    this.#isOptional = element.repetition_type === 'OPTIONAL';
    this.#isBoolean = element.type === 'BOOLEAN';
    // Some writers give 0 when there is no dictionary.
    this.#at = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
    this.#end = this.#at + Number(metadata.total_compressed_size);
    this.#rowsLeft = rows;
    const root = { children: [], count: 2, element: { name: 'schema' }, path: [] };
    const leaf = { children: [], count: 1, element, path: [element.name] };
    this.#decoder = {
      pathInSchema: [element.name],
      type: element.type!,
      element,
      schemaPath: [root, leaf],
      codec: 'UNCOMPRESSED',
      parsers,
      utf8: false,
    };
  }

  /** Returns the values of the next page, null for none. Call it only while rows are left in the column. */
  async next(): Promise<DecodedArray> {
    this.#memory.release(this.#pageBytes);
    this.#pageBytes = 0;
    for (;;) {
      const { header, bytes } = await this.#nextPage();
      const values = this.#decode(header, bytes);
      if (values) return values;
    }
  }

  release(): void {
    this.#memory.release(this.#pageBytes + this.#dictionaryBytes);
  }

  async #nextPage(): Promise<{ header: PageHeader; bytes: Uint8Array }> {
    const head = await this.#bytes(this.#at, Math.min(this.#end, this.#at + HEADER_BYTES));
    const walk = new Walk(head, 0);
    walk.struct();
    const header = parquetHeader({ view: new DataView(head.buffer, head.byteOffset, walk.at), offset: 0 });
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && unpacked >= 0)) throw new RangeError('a page has no size');
    const from = this.#at + walk.at;
    this.#at = from + packed;
    if (this.#at > this.#end) throw new RangeError('a page ends outside of its column');
    const isDictionary = header.type === 'DICTIONARY_PAGE';
    const held = packed + unpacked + VALUE_BYTES * valuesOf(header);
    this.#memory.hold(held);
    if (isDictionary) this.#dictionaryBytes += held;
    else this.#pageBytes += held;
    const bytes = await this.#bytes(from, this.#at);
    if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0)
      throw new RangeError('a page fails its checksum');
    return { header, bytes };
  }

  async #bytes(from: number, to: number): Promise<Uint8Array> {
    if (from < this.#fetchedFrom || to > this.#fetchedFrom + this.#fetched.length) {
      this.#fetched = await this.#read(from, Math.min(this.#end, Math.max(to, from + FETCHED_BYTES)));
      this.#fetchedFrom = from;
    }
    return this.#fetched.subarray(from - this.#fetchedFrom, to - this.#fetchedFrom);
  }

  /** Undefined for a page that holds no rows. */
  #decode(header: PageHeader, bytes: Uint8Array): DecodedArray | undefined {
    if (header.type === 'INDEX_PAGE') return undefined;
    const page = this.#unpacked(header, bytes);
    const count = valuesOf(header);
    if (header.type !== 'DICTIONARY_PAGE') {
      if (count > this.#rowsLeft) throw new RangeError('a column has more rows than its row group');
      this.#check(header, page, count);
    }
    const plain = { ...header, compressed_page_size: page.length, uncompressed_page_size: page.length };
    if (plain.data_page_header_v2)
      plain.data_page_header_v2 = { ...plain.data_page_header_v2, is_compressed: false };
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const { data } = readPage({ view, offset: 0 }, plain, this.#decoder, this.#dictionary, undefined, 0);
    if (header.type === 'DICTIONARY_PAGE') {
      this.#dictionary = convert(data!, this.#decoder);
      return undefined;
    }
    if (data?.length !== count) throw new RangeError('a page has fewer values than it says');
    this.#rowsLeft -= count;
    return data;
  }

  /** Returns the page uncompressed. In the second version of pages, levels are never compressed. */
  #unpacked(header: PageHeader, bytes: Uint8Array): Uint8Array {
    const inflate = CODECS[this.#codec]!;
    const v2 = header.data_page_header_v2;
    const size = header.uncompressed_page_size;
    const levels = v2 ? v2.definition_levels_byte_length + v2.repetition_levels_byte_length : 0;
    if (!(levels >= 0 && levels <= Math.min(bytes.length, size)))
      throw new RangeError('a page is smaller than its levels');
    if (v2?.is_compressed === false || this.#codec === 'UNCOMPRESSED') return ofSize(bytes, size);
    if (levels === 0) return ofSize(size === 0 ? new Uint8Array(0) : inflate(bytes, size), size);
    const page = new Uint8Array(size);
    page.set(bytes.subarray(0, levels));
    if (size > levels)
      page.set(ofSize(inflate(bytes.subarray(levels), size - levels), size - levels), levels);
    return page;
  }

  /** Walks through the bytes that hyparquet will decode. */
  #check(
    { data_page_header: v1, data_page_header_v2: v2 }: PageHeader,
    page: Uint8Array,
    count: number,
  ): void {
    const walk = new Walk(page, 0);
    let values = count;
    if (v2) {
      const [from, levels] = [v2.repetition_levels_byte_length, v2.definition_levels_byte_length];
      if (this.#isOptional) values = new Walk(page, from, from + levels).runs(1, count);
      walk.skip(from + levels);
      if (v2.num_nulls !== count - values)
        throw new RangeError('a page has another number of gaps than it says');
    } else if (this.#isOptional) values = walk.lengthPrefixed().runs(1, count);
    if (values > 0) this.#checkValues((v1 ?? v2)!.encoding, walk, values, v2 !== undefined);
  }

  #checkValues(encoding: string, walk: Walk, values: number, isV2: boolean): void {
    if (this.#isBoolean && encoding === 'RLE') {
      walk.lengthPrefixed().runs(1, values);
    } else if (encoding.endsWith('DICTIONARY')) {
      if (!this.#dictionary?.length) throw new RangeError('a dictionary is missing');
      const width = walk.byte();
      if (width > 0 || isV2) walk.runs(width, values);
    } else if (encoding.startsWith('DELTA_')) {
      if (encoding === 'DELTA_BYTE_ARRAY') this.#holdCopied(walk.prefixLengths(values));
      walk.deltas(values);
    }
  }

  /**
   * Counts copied bytes: a text's common prefix with the one before is copied, so a small page may hold large
   * texts.
   */
  #holdCopied(bytes: number): void {
    this.#memory.hold(bytes);
    this.#pageBytes += bytes;
  }
}

function valuesOf({
  data_page_header: v1,
  data_page_header_v2: v2,
  dictionary_page_header: v0,
}: PageHeader): number {
  const count = (v1 ?? v2 ?? v0)?.num_values ?? 0;
  if (!(count >= 0)) throw new RangeError('a page has no number of values');
  return count;
}

function ofSize(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new RangeError('a page has another size than it says');
  return bytes;
}
