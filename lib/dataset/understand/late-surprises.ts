import { readMarked } from '../../columns/datetime/date-text.ts';
import { adviceOnDates } from '../../columns/datetime/no-date-advice.ts';
import { adviceOn } from '../../columns/numeric/no-number-advice.ts';
import { looksLikeNumber } from '../../columns/numeric/number-format.ts';
import { shown } from '../../text-safety.ts';
import type { RejectionCode } from '../csv/codes.ts';
import type { RejectionTally } from '../rows/rejection-tally.ts';
import type { NumbersFeature, RowGroup, TextColumn, TextsFeature } from '../rows/row-group.ts';
import { type Findings, NO_FINDINGS, type PlannedTable, type Widening } from './plan-table.ts';
import { RowNumberWatch } from './row-numbers.ts';
import type { IngestWarning } from './understood.ts';

/** For each rejection code, the kind that the rejected cells' column was taken for. */
const BEGAN_AS: Readonly<Partial<Record<RejectionCode, string>>> = {
  range: 'numbers',
  number: 'numbers',
  date: 'dates',
};

/** Of texts that are none of what a column holds: the code of the warning, and what to do. */
const OTHERS: Readonly<
  Partial<
    Record<
      RejectionCode,
      { warning: IngestWarning['code']; adviceOn(texts: string[], column: string): string }
    >
  >
> = {
  number: { warning: 'near_numeric', adviceOn },
  date: { warning: 'near_datetime', adviceOn: adviceOnDates },
};

/** Rejected texts that may show another format of a column's numbers or dates. */
const SHOWS_FORMAT: Readonly<Partial<Record<RejectionCode, (text: string) => boolean>>> = {
  number: looksLikeNumber,
  date: (text) => readMarked(text) !== undefined,
};

/** Numbers with at most this many distinct values may be codes. Later texts in the column prove it. */
const MAX_CODES = 20;

/** Thrown when the rest of a file contradicts its sample. The file must be read again with these findings. */
export class ReadAgain extends Error {
  readonly findings: Findings;

  constructor(findings: Findings) {
    super('the file is to be read again, with what its first reading found');
    this.findings = findings;
  }
}

/**
 * Detects what a sample could not show: texts in a column of numbers or dates, and integers that number the
 * rows.
 */
export class LateSurprises {
  readonly #planned: PlannedTable;
  readonly #pinned: ReadonlySet<string>;
  readonly #watches: readonly { readonly column: NumbersFeature; readonly watch: RowNumberWatch }[];
  /** Distinct values of each column of numbers, until they are too many. */
  readonly #values = new Map<NumbersFeature, Set<number>>();
  /** Fractions among integers that may be thousands, of columns that began as integers. */
  readonly #fractions: readonly { readonly column: NumbersFeature; readonly watch: FractionWatch }[];
  readonly #numbers: ReadonlySet<string>;
  /** Columns of dates of which the sample does not show whether the day comes first. */
  readonly #undecided: readonly TextsFeature[];
  /** Columns of integers of which one begins with a zero. */
  readonly #codes = new Map<string, Widening>();
  readonly #label: string;

  /** @param pinned columns whose reading the contract sets */
  constructor(group: RowGroup, planned: PlannedTable, pinned: ReadonlySet<string>) {
    this.#planned = planned;
    this.#pinned = pinned;
    this.#label = group.label.name;
    const numbers = [...group.features, ...group.watched].filter((feature) => feature.storage === 'numbers');
    this.#watches = numbers
      .filter(({ fileColumn }) => planned.watched.includes(fileColumn))
      .map((column) => ({ column, watch: new RowNumberWatch() }));
    for (const column of numbers) if (!pinned.has(column.name)) this.#values.set(column, new Set());
    this.#numbers = new Set(numbers.filter(({ isWatched }) => !isWatched).map(({ name }) => name));
    this.#fractions = numbers
      .filter(({ name }) => planned.integers.has(name) && this.#mayChange(name))
      .map((column) => ({ column, watch: new FractionWatch() }));
    this.#undecided = group.features.filter(
      (feature) => feature.storage === 'texts' && planned.undecided.has(feature.name),
    ) as TextsFeature[];
  }

  /** Examines the rows of a full group. */
  watch({ rows }: RowGroup): void {
    for (const { column, watch } of this.#fractions) watch.add(column.values.subarray(0, rows));
    for (const { column, watch } of this.#watches) watch.add(column.values.subarray(0, rows));
    for (const [column, values] of this.#values) {
      for (let row = 0; row < rows && values.size <= MAX_CODES; row++) {
        const value = column.values[row]!;
        if (!Number.isNaN(value)) values.add(value);
      }
      if (values.size > MAX_CODES) this.#values.delete(column);
    }
  }

  /**
   * Columns with too many rejected cells that are categories after all: their numbers are few, or their texts
   * came after the sample. Undefined when there are none.
   *
   * @param most maximum number of rejected cells of a column
   */
  widened(tally: RejectionTally, most: number): Findings | undefined {
    const widened = new Map<string, Widening>();
    for (const { column, code, cells: count, example, texts } of tally.groups) {
      const began = BEGAN_AS[code];
      if (began === undefined || count <= most || this.#pinned.has(column)) continue;
      const isFew = [...this.#values.keys()].some(({ name }) => name === column);
      if (!isFew && this.#planned.mixed.has(column)) continue;
      widened.set(column, {
        why: `began as ${began}, but ${count} cells are none, such as ${shown(example.value)} in line ${example.line}`,
        // Few numbers are codes, and so are the texts among them.
        fix: isFew ? null : (OTHERS[code]?.adviceOn([...texts], column) ?? null),
      });
    }
    return widened.size === 0 ? undefined : { ...NO_FINDINGS, widened };
  }

  /** Notes an integer that begins with a superfluous zero, as codes do. */
  noteCode(column: string, text: string): void {
    if (this.#codes.has(column) || this.#pinned.has(column) || !this.#planned.integers.has(column)) return;
    this.#codes.set(column, {
      why: `began as numbers, but ${shown(text)} begins with a zero, as codes do`,
      fix:
        column === this.#label
          ? null
          : `if it holds numbers, list it in schema.json: "columns": [{"name": ${JSON.stringify(column)}, "type": "numeric"}]`,
    });
  }

  /**
   * Columns that are codes after all, or of which later texts show another format of numbers, or the order of
   * dates; undefined for none.
   */
  formats(tally: RejectionTally): Findings | undefined {
    const lateTexts = this.#lateTexts(tally);
    if (this.#codes.size === 0 && lateTexts.size === 0) return undefined;
    return { ...NO_FINDINGS, widened: this.#codes, lateTexts };
  }

  #lateTexts(tally: RejectionTally): Map<number, readonly string[]> {
    const late = new Map<number, readonly string[]>();
    const { names } = this.#planned.plan;
    for (const { column, watch } of this.#fractions)
      if (watch.thousands !== undefined) late.set(column.fileColumn, [watch.thousands.toFixed(3)]);
    for (const { column, code, texts } of tally.groups) {
      const shows = SHOWS_FORMAT[code];
      const found = shows && this.#mayChange(column) ? [...texts].filter(shows) : [];
      if (found.length > 0) late.set(names.indexOf(column), found);
    }
    for (const { name, fileColumn, texts } of this.#undecided) {
      const decides = this.#isOpen ? firstOf(texts, isInOneOrder) : undefined;
      if (decides !== undefined && !this.#pinned.has(name)) late.set(fileColumn, [decides]);
    }
    return late;
  }

  /** Whether later texts may still show how a column is written. */
  #mayChange(column: string): boolean {
    return this.#isOpen && this.#numbers.has(column);
  }

  get #isOpen(): boolean {
    return !this.#planned.isWhole && !this.#planned.isReadAgain;
  }

  /** Warnings of rejected texts that the sample did not show, of columns of numbers or dates. */
  warnings(tally: RejectionTally): IngestWarning[] {
    return tally.groups.flatMap(({ column, code, cells: count, texts }) => {
      const others = OTHERS[code];
      if (!others || this.#planned.mixed.has(column)) return [];
      const list = [...texts].slice(0, 5).map(shown).join(', ');
      const message = `column ${shown(column)} is read as ${BEGAN_AS[code]}, but ${count} ${count === 1 ? 'cell is none' : 'cells are none'}: ${list}${texts.size > 5 ? ' and others' : ''}; their rows are rejected`;
      return [{ code: others.warning, column, message, fix: others.adviceOn([...texts], column) }];
    });
  }

  /**
   * Columns for which the whole file and its sample disagree whether their integers number the rows;
   * undefined for none.
   */
  rowNumbers(): Findings | undefined {
    const rowNumbers = new Map<string, boolean>();
    for (const { column, watch } of this.#watches)
      if (watch.numbersRows !== column.isWatched) rowNumbers.set(column.name, watch.numbersRows);
    return rowNumbers.size === 0 ? undefined : { ...NO_FINDINGS, rowNumbers };
  }
}

/** Fractions among integers that are thousands with a point between them, as far as their values show. */
class FractionWatch {
  #mayBe = true;
  #example: number | undefined;

  add(values: Float64Array): void {
    for (let i = 0; i < values.length && this.#mayBe; i++) {
      const value = values[i]!;
      if (Number.isInteger(value) || Number.isNaN(value)) continue;
      const thousandths = Math.abs(value) * 1000;
      this.#mayBe = thousandths > 1000 && thousandths < 1e6 && isNear(thousandths);
      if (!isNear(thousandths / 10)) this.#example ??= value;
    }
  }

  /** One of them, with three digits behind its point. */
  get thousands(): number | undefined {
    return this.#mayBe ? this.#example : undefined;
  }
}

const isNear = (value: number) => Math.abs(value - Math.round(value)) < 1e-6;

function firstOf(texts: TextColumn, is: (text: string) => boolean): string | undefined {
  for (let code = 0; code < texts.size; code++) {
    const text = texts.textOf(code);
    if (is(text)) return text;
  }
  return undefined;
}

const isInOneOrder = (text: string) => {
  const date = readMarked(text);
  return date !== undefined && (date.dayFirst === undefined) !== (date.monthFirst === undefined);
};
