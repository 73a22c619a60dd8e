import { type FeaturePlan, isReadFast } from '../../columns/file-kinds.ts';
import type { NumbersKind, TextsKind } from '../../columns/kinds.ts';
import type { NumbersPlan } from '../../columns/reading.ts';
import type { SharedWasmMemory } from '../../wasm/engine.ts';
import { MemoryPlan } from '../../wasm/memory-plan.ts';
import { type CsvGrammar, RFC_4180 } from '../csv/grammar.ts';
import type { IngestLimits } from '../csv/limits.ts';
import { type DigestArea, digestArea, EXACT_ROWS } from '../kernels/digest-area.ts';
import { SURVEY_AT } from '../kernels/survey-kernel.ts';
import { TableKernel } from '../kernels/table-kernel.ts';
import {
  SKETCH_COUNTS_AT,
  SKETCH_MET_AT,
  SKETCH_PAGE_BYTES,
  SKETCH_PLACES_AT,
  TABLE_AT,
} from '../kernels/table-memory.ts';
import { CategoryTable } from './category-table.ts';
import type { ColumnPlan, TablePlan } from './table-plan.ts';
import { type TextArea, textArea } from './text-area.ts';

/**
 * Maximum size of one row group's arrays, so that a table of 1,000 columns needs no more memory than one of
 * three.
 */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;

/** The kernels work on up to 8 rows at a time, and so may read this many behind the last. */
const ROWS_BEHIND = 8;

const DIGEST_BYTES = 32;

/** A code is counted in four lanes: see survey-kernel.ts. */
const COUNT_BYTES = 16;

/** A dictionary-coded column of texts. All row groups of a file share its codes. */
export class TextColumn {
  readonly table = new CategoryTable();
  /** Entries before this one mean "missing". */
  readonly firstCode: number;
  /** True when the contract lists all values, so that none may be added. */
  readonly closed: boolean;

  constructor(missingTokens: readonly string[], allowed: readonly string[] | undefined) {
    for (const token of missingTokens) this.#seed(token);
    this.firstCode = this.table.size;
    for (const category of allowed ?? []) this.#seed(category);
    this.closed = allowed !== undefined;
  }

  /** Distinct values without missing tokens. */
  get size(): number {
    return this.table.size - this.firstCode;
  }

  bytesOf(code: number): Uint8Array {
    return this.table.bytesOf(code + this.firstCode);
  }

  textOf(code: number): string {
    return this.table.textOf(code + this.firstCode);
  }

  #seed(text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (this.table.find(bytes, 0, bytes.length) < 0) this.table.add(bytes, 0, bytes.length);
  }
}

interface FeatureSource {
  readonly name: string;
  /** Index of the field in a record. */
  readonly fileColumn: number;
  /** Address of its array in the kernel's memory, in the group's bank. */
  readonly at: number;
}

/** Numbers, NaN where missing. */
export interface NumbersFeature extends FeatureSource {
  readonly storage: 'numbers';
  readonly kind: NumbersKind;
  readonly values: Float64Array;
  readonly min: number;
  readonly max: number;
  readonly plan: NumbersPlan<NumbersKind>;
  /** Whether cells are plain decimals, which the fast path reads. */
  readonly isPlain: boolean;
  /** Whether the column is only watched: it is no feature, and its cells reject no row. */
  readonly isWatched: boolean;
}

/** Codes into `texts`, -1 where missing. */
export interface TextsFeature extends FeatureSource {
  readonly storage: 'texts';
  readonly kind: TextsKind;
  readonly codes: Int32Array;
  readonly texts: TextColumn;
  /** Address of the digests of its texts in the kernel's memory: 32 bytes each, and 32 before the first. */
  readonly digestsAt: number;
  /** Address of its counts: 16 bytes each, and 16 before the first. They are zero except while counting. */
  readonly countsAt: number;
  readonly allowed: readonly string[] | undefined;
  /** Whether equal numbers are one value, however they are written. */
  readonly isNumberLabel: boolean;
  /** Their decimal mark. */
  readonly decimal: '.' | ',';
}

export type Feature = NumbersFeature | TextsFeature;

/** How a group's memory is laid out, and whose it is. */
export interface GroupMemory {
  /** Grammar of the text that is read into the group. */
  readonly grammar?: CsvGrammar;
  /** Whether another thread reads the rows. There are two banks then: it reads one while the other fills. */
  readonly isShared?: boolean;
  /** Memory of the group of the same plan in the other thread; by default a new one. */
  readonly memory?: SharedWasmMemory;
}

/**
 * Accepted rows by column, as many as one Parquet row group takes. It is filled, written and filled again.
 */
export class RowGroup {
  readonly capacity: number;
  /** In feature order. */
  readonly features: readonly Feature[];
  /** Columns that are read too, but are not features. */
  readonly watched: readonly NumbersFeature[];
  /** The label, which has a code in every row. */
  readonly label: TextsFeature;
  readonly kernel: TableKernel;
  readonly text: TextArea;
  /** Memory for the digests of the rows. */
  readonly digests: DigestArea;
  rows = 0;
  /** Number of the bank that `features` and `label` are in. */
  bank = 0;
  readonly #banks: number;
  /** Moves a column to another bank. */
  readonly #moves: ((bank: number) => void)[] = [];

  constructor(
    plan: TablePlan,
    limits: IngestLimits,
    { grammar = RFC_4180, isShared = false, memory: shared }: GroupMemory = {},
  ) {
    this.#banks = isShared ? 2 : 1;
    const fit = Math.floor(ROW_GROUP_BYTES / (8 * plan.names.length));
    this.capacity = Math.max(1, Math.min(limits.rowGroupRows, fit));
    const memory = new MemoryPlan(TABLE_AT);
    this.text = textArea(memory, plan, limits);
    const builders = plan.featureOrder.map((name) =>
      this.#reserve(memory, plan, plan.names.indexOf(name), limits.categories),
    );
    const watchers = plan.columns.flatMap((column, at) =>
      column.role === 'watched' ? [this.#reserveNumbers(memory, plan.names[at]!, at, column)] : [],
    );
    const listed = plannedFeature(plan, plan.labelColumn);
    const listedClasses = 'allowed' in listed ? (listed.allowed?.length ?? 0) : 0;
    this.digests = digestArea(memory, EXACT_ROWS, Math.max(limits.classes, listedClasses));
    const labelBuilder = this.#reserve(memory, plan, plan.labelColumn, limits.classes);
    this.kernel = new TableKernel(memory, grammar, 8, shared);
    this.features = builders.map((build) => build());
    this.watched = watchers.map((build) => build());
    const label = labelBuilder();
    if (label.storage !== 'texts') throw new Error('a label is planned as a number');
    this.label = label;
  }

  /** Goes on to the next bank, if there are two, for rows from 0 on. */
  turn(): void {
    this.rows = 0;
    this.turnTo((this.bank + 1) % this.#banks);
  }

  turnTo(bank: number): void {
    if (bank === this.bank) return;
    this.bank = bank;
    for (const move of this.#moves) move(bank);
  }

  /** Reserves a column's memory. The returned function makes the column once the memory exists. */
  #reserve(memory: MemoryPlan, plan: TablePlan, fileColumn: number, categories: number): () => Feature {
    const name = plan.names[fileColumn]!;
    const column = plannedFeature(plan, fileColumn);
    if ('min' in column) return this.#reserveNumbers(memory, name, fileColumn, column);
    const { kind, allowed } = column;
    const banksAt = this.#reserveBanks(memory, fileColumn, 4);
    const texts = new TextColumn(plan.gaps.texts, allowed);
    const { isNumberLabel = false, decimal = '.' } = column;
    const mostTexts = Math.max(categories, texts.size);
    const digests = memory.reserve(DIGEST_BYTES * (1 + mostTexts));
    const counts = memory.reserve(COUNT_BYTES * (1 + mostTexts));
    return () => {
      const banks = banksAt.map((at) => ({
        at,
        codes: new Int32Array(this.kernel.memory.buffer, at, this.capacity),
      }));
      const feature: TextsFeature = {
        name,
        fileColumn,
        ...banks[0]!,
        storage: 'texts',
        kind,
        texts,
        digestsAt: digests + DIGEST_BYTES,
        countsAt: counts + COUNT_BYTES,
        allowed,
        isNumberLabel,
        decimal,
      };
      this.#moves.push((bank) => Object.assign(feature, banks[bank]));
      return feature;
    };
  }

  #reserveNumbers(
    memory: MemoryPlan,
    name: string,
    fileColumn: number,
    column: NumbersPlan<NumbersKind> & { readonly role: ColumnPlan['role'] },
  ): () => NumbersFeature {
    const { role, ...plan } = column;
    const { kind, min, max } = plan;
    const banksAt = this.#reserveBanks(memory, fileColumn, 8);
    const isPlain = isReadFast(plan);
    const isWatched = role === 'watched';
    return () => {
      const banks = banksAt.map((at) => ({
        at,
        values: new Float64Array(this.kernel.memory.buffer, at, this.capacity),
      }));
      const feature: NumbersFeature = {
        name,
        fileColumn,
        ...banks[0]!,
        storage: 'numbers',
        kind,
        min,
        max,
        plan,
        isPlain,
        isWatched,
      };
      this.#moves.push((bank) => Object.assign(feature, banks[bank]));
      return feature;
    };
  }

  /**
   * Reserves a column's array in each bank. Adds padding: arrays whose addresses differ by a power of two
   * would share the same few cache lines of the processor.
   */
  #reserveBanks(memory: MemoryPlan, fileColumn: number, cellBytes: number): readonly number[] {
    return Array.from({ length: this.#banks }, () => {
      memory.reserve(64 * (fileColumn % 61));
      return memory.reserve(cellBytes * (this.capacity + ROWS_BEHIND));
    });
  }

  /** Summarises each column. Sums are the same for the same values in the same rows. */
  survey(): GroupSurvey {
    const label = this.#surveyTexts(this.label);
    const features = this.features.map((feature) =>
      feature.storage === 'numbers' ? this.#surveyNumbers(feature) : this.#surveyTexts(feature),
    );
    return { features, label };
  }

  #surveyNumbers(feature: NumbersFeature): SurveyedNumbers {
    const { at, values } = feature;
    const end = this.#fillUp(at, values);
    this.kernel.reading.survey(at, end);
    // Cast, as a typed array's type does not say its length: `survey` writes these four numbers.
    const [min, max, sum, missing] = this.kernel.doubles.subarray(SURVEY_AT / 8) as unknown as FourNumbers;
    const survey = { min, max, sum, missing: missing - ((end - at) / 8 - this.rows) };
    return { storage: 'numbers', feature, survey };
  }

  #surveyTexts(feature: TextsFeature): SurveyedTexts {
    const { at, texts, countsAt } = feature;
    this.kernel.reading.count(at, at + 4 * this.rows, countsAt);
    const lanes = this.kernel.words.subarray(
      (countsAt - COUNT_BYTES) / 4,
      (countsAt + COUNT_BYTES * texts.size) / 4,
    );
    const counts = Uint32Array.from(
      { length: 1 + texts.size },
      (_, i) => lanes[4 * i]! + lanes[4 * i + 1]! + lanes[4 * i + 2]! + lanes[4 * i + 3]!,
    );
    lanes.fill(0);
    return { storage: 'texts', feature, survey: { missing: counts[0]!, counts: counts.subarray(1) } };
  }

  /** Sum of squared differences between a column's numbers and `mean`. */
  squaresAbout(mean: number, { at, values }: NumbersFeature): number {
    return this.kernel.reading.squares(at, this.#fillUp(at, values), mean);
  }

  /**
   * Counts a column's numbers by sign, exponent and first 8 bits of mantissa.
   *
   * @param visit called with each sign and exponent that occurs, as the first 12 bits of a double, and its
   *   256 counts, which are overwritten afterwards; NaN is left out
   */
  sketch({ at, values }: NumbersFeature, visit: (page: number, counts: Uint32Array) => void): void {
    const { words } = this.kernel;
    const pages = this.kernel.reading.sketch(at, this.#fillUp(at, values));
    for (let i = 0; i < pages; i++) {
      const page = words[SKETCH_MET_AT / 4 + i]!;
      const from = (SKETCH_COUNTS_AT + SKETCH_PAGE_BYTES * i) / 4;
      const counts = words.subarray(from, from + SKETCH_PAGE_BYTES / 4);
      // Cells hold no infinities, so this exponent means NaN.
      if ((page & 0x7ff) !== 0x7ff) visit(page, counts);
      counts.fill(0);
      words[SKETCH_PLACES_AT / 4 + page] = 0;
    }
  }

  /** Writes NaN after the last row, up to where the kernel reads. */
  #fillUp(at: number, values: Float64Array): number {
    const rows = Math.ceil(this.rows / ROWS_BEHIND) * ROWS_BEHIND;
    new Float64Array(values.buffer, at, rows).fill(Number.NaN, this.rows);
    return at + 8 * rows;
  }
}

/** Plan of a column that is kept; an ignored one has no place in a group. */
function plannedFeature(
  plan: TablePlan,
  fileColumn: number,
): FeaturePlan & { readonly role: 'label' | 'feature' } {
  const column = plan.columns[fileColumn]!;
  if (column.role === 'ignored' || column.role === 'watched')
    throw new Error('an ignored column is planned as a feature');
  return column;
}

/** Summary of one column. */
export type SurveyedColumn = SurveyedNumbers | SurveyedTexts;
export interface SurveyedNumbers {
  readonly storage: 'numbers';
  readonly feature: NumbersFeature;
  readonly survey: NumberSurvey;
}
export interface SurveyedTexts {
  readonly storage: 'texts';
  readonly feature: TextsFeature;
  readonly survey: TextSurvey;
}

/** Summary of a group's columns. */
export interface GroupSurvey {
  readonly features: readonly SurveyedColumn[];
  readonly label: SurveyedTexts;
}

type FourNumbers = readonly [number, number, number, number];

export interface TextSurvey {
  readonly missing: number;
  /** How often each code occurs. */
  readonly counts: Uint32Array;
}

/**
 * NaN is skipped and counted. If every value is missing, minimum and maximum are infinite and the sum is 0.
 */
export interface NumberSurvey {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly missing: number;
}
