import { type RowFault, RowValues } from '../batch/row-values.ts';
import type { ByteSink } from '../byte-sink.ts';
import type { Model, Prediction, PredictionObserver } from '../classifier/model.ts';
import type { ReadingContext } from '../columns/reading.ts';
import type { RawValue } from '../columns/storage.ts';
import { type CsvScanner, recordTexts } from '../dataset/csv/csv-scanner.ts';
import type { CsvGrammar } from '../dataset/csv/grammar.ts';
import { checkNames } from '../dataset/csv/header.ts';
import { DEFAULT_LIMITS } from '../dataset/csv/limits.ts';
import type { OversizeVerdict } from '../dataset/csv/oversize-record.ts';
import type { RecordReceiver } from '../dataset/csv/record-feed.ts';
import { shortened } from '../dataset/rows/rejects-writer.ts';
import type { HeaderDecision } from '../dataset/understand/decide-header.ts';
import type { Answer } from './answer-columns.ts';
import type { BlockStarts } from './block-starts.ts';
import { LabelScore } from './label-score.ts';
import { ParquetPredictions, parquetColumns } from './parquet-predictions.ts';
import { csvFormat, jsonLinesFormat } from './prediction-format.ts';
import type { PredictionWriter } from './prediction-writer.ts';
import type { AnswerChoices } from './result-choices.ts';
import { TextWriter } from './text-writer.ts';

export interface BatchOptions extends AnswerChoices {
  readonly json: boolean;
  /** The blocks of the text, where the output is Parquet. */
  readonly blocks?: BlockStarts | undefined;
  /** Format of the input, and of the output when it is CSV. */
  readonly grammar: CsvGrammar;
  readonly header: Pick<HeaderDecision, 'names' | 'line' | 'isFirstRecord'>;
  /** The input's decimal mark. */
  readonly decimal: ReadingContext['decimal'];
  /** Whether CSV begins with a byte order mark. */
  readonly isMarked: boolean;
  /**
   * Whether records of the file precede these: then the output has no header, since that of the first part
   * has it.
   */
  readonly isContinued?: boolean;
  /** Called for each row that gets no prediction. */
  onFault(fault: RowFault): void;
  /** Called for each prediction. The next call reuses the values. */
  onAnswer?(answer: AnsweredValues): void;
}

/** A row's values in the order of the features, and what the model made of them. */
export interface AnsweredValues {
  /** 1-based physical line where the row begins. */
  readonly line: number;
  readonly values: readonly RawValue[];
  readonly prediction: Prediction;
  readonly isNovel: boolean;
}

/**
 * Predicts the rows of a file in order. Every input row gives one output row. Blank lines are counted, but
 * are not rows, as in ingestion.
 */
export class BatchPredictor implements RecordReceiver {
  rows = 0;
  blanks = 0;
  bad = 0;
  readonly score: LabelScore;
  readonly #model: Model;
  readonly #options: BatchOptions;
  readonly #names: readonly string[];
  readonly #values: RowValues;
  readonly #writer: PredictionWriter;
  /** Index of the label column in the file; -1 if the file has none. */
  readonly #labelColumn: number;
  #isHeaderNext: boolean;
  #isNovel = false;
  readonly #observer: PredictionObserver | undefined;

  /** @throws RefusedFileError `header` or `columns` when the columns do not suit the model or the output */
  constructor(model: Model, sink: ByteSink, options: BatchOptions) {
    const { header, decimal, isContinued = false } = options;
    const { names, line } = header;
    // A column without a name is copied: it holds row names, or nothing.
    checkNames(
      names.map((name) => (name === '' ? undefined : name)),
      line,
      DEFAULT_LIMITS,
    );
    this.#model = model;
    this.#options = options;
    this.score = new LabelScore(model.meta.classes);
    this.#names = names;
    this.#values = new RowValues(model, names, line, decimal);
    this.#writer = writerOf(model, sink, options);
    this.#labelColumn = names.indexOf(model.meta.label);
    this.#isHeaderNext = header.isFirstRecord && !isContinued;
    this.#observer = options.onAnswer && {
      observe: (_label, _confidence, isNovel) => {
        this.#isNovel = isNovel;
      },
    };
  }

  /** Whether the file has the label column. */
  get hasLabels(): boolean {
    return this.#labelColumn >= 0;
  }

  async take(scan: CsvScanner, bytes: Uint8Array): Promise<void> {
    this.blanks += scan.blanks;
    if (scan.skipped) this.#takeOversize(scan.skipped, [], []);
    for (let record = 0; record < scan.records; record++) {
      const cells = recordTexts(scan, bytes, record);
      const oversize = scan.oversize.get(record);
      const numbers = this.#writer.wantsNumbers ? this.#values.numbers(scan, bytes, record, cells) : [];
      if (this.#isHeaderNext) this.#isHeaderNext = false;
      else if (oversize) this.#takeOversize(oversize, cells, numbers);
      else this.#takeRow(scan, bytes, record, cells, numbers);
      if (this.#writer.isFull) await this.#writer.flush();
    }
  }

  finish(): Promise<void> {
    return this.#writer.finish();
  }

  #takeRow(
    scan: CsvScanner,
    bytes: Uint8Array,
    record: number,
    cells: readonly string[],
    numbers: Numbers,
  ): void {
    const names = this.#names;
    const values = this.#values;
    const line = scan.recordLine[record]!;
    if (cells.length !== names.length) {
      const value = `${cells.length} fields instead of ${names.length}`;
      const reason = 'the row does not fit the header';
      this.#write(cells, numbers, { line, column: '', code: 'width', reason, value });
      return;
    }
    const read = values.read(scan, bytes, record, cells);
    if (!Array.isArray(read)) {
      this.#write(cells, numbers, read);
      return;
    }
    const answer = this.#answer(read, line);
    this.rows++;
    this.#writer.add({ line, cells, numbers, answer, fault: undefined });
    const truth = cells[this.#labelColumn];
    if (truth !== undefined && !values.isMissing(truth)) this.score.add(truth, answer.prediction);
  }

  #answer(values: readonly RawValue[], line: number): Answer {
    const { explain, probabilities, onAnswer } = this.#options;
    const prediction = explain
      ? this.#model.explain(values, this.#observer)
      : probabilities
        ? this.#model.predictProbabilities(values, this.#observer)
        : this.#model.predict(values, this.#observer);
    onAnswer?.({ line, values, prediction, isNovel: this.#isNovel });
    return prediction;
  }

  #takeOversize(verdict: OversizeVerdict, cells: readonly string[], numbers: Numbers): void {
    const { line, code, column, prefix } = verdict;
    const value = shortened(`${new TextDecoder().decode(prefix)}…`);
    const reason = OVERSIZE[code];
    this.#write(cells, numbers, { line, column: this.#names[column] ?? '', code, reason, value });
  }

  /** Writes a row that has a fault instead of a prediction. */
  #write(cells: readonly string[], numbers: Numbers, fault: RowFault): void {
    this.rows++;
    this.bad++;
    this.#options.onFault(fault);
    this.#writer.add({ line: fault.line, cells, numbers, answer: undefined, fault });
  }
}

type Numbers = readonly (number | null)[];

function writerOf(model: Model, sink: ByteSink, options: BatchOptions): PredictionWriter {
  const { json, blocks, header, isContinued = false } = options;
  const { names } = header;
  if (blocks) return new ParquetPredictions(sink, parquetColumns(model, names, options), blocks);
  const format = json ? jsonLinesFormat(model, names, options) : csvFormat(model, names, options, options);
  return new TextWriter(sink, format, isContinued);
}

const OVERSIZE: Readonly<Record<OversizeVerdict['code'], string>> = {
  field_size: 'the field is too large',
  row_size: 'the row is too large',
};
