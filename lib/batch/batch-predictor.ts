import { type RowFault, RowValues } from '../batch/row-values.ts';
import type { ByteSink } from '../byte-sink.ts';
import type { Explanation, Model, Prediction, PredictionObserver } from '../classifier/model.ts';
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
import { LabelScore } from './label-score.ts';
import { csvFormat, jsonLinesFormat, type PredictionFormat } from './prediction-format.ts';

const FLUSH_CHARACTERS = 256 * 1024;

export interface BatchOptions {
  readonly explain: boolean;
  readonly json: boolean;
  /** Format of the input, and of the output when it is CSV. */
  readonly grammar: CsvGrammar;
  readonly header: Pick<HeaderDecision, 'names' | 'line' | 'isFirstRecord'>;
  /** The input's decimal mark. */
  readonly decimal: ReadingContext['decimal'];
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
  readonly #sink: ByteSink;
  readonly #options: BatchOptions;
  readonly #names: readonly string[];
  readonly #values: RowValues;
  readonly #format: PredictionFormat;
  /** Index of the label column in the file; -1 if the file has none. */
  readonly #labelColumn: number;
  #isHeaderNext: boolean;
  #pending: string;
  #isNovel = false;
  readonly #observer: PredictionObserver | undefined;

  /** @throws RefusedFileError `header` or `columns` when the columns do not suit the model or the output */
  constructor(model: Model, sink: ByteSink, options: BatchOptions) {
    const { explain, json, grammar, header, decimal, isContinued = false } = options;
    const { names, line } = header;
    // A column without a name is copied: it holds row names, or nothing.
    checkNames(
      names.map((name) => (name === '' ? undefined : name)),
      line,
      DEFAULT_LIMITS,
    );
    this.#model = model;
    this.#sink = sink;
    this.#options = options;
    this.score = new LabelScore(model.meta.classes);
    this.#names = names;
    this.#values = new RowValues(model, names, line, decimal);
    this.#format = json ? jsonLinesFormat(names, model.features) : csvFormat(names, explain, grammar);
    this.#labelColumn = names.indexOf(model.meta.label);
    this.#isHeaderNext = header.isFirstRecord && !isContinued;
    this.#pending = isContinued ? '' : this.#format.head;
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
    if (scan.skipped) this.#takeOversize(scan.skipped, []);
    for (let record = 0; record < scan.records; record++) {
      const cells = recordTexts(scan, bytes, record);
      const oversize = scan.oversize.get(record);
      if (this.#isHeaderNext) this.#isHeaderNext = false;
      else if (oversize) this.#takeOversize(oversize, cells);
      else this.#takeRow(scan, bytes, record, cells);
      if (this.#pending.length >= FLUSH_CHARACTERS) await this.#flush();
    }
  }

  finish(): Promise<void> {
    return this.#flush();
  }

  #takeRow(scan: CsvScanner, bytes: Uint8Array, record: number, cells: readonly string[]): void {
    const names = this.#names;
    const values = this.#values;
    const line = scan.recordLine[record]!;
    if (cells.length !== names.length) {
      const value = `${cells.length} fields instead of ${names.length}`;
      const reason = 'the row does not fit the header';
      this.#write(cells, { line, column: '', code: 'width', reason, value });
      return;
    }
    const read = values.read(scan, bytes, record, cells);
    if (!Array.isArray(read)) {
      this.#write(cells, read);
      return;
    }
    const answer = this.#answer(read, line);
    this.rows++;
    this.#pending += this.#format.row({ line, cells, answer, fault: undefined });
    const truth = cells[this.#labelColumn];
    if (truth !== undefined && !values.isMissing(truth)) this.score.add(truth, answer.prediction);
  }

  #answer(values: readonly RawValue[], line: number): Prediction | Explanation {
    const { explain, onAnswer } = this.#options;
    const prediction = explain
      ? this.#model.explain(values, this.#observer)
      : this.#model.predict(values, this.#observer);
    onAnswer?.({ line, values, prediction, isNovel: this.#isNovel });
    return prediction;
  }

  #takeOversize(verdict: OversizeVerdict, cells: readonly string[]): void {
    const { line, code, column, prefix } = verdict;
    const value = shortened(`${new TextDecoder().decode(prefix)}…`);
    const reason = OVERSIZE[code];
    this.#write(cells, { line, column: this.#names[column] ?? '', code, reason, value });
  }

  /** Writes a row that has a fault instead of a prediction. */
  #write(cells: readonly string[], fault: RowFault): void {
    this.rows++;
    this.bad++;
    this.#options.onFault(fault);
    this.#pending += this.#format.row({ line: fault.line, cells, answer: undefined, fault });
  }

  async #flush(): Promise<void> {
    if (this.#pending === '') return;
    const chunk = new TextEncoder().encode(this.#pending);
    this.#pending = '';
    await this.#sink.write(chunk);
  }
}

const OVERSIZE: Readonly<Record<OversizeVerdict['code'], string>> = {
  field_size: 'the field is too large',
  row_size: 'the row is too large',
};
