import type { RowGroup, SchemaElement } from 'hyparquet';
import type { ByteSink } from '../byte-sink.ts';
import type { Model } from '../classifier/model.ts';
import { type AnswerColumn, type AnswerColumns, answerColumns } from './answer-columns.ts';
import type { BlockStarts } from './block-starts.ts';
import type { AnsweredRow, PredictionWriter } from './prediction-writer.ts';
import type { AnswerChoices } from './result-choices.ts';
import {
  type ColumnValues,
  encodeFooter,
  encodeGroup,
  MAGIC_BYTES,
  movedGroup,
  resultSchema,
} from './result-parquet.ts';
import { numberColumns } from './row-values.ts';

const MAGIC = new TextEncoder().encode('PAR1');

/** A block of short rows is several row groups: a cell takes more memory while it is encoded than as text. */
const MAX_GROUP_CELLS = 512 * 1024;
/** Of wide tables: what is said of each column of a row group must stay small beside it. */
const MIN_GROUP_ROWS = 4096;

/** The columns of a result in Parquet: the file's own, then the answer's. */
export interface ParquetColumns extends AnswerColumns {
  readonly all: readonly AnswerColumn[];
}

/**
 * The columns of a file's result: features that are numbers are numbers, and all others are the texts of the
 * file.
 *
 * @throws RefusedFileError `columns` when the file has a column of the answer's already
 */
export function parquetColumns(
  model: Model,
  names: readonly string[],
  choices: AnswerChoices,
): ParquetColumns {
  const answer = answerColumns(model, names, choices);
  const numbers = new Set(numberColumns(model, names));
  const taken = new Set([...names, ...answer.columns.map(({ name }) => name)]);
  const copied = names.map(
    (name, at): AnswerColumn => ({
      name: name === '' ? nameFor(at, taken) : name,
      type: numbers.has(at) ? 'number' : 'text',
    }),
  );
  return { ...answer, all: [...copied, ...answer.columns] };
}

/** Readers of Parquet find columns by their names, so that each has one. */
function nameFor(column: number, taken: ReadonlySet<string>): string {
  let name = `column_${column + 1}`;
  while (taken.has(name)) name += '_';
  return name;
}

/**
 * Writes rows as Parquet, in row groups that the text decides alone: those of the lots of a table, one after
 * the other, are those of the whole table.
 */
export class ParquetPredictions implements PredictionWriter {
  readonly wantsNumbers = true;
  readonly #sink: ByteSink;
  readonly #columns: ParquetColumns;
  readonly #blocks: BlockStarts;
  readonly #schema: SchemaElement[];
  /** Columns of the file, which come first. */
  readonly #copied: number;
  readonly #maxRows: number;
  #values: ColumnValues[];
  #groups: RowGroup[] = [];
  #pending: Uint8Array[] = [MAGIC];
  #sizeBytes = MAGIC_BYTES;

  constructor(sink: ByteSink, columns: ParquetColumns, blocks: BlockStarts) {
    this.#sink = sink;
    this.#columns = columns;
    this.#blocks = blocks;
    this.#schema = resultSchema(columns.all);
    this.#copied = columns.all.length - columns.columns.length;
    this.#maxRows = Math.max(MIN_GROUP_ROWS, Math.floor(MAX_GROUP_CELLS / columns.all.length));
    this.#values = columns.all.map(() => []);
  }

  get isFull(): boolean {
    return this.#pending.length > 0;
  }

  add({ line, cells, numbers, answer }: AnsweredRow): void {
    if (this.#blocks.passes(line) || this.#values[0]!.length >= this.#maxRows) this.#endGroup();
    const values = this.#values;
    let number = 0;
    for (let column = 0; column < this.#copied; column++) {
      const isNumber = this.#columns.all[column]!.type === 'number';
      values[column]!.push(isNumber ? (numbers[number++] ?? null) : (cells[column] ?? null));
    }
    const answered = answer && this.#columns.valuesOf(answer);
    for (let at = this.#copied; at < values.length; at++)
      values[at]!.push(answered ? answered[at - this.#copied]! : null);
  }

  #endGroup(): void {
    if (this.#values[0]!.length === 0) return;
    const { bytes, group } = encodeGroup(this.#schema, this.#values);
    this.#groups.push(movedGroup(group, this.#sizeBytes - MAGIC_BYTES));
    this.#put(bytes);
    this.#values = this.#values.map(() => []);
  }

  #put(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#sizeBytes += bytes.length;
  }

  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const bytes of pending) await this.#sink.write(bytes);
  }

  async finish(): Promise<void> {
    this.#endGroup();
    this.#put(encodeFooter(this.#schema, this.#groups));
    await this.flush();
  }
}
