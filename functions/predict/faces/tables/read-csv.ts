import { type RowFault, RowValues } from '../../../../lib/batch/row-values.ts';
import type { Model } from '../../../../lib/classifier/model.ts';
import { REQUESTS } from '../../../../lib/columns/kinds.ts';
import type { ReadingContext } from '../../../../lib/columns/reading.ts';
import type { RawValue } from '../../../../lib/columns/storage.ts';
import { type CsvScanner, recordTexts } from '../../../../lib/dataset/csv/csv-scanner.ts';
import type { CsvGrammar } from '../../../../lib/dataset/csv/grammar.ts';
import { checkNames } from '../../../../lib/dataset/csv/header.ts';
import { DEFAULT_LIMITS } from '../../../../lib/dataset/csv/limits.ts';
import type { OversizeVerdict } from '../../../../lib/dataset/csv/oversize-record.ts';
import type { RecordReceiver } from '../../../../lib/dataset/csv/record-feed.ts';
import { type OpenedTable, openTable, streamRecords } from '../../../../lib/dataset/open-table.ts';
import { encodingOf, hasByteOrderMark } from '../../../../lib/dataset/source/text-encoding.ts';
import type { DatasetContract } from '../../../../lib/dataset/understand/contract.ts';
import { findHeader } from '../../../../lib/dataset/understand/decide-header.ts';
import { readingContext } from '../../../../lib/dataset/understand/reading-context.ts';
import { RefusedFileError } from '../../../../lib/errors.ts';
import { FaultList, HttpError } from '../../../../lib/http/problem.ts';
import { invalidRequest } from '../../../../lib/http/request.ts';
import { firstOf, shown } from '../../../../lib/text-safety.ts';
import type { Dialect } from '../../model-source.ts';
import { NOTHING_UNSEEN, type RowRemarks } from '../../row-remarks.ts';
import type { SentForm } from './forms.ts';
import type { ReadTable } from './table.ts';

/** What names the columns of the rows. */
interface Columns {
  readonly names: readonly string[];
  readonly line: number;
  readonly isFirstRecord: boolean;
}

/**
 * Reads the rows of CSV by the rules of ingestion: in the dialect of the model's own file, or else in the one
 * that the text shows. Without a header, fields are the features in their order.
 *
 * @param maxRows the number of rows that are taken
 * @throws HttpError 400 `csv` for a text that is no table of the model's; 400 `invalid_request` naming the
 *   line and column of each bad cell, and for too many rows
 */
export async function readCsv(
  bytes: Uint8Array,
  model: Model,
  dialect: Dialect,
  sent: Pick<SentForm, 'charset' | 'header'>,
  maxRows: number,
): Promise<ReadTable> {
  const isClear = hasByteOrderMark(bytes) || isUtf8(bytes);
  const encoding = charsetOf(sent.charset) ?? (isClear ? undefined : dialect.encoding);
  const rules = { ...(encoding === undefined ? {} : { encoding }) };
  const read = (contract: DatasetContract) => readAs(bytes, model, contract, sent.header, maxRows);
  const { delimiter, decimal } = dialect;
  try {
    return await read({ ...rules, delimiter, decimal });
  } catch (first) {
    if (!(first instanceof RefusedFileError)) throw first;
    // In another dialect than the model's file: the text shows which, or the first fault is the better one.
    try {
      return await read(rules);
    } catch (second) {
      if (!(second instanceof RefusedFileError)) throw second;
      throw refused(first);
    }
  }
}

function charsetOf(charset: string | undefined): string | undefined {
  if (charset === undefined) return undefined;
  const encoding = encodingOf(charset);
  if (encoding !== undefined) return encoding;
  throw new HttpError(
    415,
    'media_type',
    `The charset ${shown(charset)} is not known: send the body in UTF-8.`,
  );
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    UTF8.decode(bytes);
    return true;
  } catch {
    // A decoder has no other way to say so.
    return false;
  }
}

/** Without the advice, which is about files and their contracts. */
const refused = ({ message }: RefusedFileError) => new HttpError(400, 'csv', `The body: ${message}`);

async function readAs(
  bytes: Uint8Array,
  model: Model,
  contract: DatasetContract,
  header: boolean | undefined,
  maxRows: number,
): Promise<ReadTable> {
  const source = {
    name: 'body.csv',
    sizeBytes: bytes.length,
    async *open(from = 0, to = bytes.length) {
      yield bytes.subarray(from, to);
    },
  };
  const table = await openTable(source, contract, DEFAULT_LIMITS);
  try {
    const { grammar } = table.dialect;
    const context = readingContext(table.sample, contract, grammar);
    const columns = columnsOf(table, model, header, context);
    if (table.fault) throw table.fault;
    const reader = new CsvRows(model, columns, context.decimal, maxRows);
    await streamRecords(table, reader, DEFAULT_LIMITS, () => undefined);
    return reader.finish(grammar, context.decimal);
  } finally {
    await table.text.close();
  }
}

/** The header's names, or the features' in their order where there is none. */
function columnsOf(
  table: OpenedTable,
  model: Model,
  header: boolean | undefined,
  context: ReadingContext,
): Columns {
  const features = model.features.map(({ name }) => name);
  const { first, width } = table.sample;
  const named = first.fields.filter((name) => features.includes(name)).length;
  const hasHeader = header ?? (named > 0 || table.comment?.some((name) => features.includes(name)) === true);
  if (hasHeader) return findHeader(table.sample, table.comment, features, header, context);
  if (width === features.length || first.fields.length === features.length)
    return { names: features, line: first.line, isFirstRecord: false };
  const message = `line ${first.line}: expected a header with the features of the model, or ${features.length} fields in their order (${firstOf(features)}), got ${first.fields.length}: ${shown(first.fields.join(', '))}`;
  throw new RefusedFileError('columns', message, { line: first.line });
}

/** Reads the records of CSV into rows of the model. */
class CsvRows implements RecordReceiver {
  readonly #model: Model;
  readonly #columns: Columns;
  readonly #values: RowValues;
  readonly #maxRows: number;
  readonly #ignored: readonly string[];
  readonly #faults = new FaultList();
  readonly #rows: { values: RawValue[]; remarks: RowRemarks }[] = [];
  readonly #cells: string[][] = [];
  #isHeaderNext: boolean;

  /** @throws RefusedFileError `header` or `columns` when the columns do not suit the model */
  constructor(model: Model, columns: Columns, decimal: ReadingContext['decimal'], maxRows: number) {
    const { names, line, isFirstRecord } = columns;
    checkNames(
      names.map((name) => (name === '' ? undefined : name)),
      line,
      DEFAULT_LIMITS,
    );
    this.#model = model;
    this.#columns = columns;
    this.#values = new RowValues(model, names, line, decimal);
    this.#maxRows = maxRows;
    const features = new Set(model.features.map(({ name }) => name));
    this.#ignored = names.filter((name) => name !== '' && !features.has(name));
    this.#isHeaderNext = isFirstRecord;
  }

  async take(scan: CsvScanner, bytes: Uint8Array): Promise<void> {
    if (scan.skipped) this.#addOversize(scan.skipped);
    for (let record = 0; record < scan.records; record++) {
      const oversize = scan.oversize.get(record);
      if (this.#isHeaderNext) this.#isHeaderNext = false;
      else if (oversize) this.#addOversize(oversize);
      else this.#addRow(scan, bytes, record);
      if (this.#faults.isFull) throw invalidRequest(this.#faults.faults);
    }
  }

  /** @throws HttpError 400 when any row was bad, or there is none */
  finish(grammar: CsvGrammar, decimal: ReadingContext['decimal']): ReadTable {
    const { faults } = this.#faults;
    if (faults.length > 0) throw invalidRequest(faults);
    if (this.#rows.length === 0)
      throw invalidRequest([{ path: '', message: 'expected at least one row, got none' }]);
    const input = { names: this.#columns.names, rows: this.#cells };
    return { rows: this.#rows, input, grammar, decimal };
  }

  #addRow(scan: CsvScanner, bytes: Uint8Array, record: number): void {
    const { names } = this.#columns;
    const line = scan.recordLine[record]!;
    if (this.#rows.length === this.#maxRows)
      throw invalidRequest([{ path: `line ${line}`, message: `expected at most ${this.#maxRows} rows` }]);
    const cells = recordTexts(scan, bytes, record);
    if (cells.length !== names.length) {
      this.#faults.add(`line ${line}`, `expected ${names.length} fields, got ${cells.length}`);
      return;
    }
    const read = this.#values.read(scan, bytes, record, cells);
    if (!Array.isArray(read)) {
      this.#addFault(read);
      return;
    }
    // The next call reuses the array.
    const values = [...read];
    this.#rows.push({ values, remarks: this.#remarksOn(values) });
    this.#cells.push(cells);
  }

  #addFault({ line, column, reason, value }: RowFault): void {
    this.#faults.add(`line ${line}, ${column}`, `${reason}, got ${shown(value)}`);
  }

  #addOversize({ line, code }: OversizeVerdict): void {
    this.#faults.add(
      `line ${line}`,
      code === 'field_size' ? 'the field is too large' : 'the row is too large',
    );
  }

  #remarksOn(values: readonly RawValue[]): RowRemarks {
    const categories: { feature: string; value: string }[] = [];
    const gaps: string[] = [];
    for (const [i, feature] of this.#model.features.entries()) {
      const value = values[i]!;
      if (value === null) {
        if (!feature.nullable) gaps.push(feature.name);
      } else if (REQUESTS[feature.type].isUnseen?.(value, feature))
        categories.push({ feature: feature.name, value: String(value) });
    }
    const ignored = this.#ignored;
    const isPlain = categories.length === 0 && gaps.length === 0 && ignored.length === 0;
    return isPlain ? NOTHING_UNSEEN : { categories, gaps, ignored };
  }
}
