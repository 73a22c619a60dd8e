import { type ColumnRule, type FeaturePlan, parseNumbersCell, READINGS } from '../../columns/file-kinds.ts';
import { gapTexts } from '../../columns/gaps.ts';
import { LABEL_KIND } from '../../columns/kinds.ts';
import { judgeNumbers, type NumbersVerdict } from '../../columns/numeric/judge-numbers.ts';
import { PLAIN_FORMAT, plainDecimal, writtenAs } from '../../columns/numeric/number-format.ts';
import { isStrict } from '../../columns/numeric/reading.ts';
import type { ColumnSample, ReadingContext, SampledTexts } from '../../columns/reading.ts';
import { RefusedFileError } from '../../errors.ts';
import { firstOf, shown } from '../../text-safety.ts';
import type { CsvGrammar } from '../csv/grammar.ts';
import { checkHeader } from '../csv/header.ts';
import type { IngestLimits } from '../csv/limits.ts';
import { checkNumericLabel } from '../rows/numeric-label.ts';
import type { ColumnPlan, TablePlan } from '../rows/table-plan.ts';
import { chooseLabel, type LabelChoice, positionWarning } from './choose-label.ts';
import type { DatasetContract } from './contract.ts';
import { decideHeader, type HeaderDecision } from './decide-header.ts';
import { KnownColumns } from './known-columns.ts';
import { readingContext } from './reading-context.ts';
import { areRowNumbers, sampledIntegers } from './row-numbers.ts';
import type { FirstRecord, TableSample } from './table-sample.ts';
import type { IGNORED_REASONS, IngestWarning, Understood } from './understood.ts';

/** More distinct texts than this, in more than half of the rows, identify rows rather than describe them. */
const IDENTIFIER_CATEGORIES = 100;
/** How pandas names a column without a name. */
const UNNAMED = /^(Unnamed: \d+)?$/;

/** Why a column is read as categories after all, and what to do if that is not meant. */
export interface Widening {
  /** Goes on from the column's name. */
  readonly why: string;
  readonly fix: IngestWarning['fix'];
}

/** Findings of an earlier reading of the whole file that its sample did not show. */
export interface Findings {
  /** Columns whose texts came late: they are read as categories. */
  readonly widened: ReadonlyMap<string, Widening>;
  /** Whether the integers of a column number the rows. */
  readonly rowNumbers: ReadonlyMap<string, boolean>;
  /** Later texts that show how a column's numbers or dates are written, by the column's place in the file. */
  readonly lateTexts: ReadonlyMap<number, readonly string[]>;
}

export const NO_FINDINGS: Findings = { widened: new Map(), rowNumbers: new Map(), lateTexts: new Map() };

/** Input of the planning, besides the sample. */
export interface PlanningRules {
  readonly contract: DatasetContract | undefined;
  /** Whether the first record names the columns; undefined lets the sample decide. */
  readonly header: boolean | undefined;
  /** The label that the object's metadata or the command line names. */
  readonly label: string | undefined;
  /** The champion's order of features, which callers already use. Kept when the names are the same. */
  readonly championOrder: readonly string[] | undefined;
  readonly limits: IngestLimits;
  readonly grammar: CsvGrammar;
  /** Fault that ended the sample early. Only the header is judged by the rows before it. */
  readonly fault: RefusedFileError | undefined;
  /** Fields of the comment line directly above the table. */
  readonly comment: readonly string[] | undefined;
}

/** How to read a table, and what to report about it. */
export interface PlannedTable {
  readonly plan: TablePlan;
  readonly header: HeaderDecision;
  /** Columns that are read only to see at the end whether they number the rows. */
  readonly watched: readonly number[];
  /** Columns of numbers whose sample also held other texts. */
  readonly mixed: ReadonlySet<string>;
  /** Columns whose sample held integers only, the label among them. */
  readonly integers: ReadonlySet<string>;
  /** Columns of dates of which the sample does not show whether the day comes first. */
  readonly undecided: ReadonlySet<string>;
  /** Whether the sample was the whole table. */
  readonly isWhole: boolean;
  /** Whether an earlier reading found later texts that show a format. */
  readonly isReadAgain: boolean;
  readonly understood: Pick<Understood, 'decimal' | 'header' | 'label' | 'ignored' | 'columns'>;
  /** Columns that may be meant as the label in its place, the likeliest first. */
  readonly otherLabels: readonly string[];
  readonly warnings: readonly IngestWarning[];
}

type Reason = (typeof IGNORED_REASONS)[number];

/**
 * Decides how to read a table, from a sample of its rows, its contract, and what an earlier reading found.
 *
 * @throws RefusedFileError `header`, `no_header`, `columns`, `schema`, `regression`
 */
export function planTable(
  sample: TableSample & { readonly first: FirstRecord },
  rules: PlanningRules,
  findings: Findings = NO_FINDINGS,
): PlannedTable {
  const planner = new TablePlanner(sample, rules, findings);
  try {
    return planner.plan();
  } catch (error) {
    if (error instanceof RefusedFileError) error.understood = planner.understood;
    throw error;
  }
}

class TablePlanner {
  readonly #sample: TableSample & { readonly first: FirstRecord };
  readonly #rules: PlanningRules;
  readonly #findings: Findings;
  readonly #context: ReadingContext;
  readonly #known: KnownColumns;
  readonly #warnings: IngestWarning[] = [];
  readonly #reasons = new Map<number, Reason>();
  readonly #watched: number[] = [];
  /** What is understood so far. */
  understood: Partial<Understood> = {};
  readonly #mixed = new Set<string>();
  readonly #integers = new Set<string>();
  readonly #undecided = new Set<string>();

  constructor(
    sample: TableSample & { readonly first: FirstRecord },
    rules: PlanningRules,
    findings: Findings,
  ) {
    this.#sample = sample;
    this.#rules = rules;
    this.#findings = findings;
    for (const [at, texts] of findings.lateTexts) for (const text of texts) sample.columns[at]!.addText(text);
    this.#context = readingContext(sample, rules.contract, rules.grammar);
    this.#known = new KnownColumns(sample.columns, this.#context);
  }

  plan(): PlannedTable {
    const { contract } = this.#rules;
    const header = decideHeader(this.#sample, this.#rules.comment, this.#rules, this.#known);
    this.#warnings.push(...header.warnings);
    this.understood = { decimal: this.#context.decimal, header: header.hasHeader };
    const names = this.#namesOf(header);
    this.#checkNames(names, header);
    if (this.#rules.fault) throw this.#rules.fault;
    if (this.#sample.isWhole && this.#sample.records === 0 && header.isFirstRecord) throw noRows();
    if (contract) checkAgainstContract(names, contract, header.line);
    const label = this.#label(names);
    const columns = names.map((name, at) => this.#columnPlan(name, at, label));
    const features = names.filter((_, at) => columns[at]!.role === 'feature');
    if (features.length === 0) throw noFeature(label.name);
    const plan: TablePlan = {
      names,
      columns,
      labelColumn: label.column,
      featureOrder: this.#orderOf(features),
      gaps: gapTexts(contract ?? {}),
    };
    return {
      plan,
      header,
      isWhole: this.#sample.isWhole,
      isReadAgain: this.#findings.lateTexts.size > 0,
      watched: this.#watched,
      mixed: this.#mixed,
      integers: this.#integers,
      undecided: this.#undecided,
      understood: this.#understood(plan, header, label),
      otherLabels: label.others,
      warnings: this.#warnings,
    };
  }

  /** The header's names. A column that is empty, or numbers the rows, needs none. */
  #namesOf({ names, unnamed }: HeaderDecision): string[] {
    return names.map((name, at) => {
      if (!UNNAMED.test(name)) return name;
      const column = this.#sample.columns[at];
      if (!column) return name;
      const isTrailing = unnamed === 'trailing' && at === names.length - 1;
      if (isTrailing || this.#isEmpty(at)) this.#reasons.set(at, 'empty');
      else if (sampledIntegers(column, this.#context)?.isDistinct) this.#reasons.set(at, 'row_number');
      else if ((unnamed === 'row_names' && at === 0) || this.#isDistinct(at))
        this.#reasons.set(at, 'identifier');
      return name;
    });
  }

  /** Checks the names of the columns in use. A column that is left out needs none. */
  #checkNames(names: readonly string[], { line }: HeaderDecision): void {
    const { limits, grammar } = this.#rules;
    checkHeader(
      names.map((name, at) => (this.#reasons.has(at) && UNNAMED.test(name) ? undefined : name)),
      line,
      limits,
      grammar,
    );
  }

  /** Whether each row has its own text: row names, as R's write.csv writes them, need no column name. */
  #isDistinct(at: number): boolean {
    const { texts, rows } = this.#sample.columns[at]!;
    return rows > 1 && texts.size === rows;
  }

  #isEmpty(at: number): boolean {
    const column = this.#sample.columns[at]!;
    if (column.plainCells > 0 && !hasNumberGaps(this.#context)) return false;
    const { texts } = column;
    for (let i = 0; i < texts.size; i++) if (!this.#context.gaps.has(texts.textOf(i))) return false;
    return true;
  }

  #label(names: readonly string[]): LabelChoice {
    const { contract, label } = this.#rules;
    const candidates = names.map((name, at) => ({
      name,
      sample: this.#sample.columns[at] ?? EMPTY,
      mayBe: !this.#reasons.has(at) && !contract?.ignore?.includes(name) && !this.#isEmptyOrNumbersRows(at),
    }));
    const choice = chooseLabel(candidates, { contract: contract?.label, metadata: label }, this.#context);
    const { name, chosen_by, likelier } = choice;
    this.understood = { ...this.understood, label: { name, chosen_by, likelier } };
    if (choice.column < 0) throw noSuchLabel(choice, names);
    if (choice.chosen_by === 'position') this.#warnings.push(positionWarning(choice));
    return choice;
  }

  #isEmptyOrNumbersRows(at: number): boolean {
    const column = this.#sample.columns[at];
    if (!column || column.rows === 0) return false;
    return this.#isEmpty(at) || this.#numbersRows(at);
  }

  /** Whether a column's integers number the rows, as far as the sample or an earlier reading shows. */
  #numbersRows(at: number): boolean {
    const column = this.#sample.columns[at];
    const integers = column && sampledIntegers(column, this.#context);
    return integers !== undefined && areRowNumbers(integers);
  }

  #columnPlan(name: string, at: number, label: LabelChoice): ColumnPlan {
    const { contract } = this.#rules;
    if (at === label.column) return this.#labelPlan(label);
    if (this.#reasons.has(at)) return { role: 'ignored' };
    if (contract?.ignore?.includes(name)) return this.#ignored(at, 'contract');
    const rule = ruleOf(name, contract);
    if (rule) {
      const plan = READINGS[rule.type].planOf(rule, this.#sample.columns[at], this.#context);
      return this.#feature(name, at, plan, 'format' in rule && rule.format !== undefined);
    }
    if (this.#findings.widened.has(name)) return this.#widened(name, () => this.#texts(name, at));
    if (this.#sample.rows > 0 && this.#isEmpty(at)) {
      this.#warn(
        'empty_column',
        name,
        `has no value in the first ${this.#sample.rows} rows; ignored`,
        keep(name),
      );
      return this.#ignored(at, 'empty');
    }
    return this.#inferred(name, at);
  }

  /** Plans a column of which an earlier reading found that it holds no numbers or dates, and says so. */
  #widened(name: string, planned: () => ColumnPlan): ColumnPlan {
    const { why, fix } = this.#findings.widened.get(name)!;
    const at = this.#warnings.length;
    const plan = planned();
    const as = plan.role === 'ignored' ? 'as texts' : `as ${LABEL_KIND}`;
    const message = `column ${shown(name)} ${why}; it is read ${as}, and the file was read a second time`;
    this.#warnings.splice(at, 0, { code: 'widened', column: name, message, fix });
    return plan;
  }

  #inferred(name: string, at: number): ColumnPlan {
    const { plan, notes } = this.#known.recognised(at);
    if ('allowed' in plan) return this.#texts(name, at);
    const numbering = plan.kind === 'numeric' ? this.#numbering(name, at) : undefined;
    if (numbering !== undefined) {
      if (numbering.isWatched) this.#watched.push(at);
      if (numbering.isRowNumber) {
        this.#warn(
          'row_number',
          name,
          'holds a different integer in each row, close together: it numbers the rows and says nothing of others; ignored',
          keep(name),
        );
        this.#reasons.set(at, 'row_number');
        return numbering.isWatched ? { role: 'watched', ...plan } : { role: 'ignored' };
      }
    }
    const late = this.#findings.lateTexts.get(at);
    const isInVain = late !== undefined && this.#readableLate(at, plan) === undefined;
    for (const { code, message, fix } of notes) {
      const isMixed = code === 'near_numeric' || code === 'near_datetime';
      // The sample itself may have held no other texts.
      if (isMixed && isInVain) continue;
      if (isMixed) this.#mixed.add(name);
      this.#warn(code, name, message, fix(name));
    }
    return this.#feature(name, at, plan);
  }

  /** A later text of a column that its plan reads. */
  #readableLate(at: number, plan: FeaturePlan): string | undefined {
    return this.#findings.lateTexts.get(at)?.find((text) => 'value' in parseNumbersCell(text, plan));
  }

  /** A feature. Of integers it is noted that they are, and said what later texts show. */
  #feature(name: string, at: number, plan: FeaturePlan, isFormatSaid = false): ColumnPlan {
    const late = this.#readableLate(at, plan);
    const isPlain = plan.kind === 'numeric' && isStrict(plan.format ?? PLAIN_FORMAT);
    if (late !== undefined && !isPlain && !isFormatSaid) {
      const code = plan.kind === 'numeric' ? 'number_format' : 'date_format';
      const message = `has later values written like ${shown(late)}: all are read so, and the file was read a second time`;
      this.#warn(code, name, message, null);
    }
    const column = this.#sample.columns[at];
    if (isPlain && column && areIntegers(column)) this.#integers.add(name);
    return { role: 'feature', ...plan };
  }

  /**
   * Whether a column of distinct integers numbers the rows, and whether only the rest of the file can show
   * it.
   */
  #numbering(name: string, at: number): { isRowNumber: boolean; isWatched: boolean } | undefined {
    const known = this.#findings.rowNumbers.get(name);
    if (known !== undefined) return { isRowNumber: known, isWatched: false };
    const integers = sampledIntegers(this.#sample.columns[at]!, this.#context);
    if (!integers?.isDistinct) return undefined;
    return { isRowNumber: areRowNumbers(integers), isWatched: !this.#sample.isWhole };
  }

  #texts(name: string, at: number): ColumnPlan {
    const column = this.#sample.columns[at]!;
    const miss = this.#known.nearMiss(at);
    const distinct = this.#distinct(at);
    const areMany = distinct > IDENTIFIER_CATEGORIES && distinct > column.rows / 2;
    const many = `${distinct} different texts in ${column.rows} rows`;
    // Of a longer file, so many that look like something else may be more than there can be categories.
    const isIgnored = areMany && (!miss || !this.#sample.isWhole);
    if (miss) {
      const outcome = isIgnored ? `ignored, as ${many} are too many for categories` : `read as ${LABEL_KIND}`;
      this.#warn(miss.code, name, `${miss.message}; ${outcome}`, miss.fix(name));
    } else if (isIgnored) {
      const message = this.#findings.widened.has(name)
        ? `has ${many}, too many for categories; ignored`
        : `has ${many}: they identify rows and say nothing of others; ignored`;
      this.#warn('identifier', name, message, keep(name, LABEL_KIND));
    }
    if (miss?.isUndecided) this.#undecided.add(name);
    return isIgnored
      ? this.#ignored(at, 'identifier')
      : { role: 'feature', kind: LABEL_KIND, allowed: undefined };
  }

  /** Number of distinct values without gaps. */
  #distinct(at: number): number {
    return textsIn(this.#sample.columns[at]!, this.#context).size;
  }

  #labelPlan({ name, column: at, others }: LabelChoice): ColumnPlan {
    const rule = ruleOf(name, this.#rules.contract);
    if (rule) {
      const plan = READINGS[rule.type].planOf(rule, undefined, this.#context);
      if ('allowed' in plan) return { role: 'label', kind: LABEL_KIND, allowed: plan.allowed };
      throw new RefusedFileError(
        'schema',
        `schema.json: the label ${shown(name)} must be ${LABEL_KIND}, not ${rule.type}`,
        { fix: `give it "type": "${LABEL_KIND}"` },
      );
    }
    const column = this.#sample.columns[at];
    const numbers = column && judgeNumbers(column, this.#context);
    if (!numbers) return { role: 'label', kind: LABEL_KIND, allowed: undefined };
    checkNumericLabel(name, numbersIn(column, this.#context, numbers), column.rows, others);
    const decimal = areIntegers(column) ? this.#context.decimal : numbers.format.decimal;
    if (this.#findings.widened.has(name))
      return this.#widened(name, () => ({ role: 'label', kind: LABEL_KIND, allowed: undefined }));
    const isNumberLabel = isStrict({ ...numbers.format, decimal: '.' });
    if (isNumberLabel) this.#integers.add(name);
    return { role: 'label', kind: LABEL_KIND, allowed: undefined, isNumberLabel, decimal };
  }

  #ignored(at: number, reason: Reason): ColumnPlan {
    this.#reasons.set(at, reason);
    return { role: 'ignored' };
  }

  #warn(code: IngestWarning['code'], column: string, message: string, fix: string | null): void {
    this.#warnings.push({ code, column, message: `column ${shown(column)} ${message}`, fix });
  }

  #orderOf(features: readonly string[]): readonly string[] {
    const { contract, championOrder } = this.#rules;
    const listed = (contract?.columns ?? [])
      .map(({ name }) => name)
      .filter((name) => features.includes(name));
    if (listed.length === features.length) return listed;
    if (!championOrder || !sameNames(features, championOrder)) return features;
    if (features.some((name, at) => name !== championOrder[at])) {
      this.#warnings.push({
        code: 'feature_order',
        column: null,
        message: `the file's columns are in another order than the champion's features; the champion's order is kept: ${firstOf(championOrder)}`,
        fix: null,
      });
    }
    return championOrder;
  }

  #understood(plan: TablePlan, header: HeaderDecision, label: LabelChoice): PlannedTable['understood'] {
    const { name, chosen_by, likelier } = label;
    return {
      decimal: this.#context.decimal,
      header: header.hasHeader,
      label: { name, chosen_by, likelier },
      ignored: [...this.#reasons]
        .sort(([a], [b]) => a - b)
        .map(([at, reason]) => ({ name: plan.names[at]!, reason })),
      columns: plan.names.flatMap((columnName, at) => {
        const column = plan.columns[at]!;
        if (column.role !== 'feature') return [];
        const numbers = 'min' in column ? column : undefined;
        return [
          {
            name: columnName,
            kind: column.kind,
            written_as: numbers?.format ? writtenAs(numbers.format) : null,
            ...(numbers?.dateFormat ? { format: numbers.dateFormat } : {}),
            gaps: this.#gapsIn(at, numbers !== undefined),
          },
        ];
      }),
    };
  }

  /** Texts that stand for "no value" in the sample. */
  #gapsIn(at: number, isNumbers: boolean): string[] {
    const column = this.#sample.columns[at]!;
    const gaps = isNumbers ? this.#context.numberGaps : this.#context.gaps;
    const found = [...gaps].filter((text) => text !== '' && column.countOfText(text) > 0);
    return found.sort();
  }
}

const NO_TEXTS: SampledTexts = { size: 0, textOf: () => '', countOf: () => 0 };
const EMPTY: ColumnSample = {
  rows: 0,
  plainCells: 0,
  plainValues: new Float64Array(0),
  others: NO_TEXTS,
  texts: NO_TEXTS,
  countOfText: () => 0,
  hasLeadingZeros: false,
};

const ruleOf = (name: string, contract: DatasetContract | undefined): ColumnRule | undefined =>
  contract?.columns?.find((column) => column.name === name);

const keep = (name: string, type = 'numeric') =>
  `to keep it, list it in schema.json: "columns": [{"name": ${JSON.stringify(name)}, "type": "${type}"}]`;

const hasNumberGaps = ({ gaps }: ReadingContext) =>
  [...gaps].some((text) => text !== '' && !Number.isNaN(Number(text)));

/** Distinct texts of a column without gaps. */
function textsIn({ texts }: ColumnSample, { gaps }: ReadingContext): Set<string> {
  const found = new Set<string>();
  for (let i = 0; i < texts.size; i++) if (!gaps.has(texts.textOf(i))) found.add(texts.textOf(i));
  return found;
}

/** Distinct numbers of a column that are written in a format, as plain decimals. */
function numbersIn(
  column: ColumnSample,
  context: ReadingContext,
  { format, others }: NumbersVerdict,
): Set<string> {
  const none = new Set(others.map(([text]) => text));
  const numbers = [...textsIn(column, context)].filter((text) => !none.has(text));
  return new Set(numbers.map((text) => (isStrict(format) ? text : (plainDecimal(text, format) ?? text))));
}

/**
 * Checks that the table has every column that the contract names. @throws RefusedFileError `schema`, listing
 * all missing ones
 */
function checkAgainstContract(names: readonly string[], contract: DatasetContract, line: number): void {
  const { columns = [], ignore = [], label } = contract;
  const expected = new Set([
    ...columns.map(({ name }) => name),
    ...ignore,
    ...(label === undefined ? [] : [label]),
  ]);
  const there = new Set(names);
  const missing = [...expected].filter((name) => !there.has(name)).slice(0, 20);
  if (missing.length === 0) return;
  throw new RefusedFileError(
    'schema',
    `line ${line}: the header does not fit schema.json: ${missing.map((name) => `the column ${shown(name)} is missing`).join('; ')}; the file has ${firstOf(names)}`,
    { line, fix: 'correct the names in schema.json, or the file' },
  );
}

function noSuchLabel({ name, chosen_by }: LabelChoice, names: readonly string[]): RefusedFileError {
  const who = chosen_by === 'metadata' ? 'the upload names' : 'schema.json names';
  return new RefusedFileError(
    'schema',
    `${who} the label ${shown(name)}, which the file does not have; it has ${firstOf(names)}`,
    { fix: 'name a column of the file' },
  );
}

const noRows = () => new RefusedFileError('no_rows', 'the file holds a header and no rows; add rows');

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const names = new Set(a);
  return a.length === b.length && b.every((name) => names.has(name));
}

function noFeature(label: string): RefusedFileError {
  return new RefusedFileError(
    'columns',
    `expected at least one feature beside the label ${shown(label)}, got none that is not ignored`,
    { fix: 'list a column under "columns" in schema.json to keep it' },
  );
}

/** Whether all numbers of a column of plain decimals are integers, as far as its sample shows. */
function areIntegers({ plainValues, others }: ColumnSample): boolean {
  if (plainValues.length === 0 && others.size === 0) return false;
  for (let i = 0; i < others.size; i++) if (/\d[.,eE]|[.,]\d/.test(others.textOf(i))) return false;
  return plainValues.every(Number.isInteger);
}
