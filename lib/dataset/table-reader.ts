import { byCodeUnits } from '../code-units.ts';
import type { DatasetColumn, DatasetSchema } from '../columns/dataset-schema.ts';
import { NUMBERS_SHAPES, TEXTS_SHAPES } from '../columns/kinds.ts';
import { RefusedFileError } from '../errors.ts';
import { shown } from '../text-safety.ts';
import {
  ContentHash,
  type ContentHasher,
  type ContentSummary,
  type DuplicateCounts,
} from './content/content-hash.ts';
import { ContentThread } from './content/content-thread.ts';
import type { DatasetContract } from './contract.ts';
import { CsvScanner } from './csv/csv-scanner.ts';
import { type CsvGrammar, RFC_4180 } from './csv/grammar.ts';
import { checkHeader } from './csv/header.ts';
import type { IngestLimits } from './csv/limits.ts';
import type { OversizeVerdict } from './csv/oversize-record.ts';
import { RecordFeed, type RecordReceiver } from './csv/record-feed.ts';
import { checkAgainstContract, DEFAULT_MISSING_TOKENS, planTable } from './infer-plan.ts';
import type { IngestOutputs, IngestResult } from './ingest-result.ts';
import { EXACT_ROWS } from './kernels/digest-area.ts';
import { ParquetWriter } from './parquet/parquet-writer.ts';
import { type DatasetProfile, DatasetProfiler } from './profile/dataset-profile.ts';
import { PlainRows } from './rows/plain-rows.ts';
import { type Rejection, RejectsWriter } from './rows/rejects-writer.ts';
import { RowGroup } from './rows/row-group.ts';
import { RowReader } from './rows/row-reader.ts';
import { cellText, Sample } from './rows/sample.ts';
import type { TablePlan } from './rows/table-plan.ts';

/** The share of rejected rows that a file may have unless the contract says otherwise. */
const MAX_REJECTED_SHARE = 0.05;
const REJECTION_EXAMPLES = 100;

/** Labels are refused as no classes when a file of this many rows has fewer than two rows per class. */
const CARDINALITY_ROWS = 100;

/** Everything that exists once the types are known. */
interface Pipeline {
  readonly plan: TablePlan;
  readonly group: RowGroup;
  readonly reader: RowReader;
  readonly plain: PlainRows;
  readonly parquet: ParquetWriter;
  readonly profiler: DatasetProfiler;
}

/** Turns batches of scanned records into outputs: the header first, then a sample, then everything else row by row. */
export class TableReader implements RecordReceiver {
  rowsSeen = 0;
  readonly #outputs: IngestOutputs;
  readonly #limits: IngestLimits;
  readonly #grammar: CsvGrammar;
  readonly #contract: DatasetContract | undefined;
  readonly #championOrder: readonly string[] | undefined;
  readonly #rejects: RejectsWriter;
  /** From the header on, until the types are known. */
  #sample: Sample | undefined;
  readonly #threads: number;
  #names: readonly string[] | undefined;
  #pipeline: Pipeline | undefined;
  /** Started as soon as the table is known to be none of the smallest. */
  #thread: ContentThread | undefined;
  #content: ContentHasher | undefined;
  /** Rows of the group that were hashed, or are under way to be. */
  #hashed = 0;
  #accepted = 0;
  #blank = 0;
  #groups = 0;
  readonly #byCode = new Map<string, number>();
  readonly #examples: Rejection[] = [];

  constructor(
    outputs: IngestOutputs,
    limits: IngestLimits,
    grammar: CsvGrammar,
    contract: DatasetContract | undefined,
    championOrder: readonly string[] | undefined,
    threads: number,
  ) {
    this.#outputs = outputs;
    this.#limits = limits;
    this.#grammar = grammar;
    this.#contract = contract;
    this.#championOrder = championOrder;
    this.#threads = threads;
    this.#rejects = new RejectsWriter(outputs.rejects, RFC_4180);
  }

  /** Takes the records of one batch of the scanner. */
  async take(scan: CsvScanner, bytes: Uint8Array): Promise<void> {
    this.#blank += scan.blanks;
    if (scan.skipped) this.#takeSkipped(scan.skipped);
    if (scan.records === 0) return;
    let from = 0;
    if (!this.#names) this.#readHeader(scan, bytes, from++);
    this.rowsSeen += scan.records - from;
    if (!this.#pipeline) from = await this.#fillSample(scan, bytes, from);
    if (this.#pipeline) await this.#readRows(this.#pipeline, scan, bytes, from);
  }

  /** What reads plain rows, once the types of the columns are known. */
  get plainRows(): PlainRows | undefined {
    return this.#pipeline?.plain;
  }

  /** Takes plain records from where `plainRows` stands, up to one that is not. Gives the line feeds passed. */
  async takePlain(): Promise<number> {
    const pipeline = this.#pipeline!;
    const { plain, group } = pipeline;
    let lines = 0;
    for (;;) {
      this.rowsSeen += plain.read();
      this.#blank += plain.blanks;
      lines += plain.lines;
      await this.#hashBatch(group);
      if (group.rows < group.capacity || plain.handOverTo === undefined) return lines;
      await this.#writeGroup(pipeline, false);
    }
  }

  #takeSkipped(verdict: OversizeVerdict): void {
    if (!this.#names) throw oversizeHeader(verdict);
    this.rowsSeen++;
    if (this.#pipeline) this.#pipeline.reader.rejectOversize(verdict);
    else this.#sample!.addOversize(verdict);
  }

  #readHeader(scan: CsvScanner, bytes: Uint8Array, record: number): void {
    const oversize = scan.oversize.get(record);
    if (oversize) throw oversizeHeader(oversize);
    const [first, end] = [scan.recordFirst[record]!, scan.recordFirst[record + 1]!];
    const names = Array.from({ length: end - first }, (_, column) => cellText(scan, bytes, first + column));
    const line = scan.recordLine[record]!;
    checkHeader(names, line, this.#limits, this.#grammar);
    if (this.#contract) checkAgainstContract(names, this.#contract, line);
    this.#names = names;
    this.#sample = new Sample(names.length, this.#contract?.missing_tokens ?? DEFAULT_MISSING_TOKENS);
  }

  /** @returns the first record of the batch that is not part of the sample */
  async #fillSample(scan: CsvScanner, bytes: Uint8Array, from: number): Promise<number> {
    const sample = this.#sample!;
    const to = Math.min(scan.records, from + this.#limits.sampleRecords - sample.records);
    if (to > from) sample.add(scan, bytes, from, to);
    const isFull = sample.records >= this.#limits.sampleRecords || sample.bytes >= this.#limits.sampleBytes;
    if (isFull) {
      if (this.#threads > 1) this.#thread = new ContentThread();
      await this.#startPipeline();
    }
    return to;
  }

  async #startPipeline(): Promise<Pipeline> {
    const { rows, columns } = this.#sample!;
    const plan = planTable(this.#names!, columns, rows, this.#contract, this.#championOrder);
    const pipeline = this.#build(plan);
    this.#pipeline = pipeline;
    await this.#replaySample(pipeline);
    return pipeline;
  }

  /** Reads the sample's rows as if they came now. */
  async #replaySample({ plain, reader }: Pipeline): Promise<void> {
    const counted = [this.rowsSeen, this.#blank] as const;
    for (const piece of this.#sample!.pieces) {
      if ('verdict' in piece) {
        reader.rejectOversize(piece.verdict);
        continue;
      }
      plain.text.set(piece.bytes);
      // Each piece ends with a record, so its end is a record's end, with or without a line ending.
      const feed = new RecordFeed(new CsvScanner(this.#limits, this.#grammar, piece.line), this);
      await feed.feed(plain.text, 0, piece.bytes.length, true);
    }
    this.#sample = undefined;
    // They were counted when they came.
    [this.rowsSeen, this.#blank] = counted;
  }

  #build(plan: TablePlan): Pipeline {
    // With a thread for it, no more than one group is hashed here.
    const digestedRows = this.#thread ? this.#limits.rowGroupRows : EXACT_ROWS;
    const group = new RowGroup(plan, this.#limits, digestedRows, this.#grammar);
    this.#thread?.open(group, plan, this.#limits);
    const reader = new RowReader(group, plan.names, plan.missingTokens, this.#limits, (rejection) =>
      this.#reject(rejection),
    );
    Object.assign(group.kernel.hooks, reader.hooksOn(group.kernel.bytes));
    return {
      plan,
      group,
      reader,
      plain: new PlainRows(group, plan, this.#limits),
      parquet: new ParquetWriter(this.#outputs.parquet, group),
      profiler: new DatasetProfiler(group),
    };
  }

  async #readRows(pipeline: Pipeline, scan: CsvScanner, bytes: Uint8Array, from: number): Promise<void> {
    for (let record = from; record < scan.records; ) {
      // A full group is written only when another row comes, so that the last one can be told to be the only one.
      if (pipeline.group.rows === pipeline.group.capacity) await this.#writeGroup(pipeline, false);
      record = pipeline.reader.read(scan, bytes, record);
      await this.#hashBatch(pipeline.group);
    }
    if (this.#rejects.isFull) await this.#rejects.flush();
  }

  async #writeGroup({ group, profiler, parquet }: Pipeline, isLast: boolean): Promise<void> {
    this.#content ??= this.#hasher(group, isLast);
    await this.#content.add(group, this.#hashed, group.rows);
    const survey = group.survey();
    profiler.add(group, survey, isLast && this.#groups === 0);
    await parquet.write(group, survey);
    this.#accepted += group.rows;
    this.#groups++;
    group.rows = 0;
    this.#hashed = 0;
  }

  /** Has rows hashed while they are in the processor's cache; those of the first group when it is known whether it is the only one. */
  async #hashBatch(group: RowGroup): Promise<void> {
    if (!this.#content) return;
    const from = this.#hashed;
    const { batchRows } = this.#content;
    const to = group.rows - ((group.rows - from) % batchRows);
    if (to === from) return;
    await this.#content.add(group, from, to);
    this.#hashed = to;
  }

  /** A table of one group is done sooner here. */
  #hasher(group: RowGroup, isOnly: boolean): ContentHasher {
    return isOnly || !this.#thread ? new ContentHash(group) : this.#thread;
  }

  #reject(rejection: Rejection): void {
    this.#byCode.set(rejection.code, (this.#byCode.get(rejection.code) ?? 0) + 1);
    if (this.#examples.length < REJECTION_EXAMPLES) this.#examples.push(rejection);
    this.#rejects.add(rejection);
  }

  /** Waits for what is being written, and ends what was started: to be called however the reading ends. */
  async close(): Promise<void> {
    await this.#pipeline?.parquet.settle();
    await this.#content?.close();
    await this.#thread?.close();
  }

  /**
   * Ends the table: judges it as a whole, and completes the outputs.
   *
   * @throws RefusedFileError `empty`, `no_rows`, `all_rejected`, `rejected_share`, `classes`, `cardinality`
   */
  async finish(): Promise<Omit<IngestResult, 'sourceSha256' | 'sizeBytes'>> {
    if (!this.#names)
      throw new RefusedFileError('empty', 'the file holds no text; expected a header and rows');
    if (this.rowsSeen === 0)
      throw new RefusedFileError('no_rows', 'the file holds a header and no rows; add rows');
    const pipeline = this.#pipeline ?? (await this.#startPipeline());
    if (pipeline.group.rows > 0) await this.#writeGroup(pipeline, true);
    const rejected = this.rowsSeen - this.#accepted;
    const classes = pipeline.profiler.classes();
    this.#checkRejected(rejected);
    this.#checkClasses(classes, pipeline.group.label.name);
    // The thread has some rows to hash yet.
    const profile = pipeline.profiler.profile(pipeline.group.features);
    const [content] = await Promise.all([this.#content!.summarise(classes), this.#writeRest(pipeline)]);
    return this.#result(pipeline, classes, rejected, profile, content);
  }

  async #writeRest({ parquet }: Pipeline): Promise<void> {
    await this.#rejects.flush();
    await parquet.finish();
  }

  #checkRejected(rejected: number): void {
    const [first] = this.#examples;
    const example = first ? `, the first at line ${first.line}: ${first.code} ${shown(first.value)}` : '';
    const options = first ? { line: first.line } : {};
    if (this.#accepted === 0) {
      throw new RefusedFileError(
        'all_rejected',
        `all ${rejected} rows are rejected${example}; correct them or schema.json`,
        options,
      );
    }
    const most = this.#contract?.max_rejected_share ?? MAX_REJECTED_SHARE;
    if (rejected <= most * this.rowsSeen) return;
    const message = `expected at most ${percent(most)} of the rows to be rejected, got ${rejected} of ${this.rowsSeen} (${percent(rejected / this.rowsSeen)})${example}; correct them, or raise max_rejected_share in schema.json`;
    throw new RefusedFileError('rejected_share', message, options);
  }

  #checkClasses(classes: readonly string[], label: string): void {
    if (classes.length < 2) {
      const message = `the label ${shown(label)} is ${shown(classes[0] ?? '')} in every row; expected two classes or more`;
      throw new RefusedFileError('classes', message);
    }
    const isPerRow = this.#accepted > 2 && classes.length === this.#accepted;
    const isNearlyPerRow = this.#accepted >= CARDINALITY_ROWS && classes.length > this.#accepted / 2;
    if (!isPerRow && !isNearlyPerRow) return;
    const message = `the label ${shown(label)} has ${classes.length} different values in ${this.#accepted} rows; expected a few classes, each with many rows: name the label column in schema.json`;
    throw new RefusedFileError('cardinality', message);
  }

  #result(
    pipeline: Pipeline,
    classes: string[],
    rejected: number,
    profile: Omit<DatasetProfile, 'duplicates'>,
    { datasetSha256, duplicates }: ContentSummary,
  ): Omit<IngestResult, 'sourceSha256' | 'sizeBytes'> {
    const { plan, group, profiler } = pipeline;
    const blank = this.#blank;
    return {
      schema: schemaOf(plan, group, profiler),
      label: group.label.name,
      classes,
      rows: { read: this.rowsSeen + blank, accepted: this.#accepted, rejected, blank },
      datasetSha256,
      profile: { ...profile, duplicates: profileOf(duplicates) },
      warnings: [...plan.warnings, ...duplicateWarnings(duplicates)],
      rejectionsByCode: Object.fromEntries([...this.#byCode].sort(([a], [b]) => byCodeUnits(a, b))),
      rejectionExamples: this.#examples,
    };
  }
}

function schemaOf(plan: TablePlan, group: RowGroup, profiler: DatasetProfiler): DatasetSchema {
  const columns = group.features.map((feature): DatasetColumn => {
    const { name } = feature;
    const nullable = profiler.hasMissing(name);
    if (feature.storage === 'numbers')
      return NUMBERS_SHAPES[feature.kind].columnOf({ name, nullable, min: feature.min, max: feature.max });
    const { kind, allowed } = feature;
    return TEXTS_SHAPES[kind].columnOf({ name, nullable, categories: profiler.categoriesOf(name), allowed });
  });
  return {
    columns,
    label: group.label.name,
    feature_order: [...plan.featureOrder],
    missing_tokens: [...plan.missingTokens],
    ignored: plan.names.filter((_, column) => plan.columns[column]!.role === 'ignored'),
  };
}

function profileOf(duplicates: DuplicateCounts): DatasetProfile['duplicates'] {
  return {
    duplicate_rows: duplicates.duplicateRows,
    conflicting_rows: duplicates.conflictingRows,
    exact: duplicates.exact,
    sampled_rows: duplicates.sampledRows,
  };
}

function duplicateWarnings({ duplicateRows, conflictingRows, exact }: DuplicateCounts): string[] {
  const about = exact ? '' : 'about ';
  return [
    ...(duplicateRows > 0 ? [`${about}${duplicateRows} rows repeat an earlier row; all are kept`] : []),
    ...(conflictingRows > 0
      ? [`${about}${conflictingRows} rows have the same features as a row with another label; all are kept`]
      : []),
  ];
}

function oversizeHeader({ line, code }: OversizeVerdict): RefusedFileError {
  const message = `line ${line}: the header is too large (${code}); expected a line of short column names`;
  return new RefusedFileError('header', message, { line });
}

const percent = (share: number) => `${Number((share * 100).toPrecision(3))}%`;
