import { type ColumnMetaData, type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet';
import { RefusedFileError } from '../../errors.ts';
import { firstOf, shown } from '../../text-safety.ts';
import { signatureOf } from './file-signature.ts';
import type { FileSource } from './file-source.ts';
import { CELL_PARSERS, type CellColumn, cellColumn, csvText } from './parquet-cells.ts';
import { CODECS } from './parquet-codecs.ts';
import { Walk } from './parquet-guard.ts';
import { ColumnPages, PageMemory, type ReadRange } from './parquet-pages.ts';
import { type Received, ReceivedBytes, upTo } from './received-bytes.ts';

/** The length of the footer, and PAR1. */
const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;
/** A row group up to this size is fetched at once, a larger one column by column. */
const FETCHED_GROUP_BYTES = 16 * 1024 * 1024;
const ROWS_PER_CHUNK = 4096;

/**
 * A Parquet file's table as CSV: UTF-8, a header, commas, LF, `.` in numbers, quotes where needed. It is read
 * by ranges: its footer first, then row group by row group, a page of each column at a time. Whoever reads
 * the text judges the values, as those of any CSV: a gap and an empty text are both an empty field.
 *
 * Reading it throws RefusedFileError: `type` for a file that is not Parquet, damaged, encrypted, or in an
 * unsupported codec; `columns` for nested and binary columns; `encoding` for texts that are not UTF-8; `size`
 * when file or text exceed `fileBytes`, or the pages are too large for memory.
 */
export class ParquetText implements AsyncIterable<Uint8Array> {
  readonly #source: FileSource;
  readonly #fileBytes: number;
  #received: Received | undefined;
  #sourceFault: unknown;

  constructor(source: FileSource, options: { readonly fileBytes: number }) {
    this.#source = source;
    this.#fileBytes = options.fileBytes;
  }

  /**
   * Size and hash of the file's bytes, when the text has ended. For them the file is read once more from
   * front to back.
   */
  get received(): Received | undefined {
    return this.#received;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    yield* upTo(this.#fileBytes, 'the table of the Parquet file, as text,', this.#table());
    const received = new ReceivedBytes(this.#fileBytes);
    for await (const _ of received.through(this.#source.open()));
    this.#received = await received.finish();
  }

  async *#table(): AsyncGenerator<Uint8Array> {
    if (this.#source.sizeBytes > this.#fileBytes) {
      throw new RefusedFileError(
        'size',
        `the file has more than ${this.#fileBytes} bytes, the most that is read; split it`,
      );
    }
    const metadata = await this.#metadata();
    const columns = columnsOf(metadata);
    yield Buffer.from(`${columns.map(({ name }) => csvText(name)).join(',')}\n`);
    for (const [number, group] of metadata.row_groups.entries()) {
      try {
        yield* this.#rowGroup(group, columns);
      } catch (error) {
        throw this.#judged(error, number);
      }
    }
  }

  async #metadata(): Promise<FileMetaData> {
    const { sizeBytes } = this.#source;
    if (sizeBytes === 0) throw new RefusedFileError('empty', 'the file is empty; expected a Parquet file');
    const tail = await this.#read(Math.max(0, sizeBytes - TAIL_BYTES), sizeBytes);
    const magic = Buffer.from(tail.subarray(4)).toString('latin1');
    if (magic === 'PARE') throw encrypted();
    if (sizeBytes < 12 || magic !== 'PAR1') throw await this.#noParquet();
    const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
    if (length > Math.min(sizeBytes - 12, MAX_FOOTER_BYTES))
      throw damaged('its footer has an impossible length');
    const footer = await this.#read(sizeBytes - TAIL_BYTES - length, sizeBytes);
    try {
      new Walk(footer, 0, length).struct();
      return parquetMetadata(footer, { geoparquet: false });
    } catch (error) {
      throw damaged(`its footer cannot be read (${(error as Error).message})`, error);
    }
  }

  async #noParquet(): Promise<RefusedFileError> {
    const head = await this.#read(0, Math.min(16, this.#source.sizeBytes));
    const found = signatureOf(head);
    if (found?.name === 'Parquet') return damaged('it has no footer: its end is missing');
    const is = found ? `${found.name}; ${found.remedy}` : 'not Parquet; name it .csv if it is text';
    return new RefusedFileError('type', `the file is named .parquet and is ${is}`);
  }

  async *#rowGroup(group: RowGroup, columns: readonly CellColumn[]): AsyncGenerator<Uint8Array> {
    const rows = Number(group.num_rows);
    if (!(rows >= 0) || group.columns.length !== columns.length)
      throw new RangeError('its columns are not those of the file');
    if (rows === 0) return;
    const metadata = group.columns.map((chunk) => {
      if (chunk.crypto_metadata || chunk.encrypted_column_metadata) throw encrypted();
      if (!chunk.meta_data || chunk.file_path) throw new RangeError('a column lies in another file');
      return chunk.meta_data;
    });
    const read = await this.#readerOf(metadata);
    const memory = new PageMemory();
    const pages = columns.map(({ element }, at) => {
      const meta = metadata[at]!;
      if (meta.type !== element.type || meta.path_in_schema.join('.') !== element.name)
        throw new RangeError('its columns are not those of the file');
      checkCodec(meta.codec);
      return new ColumnPages(read, memory, meta, element, rows, CELL_PARSERS);
    });
    yield* rowsOf(pages, columns, rows);
  }

  /** Reads a small row group at once, because its columns are adjacent. */
  async #readerOf(metadata: readonly ColumnMetaData[]): Promise<ReadRange> {
    const ranges = metadata.map((meta) => {
      const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
      return [from, from + Number(meta.total_compressed_size)] as const;
    });
    const from = Math.min(...ranges.map(([start]) => start));
    const to = Math.max(...ranges.map(([, end]) => end));
    if (
      !(
        from >= 0 &&
        from <= to &&
        to <= this.#source.sizeBytes &&
        ranges.every(([start, end]) => start <= end)
      )
    )
      throw new RangeError('a column lies outside of the file');
    if (to - from > FETCHED_GROUP_BYTES) return (start, end) => this.#read(start, end);
    const bytes = await this.#read(from, to);
    return async (start, end) => bytes.subarray(start - from, end - from);
  }

  async #read(from: number, to: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(to - from);
    let filled = 0;
    try {
      for await (const chunk of this.#source.open(from, to)) {
        bytes.set(chunk, filled);
        filled += chunk.length;
      }
      if (filled < bytes.length)
        throw new Error(`got ${filled} of the bytes ${from} to ${to} of ${this.#source.name}`);
    } catch (error) {
      this.#sourceFault = error;
      throw error;
    }
    return bytes;
  }

  /**
   * Errors of hyparquet, and of the bounds beside it, mean that the file is damaged. A source's error is no
   * verdict on the file.
   */
  #judged(error: unknown, group: number): unknown {
    if (error instanceof RefusedFileError || error === this.#sourceFault) return error;
    return damaged(`row group ${group + 1} cannot be read (${(error as Error).message})`, error);
  }
}

/** @throws RefusedFileError `columns`, naming all columns that cannot be read */
function columnsOf({ schema }: FileMetaData): CellColumn[] {
  const columns: CellColumn[] = [];
  const others: string[] = [];
  for (let at = 1; at < schema.length; at += 1 + descendants(schema, at)) {
    const element = schema[at]!;
    const column = cellColumn(element);
    if (typeof column === 'string') others.push(`${shown(element.name)} (${column})`);
    else columns.push(column);
  }
  if (others.length === 0) return columns;
  throw new RefusedFileError(
    'columns',
    `expected columns of numbers, texts, booleans or times, got ${firstOf(others, (other) => other)}; write the file without ` +
      `${others.length === 1 ? 'it' : 'them'}, or as columns of their own`,
  );
}

/** How many elements of the schema are below this one: they follow it, depth first. */
function descendants(schema: FileMetaData['schema'], at: number): number {
  let passed = 0;
  for (let child = 0; child < (schema[at]?.num_children ?? 0) && at + passed < schema.length; child++) {
    passed += 1 + descendants(schema, at + passed + 1);
  }
  return passed;
}

function checkCodec(codec: string | undefined): void {
  if (codec !== undefined && codec in CODECS) return;
  throw new RefusedFileError(
    'type',
    `the Parquet file is compressed by ${codec ?? 'an unknown codec'}, which is not read; write it with ` +
      `${Object.keys(CODECS).slice(1).join(', ').toLowerCase()}, or not compressed`,
  );
}

async function* rowsOf(
  pages: readonly ColumnPages[],
  columns: readonly CellColumn[],
  rows: number,
): AsyncGenerator<Uint8Array> {
  const values = columns.map((): ArrayLike<unknown> => []);
  const next = columns.map(() => 0);
  for (let row = 0; row < rows; ) {
    let count = Math.min(ROWS_PER_CHUNK, rows - row);
    for (const [at, page] of pages.entries()) {
      if (next[at] === values[at]!.length) {
        values[at] = await page.next();
        next[at] = 0;
      }
      count = Math.min(count, values[at]!.length - next[at]!);
    }
    if (count > 0) yield Buffer.from(textOf(columns, values, next, count));
    for (let at = 0; at < next.length; at++) next[at]! += count;
    row += count;
  }
}

function textOf(
  columns: readonly CellColumn[],
  values: readonly ArrayLike<unknown>[],
  from: readonly number[],
  rows: number,
): string {
  const lines = new Array<string>(rows).fill('');
  for (const [at, column] of columns.entries()) {
    const end = at === columns.length - 1 ? '\n' : ',';
    const cells = values[at]!;
    for (let row = 0; row < rows; row++) {
      const value = cells[from[at]! + row];
      if (value === undefined) throw new RangeError('a value is not in its dictionary');
      lines[row] += (value === null ? '' : column.text(value)) + end;
    }
  }
  return lines.join('');
}

function encrypted(): RefusedFileError {
  return new RefusedFileError('type', 'the Parquet file is encrypted; write it without encryption');
}

function damaged(how: string, cause?: unknown): RefusedFileError {
  const options = cause === undefined ? {} : { cause };
  return new RefusedFileError(
    'type',
    `the Parquet file is damaged: ${how}; write and upload it again`,
    options,
  );
}
