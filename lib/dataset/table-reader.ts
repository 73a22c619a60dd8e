import type { DatasetColumn, DatasetSchema } from '../columns/dataset-schema.ts';
import { NUMBERS_SHAPES, TEXTS_SHAPES } from '../columns/kinds.ts';
import { RefusedFileError } from '../errors.ts';
import { firstOf, shown } from '../text-safety.ts';
import {
  ContentHash,
  type ContentHasher,
  type ContentSummary,
  type DuplicateCounts,
} from './content/content-hash.ts';
import type { ContentThread } from './content/content-thread.ts';
import type { CsvScanner } from './csv/csv-scanner.ts';
import { type CsvGrammar, RFC_4180 } from './csv/grammar.ts';
import { oversizeHeader } from './csv/header.ts';
import type { IngestLimits } from './csv/limits.ts';
import type { OversizeVerdict } from './csv/oversize-record.ts';
import type { RecordReceiver } from './csv/record-feed.ts';
import type { IngestOutputs, IngestResult } from './ingest-result.ts';
import { ParquetWriter } from './parquet/parquet-writer.ts';
import { type DatasetProfile, DatasetProfiler } from './profile/dataset-profile.ts';
import { anotherLabel } from './rows/another-label.ts';
import { type FirstRows, firstRowsOf } from './rows/first-rows.ts';
import { checkNumericLabel } from './rows/numeric-label.ts';
import type { PartPlaces } from './rows/part-places.ts';
import { PlainRows } from './rows/plain-rows.ts';
import { RejectionTally } from './rows/rejection-tally.ts';
import { type Rejection, RejectsWriter } from './rows/rejects-writer.ts';
import { RowGroup } from './rows/row-group.ts';
import { RowReader } from './rows/row-reader.ts';
import type { ColumnPlan, TablePlan } from './rows/table-plan.ts';
import { tooManyRows } from './rows/too-many-rows.ts';
import { LateSurprises, ReadAgain } from './understand/late-surprises.ts';
import type { PlannedTable } from './understand/plan-table.ts';
import { tooManyRejected } from './understand/too-many-rejected.ts';
import type { IngestWarning } from './understand/understood.ts';

/** Maximum share of rejected rows, unless the contract sets another. */
const MAX_REJECTED_SHARE = 0.05;

/**
 * From this many rows on, a label with fewer than two rows per class is refused, because it has no classes.
 */
const CARDINALITY_ROWS = 100;

/** Fewer rows than this are too few to tell a pattern from chance. */
const FEW_ROWS = 50;

/** How to read a table, and for what purpose. */
export interface TableReading {
  readonly planned: PlannedTable;
  readonly grammar: CsvGrammar;
  readonly limits: IngestLimits;
  readonly maxRejectedShare: number | undefined;
  /** Columns whose reading the contract sets: late texts do not change them. */
  readonly pinned: ReadonlySet<string>;
  /** The thread that hashes rows, if there is one. */
  readonly thread: ContentThread | undefined;
  /** Says in which part a line lies, of files that are read as one. */
  readonly places?: PartPlaces | undefined;
}

/** Turns batches of scanned records into outputs, row by row. */
export class TableReader implements RecordReceiver {
  rowsSeen = 0;
  readonly tally = new RejectionTally();
  readonly #reading: TableReading;
  readonly #plan: TablePlan;
  readonly #rejects: RejectsWriter;
  readonly #group: RowGroup;
  readonly #reader: RowReader;
  readonly #plain: PlainRows | undefined;
  readonly #parquet: ParquetWriter;
  readonly #profiler: DatasetProfiler;
  readonly #surprises: LateSurprises;
  readonly #thread: ContentThread | undefined;
  #content: ContentHasher | undefined;
  /** Whether the next record names the columns. */
  #isHeaderNext: boolean;
  /** Rows of the group that are hashed, or are being hashed. */
  #hashed = 0;
  #accepted = 0;
  #blank = 0;
  #groups = 0;
  #firstRows: FirstRows | undefined;

  constructor(reading: TableReading, outputs: IngestOutputs) {
    const { planned, limits, grammar, thread } = reading;
    const { plan } = planned;
    this.#reading = reading;
    this.#plan = plan;
    this.#isHeaderNext = planned.header.isFirstRecord;
    this.#thread = thread;
    const group = new RowGroup(plan, limits, { grammar, isShared: thread !== undefined });
    this.#thread?.open(group, plan, limits);
    this.#group = group;
    this.#reader = new RowReader(
      group,
      plan.names,
      plan.gaps,
      limits,
      {
        add: (rejection) => this.#reject(rejection),
        addCell: (cell) => this.tally.addCell(placed(cell, reading.places)),
        noteCode: (column, text) => this.#surprises.noteCode(column, text),
      },
      planned.otherLabels,
    );
    Object.assign(group.kernel.hooks, this.#reader.hooksOn(group.kernel.bytes));
    this.#plain = PlainRows.reads(group) ? new PlainRows(group, plan, limits) : undefined;
    this.#parquet = new ParquetWriter(outputs.parquet, group);
    this.#rejects = new RejectsWriter(outputs.rejects, RFC_4180, { hasParts: reading.places !== undefined });
    this.#profiler = new DatasetProfiler(group);
    this.#surprises = new LateSurprises(group, planned, reading.pinned);
  }

  /** Takes the records of one batch of the scanner. */
  async take(scan: CsvScanner, bytes: Uint8Array): Promise<void> {
    this.#blank += scan.blanks;
    if (scan.skipped) this.#takeSkipped(scan.skipped);
    if (scan.records === 0) return;
    let from = 0;
    if (this.#isHeaderNext) {
      const oversize = scan.oversize.get(0);
      if (oversize) throw oversizeHeader(oversize);
      this.#isHeaderNext = false;
      from = 1;
    }
    this.#see(scan.records - from);
    await this.#readRows(scan, bytes, from);
  }

  /** Reader of plain rows, available after the header. */
  get plainRows(): PlainRows | undefined {
    return this.#isHeaderNext ? undefined : this.#plain;
  }

  /**
   * Takes plain records from where `plainRows` stands, up to one that is not plain. Returns the line feeds
   * passed.
   */
  async takePlain(): Promise<number> {
    const plain = this.#plain!;
    const group = this.#group;
    let lines = 0;
    for (;;) {
      this.#see(plain.read());
      this.#blank += plain.blanks;
      lines += plain.lines;
      await this.#hashBatch(group);
      if (group.rows < group.capacity || plain.handOverTo === undefined) return lines;
      await this.#writeGroup(false);
    }
  }

  /** The first accepted rows so far. */
  firstRows(): FirstRows {
    return this.#firstRows ?? firstRowsOf(this.#group);
  }

  #takeSkipped(verdict: OversizeVerdict): void {
    if (this.#isHeaderNext) throw oversizeHeader(verdict);
    this.#see(1);
    this.#reader.rejectOversize(verdict);
  }

  #see(rows: number): void {
    this.rowsSeen += rows;
    const most = this.#reading.limits.rows;
    if (this.rowsSeen > most) throw tooManyRows(`the table has more than ${most} rows`, most);
  }

  async #readRows(scan: CsvScanner, bytes: Uint8Array, from: number): Promise<void> {
    for (let record = from; record < scan.records; ) {
      // A full group is written only when another row comes, because the last group must know whether it is
      // the only one.
      if (this.#group.rows === this.#group.capacity) await this.#writeGroup(false);
      record = this.#reader.read(scan, bytes, record);
      await this.#hashBatch(this.#group);
    }
    if (this.#rejects.isFull) await this.#rejects.flush();
  }

  async #writeGroup(isLast: boolean): Promise<void> {
    const group = this.#group;
    // Their memory takes the next group's rows.
    this.#firstRows ??= firstRowsOf(group);
    this.#content ??= this.#hasher(group, isLast);
    await this.#content.add(group, this.#hashed, group.rows);
    const survey = group.survey();
    this.#profiler.add(group, survey, isLast && this.#groups === 0);
    this.#surprises.watch(group);
    await this.#parquet.write(group, survey);
    this.#accepted += group.rows;
    this.#groups++;
    group.turn();
    this.#hashed = 0;
    if (!isLast) await this.#content.release(group);
  }

  /**
   * Hashes rows while they are in the processor's cache. Those of the first group wait until it is known
   * whether it is the only one.
   */
  async #hashBatch(group: RowGroup): Promise<void> {
    if (!this.#content) return;
    const from = this.#hashed;
    const { batchRows } = this.#content;
    const to = group.rows - ((group.rows - from) % batchRows);
    if (to === from) return;
    await this.#content.add(group, from, to);
    this.#hashed = to;
  }

  /** Returns the hasher. For a table of one group, hashing in this thread is faster. */
  #hasher(group: RowGroup, isOnly: boolean): ContentHasher {
    return isOnly || !this.#thread ? new ContentHash(group) : this.#thread;
  }

  #reject(rejection: Rejection): void {
    const { places } = this.#reading;
    places?.countRejected(rejection);
    const shownRejection = placed(rejection, places);
    this.tally.add(shownRejection);
    this.#rejects.add(shownRejection);
  }

  /** Waits for pending writes, and ends what was started. Call this however the reading ends. */
  async close(): Promise<void> {
    await this.#parquet.settle();
    await this.#content?.close();
  }

  /** Completes rejects.csv, which is kept for a refused file too. */
  async finishRejects(): Promise<void> {
    await this.#rejects.flush();
  }

  /**
   * Ends the table: judges it as a whole, and completes the outputs.
   *
   * @throws RefusedFileError `no_rows`, `all_rejected`, `rejected_share`, `regression`, `classes`,
   *   `cardinality`
   * @throws ReadAgain when the rest of the file contradicts its sample
   */
  async finish(): Promise<Omit<IngestResult, 'sourceSha256' | 'sizeBytes' | 'understood'>> {
    if (this.#group.rows > 0) await this.#writeGroup(true);
    const rejected = this.rowsSeen - this.#accepted;
    const classes = this.#profiler.classes();
    const formats = this.#surprises.formats(this.tally);
    if (formats) throw new ReadAgain(formats);
    this.#checkRejected(rejected);
    this.#checkClasses(classes);
    const findings = this.#surprises.rowNumbers();
    if (findings) throw new ReadAgain(findings);
    // A thread sorts digests while this one makes the profile.
    const [content, profile] = await Promise.all([
      this.#content!.summarise(classes),
      this.#profileAndWriteRest(),
    ]);
    return this.#result(classes, rejected, profile, content);
  }

  async #profileAndWriteRest(): Promise<Omit<DatasetProfile, 'duplicates'>> {
    const profile = this.#profiler.profile(this.#group.features);
    await this.#rejects.flush();
    await this.#parquet.finish();
    return profile;
  }

  #checkRejected(rejected: number): void {
    const most = this.#reading.maxRejectedShare ?? MAX_REJECTED_SHARE;
    if (this.#accepted > 0 && rejected <= most * this.rowsSeen) return;
    const widened = this.#surprises.widened(this.tally, most * this.rowsSeen);
    if (widened) throw new ReadAgain(widened);
    throw tooManyRejected({
      tally: this.tally,
      rows: this.rowsSeen,
      rejected,
      share: most,
      label: this.#group.label.name,
      otherLabels: this.#reading.planned.otherLabels,
      gaps: this.#plan.gaps,
    });
  }

  #checkClasses(classes: readonly string[]): void {
    const { name, isNumberLabel } = this.#group.label;
    const { otherLabels } = this.#reading.planned;
    if (isNumberLabel) checkNumericLabel(name, new Set(classes), this.#accepted, otherLabels);
    const fix = anotherLabel(otherLabels);
    if (classes.length < 2) {
      const message = `the label ${shown(name)} is ${shown(classes[0] ?? '')} in every row; expected two classes or more`;
      throw new RefusedFileError('classes', message, { fix });
    }
    const isPerRow = this.#accepted > 2 && classes.length === this.#accepted;
    const isNearlyPerRow = this.#accepted >= CARDINALITY_ROWS && classes.length > this.#accepted / 2;
    if (!isPerRow && !isNearlyPerRow) return;
    const message = `the label ${shown(name)} has ${classes.length} different values in ${this.#accepted} rows; expected a few classes, each with many rows`;
    throw new RefusedFileError('cardinality', message, { fix });
  }

  #result(
    classes: string[],
    rejected: number,
    profile: Omit<DatasetProfile, 'duplicates'>,
    { datasetSha256, duplicates }: ContentSummary,
  ): Omit<IngestResult, 'sourceSha256' | 'sizeBytes' | 'understood'> {
    const blank = this.#blank;
    return {
      schema: schemaOf(this.#plan, this.#group, this.#profiler),
      label: this.#group.label.name,
      classes,
      rows: { read: this.rowsSeen + blank, accepted: this.#accepted, rejected, blank },
      datasetSha256,
      profile: { ...profile, duplicates: profileOf(duplicates) },
      warnings: [
        ...this.#reading.planned.warnings,
        ...this.#surprises.warnings(this.tally),
        ...variantWarnings(this.#group.label.name, classes),
        ...duplicateWarnings(duplicates),
        ...(this.#accepted < FEW_ROWS ? [fewRows(this.#accepted)] : []),
      ],
      rejectionsByCode: this.tally.byCode,
      rejectionExamples: this.tally.examples,
    };
  }
}

const placed = (rejection: Rejection, places: PartPlaces | undefined): Rejection =>
  places ? { ...rejection, ...places.at(rejection.line) } : rejection;

/** What a plan means for requests for predictions. */
function askingOf(plan: TablePlan, name: string) {
  const column = plan.columns[plan.names.indexOf(name)];
  if (column?.role !== 'feature') return {};
  return { required: column.required, ...('min' in column ? { format: column.format } : {}) };
}

function schemaOf(plan: TablePlan, group: RowGroup, profiler: DatasetProfiler): DatasetSchema {
  const columns = group.features.map((feature): DatasetColumn => {
    const { name } = feature;
    const nullable = profiler.hasMissing(name);
    if (feature.storage === 'numbers')
      return NUMBERS_SHAPES[feature.kind].columnOf({
        name,
        nullable,
        ...feature.plan,
        ...askingOf(plan, name),
      });
    const { kind, allowed } = feature;
    return TEXTS_SHAPES[kind].columnOf({
      name,
      nullable,
      ...askingOf(plan, name),
      categories: profiler.categoriesOf(name),
      allowed,
    });
  });
  return {
    columns,
    label: group.label.name,
    feature_order: [...plan.featureOrder],
    missing_tokens: [...plan.gaps.numbers],
    ignored: plan.names.filter((name, column) => name !== '' && isLeftOut(plan.columns[column]!)),
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

function duplicateWarnings({ duplicateRows, conflictingRows, exact }: DuplicateCounts): IngestWarning[] {
  const about = exact ? '' : 'about ';
  const warning = (code: IngestWarning['code'], message: string): IngestWarning => ({
    code,
    column: null,
    message: `${about}${message}`,
    fix: null,
  });
  return [
    ...(duplicateRows > 0
      ? [
          warning(
            'duplicate_rows',
            `${duplicateRows} ${duplicateRows === 1 ? 'row repeats' : 'rows repeat'} an earlier row; all are kept`,
          ),
        ]
      : []),
    ...(conflictingRows > 0
      ? [
          warning(
            'conflicting_rows',
            `${conflictingRows} rows have the same features as a row with another label; all are kept`,
          ),
        ]
      : []),
  ];
}

const fewRows = (rows: number): IngestWarning => ({
  code: 'few_rows',
  column: null,
  message: `${rows} rows are few: what a model shows on them may be chance`,
  fix: 'add rows where you can',
});

/** Warnings about classes that differ only in spaces or case. */
function variantWarnings(label: string, classes: readonly string[]): IngestWarning[] {
  const byForm = new Map<string, string[]>();
  for (const name of classes) {
    const form = name.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
    byForm.set(form, [...(byForm.get(form) ?? []), name]);
  }
  const alike = [...byForm.values()].filter((names) => names.length > 1);
  if (alike.length === 0) return [];
  const list = alike
    .slice(0, 5)
    .map((names) => firstOf(names))
    .join('; ');
  return [
    {
      code: 'label_variants',
      column: label,
      message: `classes that differ in spaces or case only are different classes: ${list}`,
      fix: 'write each class in one way, if they are meant to be one',
    },
  ];
}

const isLeftOut = ({ role }: ColumnPlan) => role === 'ignored' || role === 'watched';
