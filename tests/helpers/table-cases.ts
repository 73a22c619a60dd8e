import { type IngestOptions, ingestFile } from '../../lib/dataset/ingest-file.ts';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import {
  type IngestReport,
  ingestReport,
  type RefusalReport,
  refusalReport,
} from '../../lib/dataset/report.ts';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import { parseContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { trainingDataOf } from '../../lib/training/from-dataset.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';

/** One value, or a list of alternatives. */
type OneOf<Value> = Value | readonly Value[];

/** What must hold of a column, beside its kind. */
interface ColumnFacts {
  readonly kind?: OneOf<string>;
  readonly written_as?: OneOf<string | null>;
  readonly gaps?: number;
}

/** A column's kind (or `ignored`), or more of it. */
type ColumnExpectation = OneOf<string> | ColumnFacts;

/** What must become of a table: the fields of tests/cases/README.md. */
export interface TableExpectation {
  readonly verdict?: 'accepted' | 'refused';
  readonly code?: OneOf<string>;
  readonly rows?: Readonly<Partial<IngestReport['rows']>>;
  readonly understood?: Readonly<Record<string, OneOf<string | number | boolean | null>>>;
  readonly columns?: Readonly<Record<string, ColumnExpectation>>;
  readonly ignored?: Readonly<Record<string, OneOf<string>>>;
  readonly not_ignored?: Readonly<Record<string, string>>;
  readonly label?: string;
  readonly chosen_by?: string;
  readonly likelier?: readonly string[];
  readonly classes?: number | readonly string[];
  readonly warnings?: readonly OneOf<string>[];
  readonly no_warnings?: readonly string[];
  readonly fix_contains?: readonly OneOf<string>[];
  readonly same_dataset_as?: string;
  readonly macro_f1_within?: string;
  readonly any?: readonly TableExpectation[];
}

/** What check-csv says of a table, and what training makes of it. */
export type TableOutcome =
  | {
      readonly verdict: 'accepted';
      readonly report: IngestReport;
      /** On held-out rows. */
      macroF1(): Promise<number>;
    }
  | { readonly verdict: 'refused'; readonly report: RefusalReport };

/** A file with what is said of it. */
export interface Table {
  readonly file: FileSource;
  /** The text of schema.json, or its value. */
  readonly contract?: unknown;
  readonly label?: string | undefined;
}

/** Reads a table as check-csv and train do. */
export async function outcomeOf({ file, contract, label }: Table): Promise<TableOutcome> {
  try {
    const options: IngestOptions = {
      label,
      contract: contract === undefined ? undefined : parseContract(contract),
    };
    let chunks: Uint8Array[] = [];
    const result = await ingestFile(
      file,
      () => {
        chunks = [];
        return {
          parquet: { write: (chunk) => void chunks.push(chunk.slice()) },
          rejects: { write: () => undefined },
        };
      },
      options,
    );
    const macroF1 = async () => {
      const dataset = await readDataset(new Uint8Array(Buffer.concat(chunks)), result.schema);
      return trainModel(trainingDataOf(dataset, result), DEFAULT_SETTINGS).evaluation.macroF1;
    };
    return { verdict: 'accepted', report: ingestReport(result), macroF1 };
  } catch (error) {
    if (error instanceof RefusedFileError) return { verdict: 'refused', report: refusalReport(error) };
    throw error;
  }
}

/**
 * What does not hold of an outcome, one sentence each.
 *
 * @param outcomeNamed gives the outcome of another case, its clean twin
 */
export async function unmet(
  expected: TableExpectation,
  outcome: TableOutcome,
  outcomeNamed: (id: string) => Promise<TableOutcome>,
): Promise<string[]> {
  const faults = [...verdictFaults(expected, outcome)];
  if (faults.length === 0) {
    faults.push(
      ...understoodFaults(expected, outcome),
      ...columnFaults(expected, outcome),
      ...labelFaults(expected, outcome),
      ...wordFaults(expected, outcome),
      ...(await twinFaults(expected, outcome, outcomeNamed)),
    );
  }
  if (expected.any) {
    const each = await Promise.all(expected.any.map((one) => unmet(one, outcome, outcomeNamed)));
    if (!each.some((found) => found.length === 0)) faults.push(`none of "any" holds: ${said(each)}`);
  }
  return faults;
}

const said = (value: unknown) => JSON.stringify(value);
const isOneOf = <Value>(wanted: OneOf<Value>, got: unknown) =>
  Array.isArray(wanted) ? wanted.includes(got) : wanted === got;
const entries = <Value>(of: Readonly<Record<string, Value>> | undefined) => Object.entries(of ?? {});

function* verdictFaults({ verdict, code }: TableExpectation, outcome: TableOutcome): Generator<string> {
  const got = outcome.verdict === 'refused' ? `: ${outcome.report.code}: ${outcome.report.message}` : '';
  if (verdict !== undefined && outcome.verdict !== verdict)
    yield `verdict: expected ${verdict}, got ${outcome.verdict}${got}`;
  else if (code !== undefined && !(outcome.verdict === 'refused' && isOneOf(code, outcome.report.code)))
    yield `code: expected ${said(code)}${got}`;
}

function* understoodFaults({ rows, understood }: TableExpectation, { report }: TableOutcome) {
  for (const [key, wanted] of entries(rows)) {
    const got = 'rows' in report ? report.rows[key as keyof IngestReport['rows']] : undefined;
    if (got !== wanted) yield `rows.${key}: expected ${wanted}, got ${got}`;
  }
  for (const [key, wanted] of entries(understood)) {
    const got = (report.understood as Readonly<Record<string, unknown>>)[key];
    if (!isOneOf(wanted, got)) yield `understood.${key}: expected ${said(wanted)}, got ${said(got)}`;
  }
}

const isKind = (wanted: ColumnExpectation): wanted is OneOf<string> =>
  typeof wanted === 'string' || Array.isArray(wanted);
const factsOf = (wanted: ColumnExpectation): ColumnFacts => (isKind(wanted) ? { kind: wanted } : wanted);

function* columnFaults(expected: TableExpectation, { report }: TableOutcome): Generator<string> {
  const { columns = [], ignored = [] } = report.understood;
  const reasons = new Map<string, string>(ignored.map(({ name, reason }) => [name, reason]));
  const known = new Map(columns.map((column) => [column.name, column]));
  const profiles = new Map('columns' in report ? report.columns.map((column) => [column.name, column]) : []);
  for (const [name, wanted] of entries(expected.columns)) {
    const { kind, written_as, gaps } = factsOf(wanted);
    const got = reasons.has(name) ? 'ignored' : known.get(name)?.kind;
    if (kind !== undefined && !isOneOf(kind, got)) yield `column ${name}: expected ${said(kind)}, got ${got}`;
    const format = known.get(name)?.written_as;
    if (written_as !== undefined && !isOneOf(written_as, format))
      yield `column ${name}: expected it written as ${said(written_as)}, got ${said(format)}`;
    const missing = profiles.get(name)?.missing;
    if (gaps !== undefined && missing !== gaps) yield `column ${name}: expected ${gaps} gaps, got ${missing}`;
  }
  for (const [name, wanted] of entries(expected.ignored))
    if (!isOneOf(wanted, reasons.get(name)))
      yield `ignored ${said(name)}: expected ${said(wanted)}, got ${said([...reasons])}`;
  for (const [name, reason] of entries(expected.not_ignored))
    if (reasons.has(name) && (reason === '*' || reasons.get(name) === reason))
      yield `not ignored ${said(name)}: got ${reasons.get(name)}`;
}

function* labelFaults(expected: TableExpectation, { report }: TableOutcome): Generator<string> {
  const { label } = report.understood;
  if (expected.label !== undefined && label?.name !== expected.label)
    yield `label: expected ${expected.label}, got ${said(label)}`;
  if (expected.chosen_by !== undefined && label?.chosen_by !== expected.chosen_by)
    yield `label chosen by: expected ${expected.chosen_by}, got ${said(label)}`;
  for (const name of expected.likelier ?? [])
    if (!label?.likelier.includes(name)) yield `likelier: expected ${name}, got ${said(label?.likelier)}`;
  const { classes } = expected;
  if (classes === undefined) return;
  const got = 'classes' in report ? report.classes.map((one) => one.label) : [];
  const isAsWanted =
    typeof classes === 'number'
      ? got.length === classes
      : said([...got].sort()) === said([...classes].sort());
  if (!isAsWanted) yield `classes: expected ${said(classes)}, got ${said(got)}`;
}

function* wordFaults(expected: TableExpectation, { verdict, report }: TableOutcome): Generator<string> {
  const warnings = 'warnings' in report ? report.warnings : [];
  const codes = warnings.map(({ code }) => code as string);
  for (const wanted of expected.warnings ?? [])
    if (!codes.some((code) => isOneOf(wanted, code)))
      yield `warnings: expected ${said(wanted)}, got ${said(codes)}`;
  for (const code of expected.no_warnings ?? [])
    if (codes.includes(code)) yield `warnings: expected no ${code}, got ${said(warnings)}`;
  const texts = textsIn(verdict === 'accepted' ? warnings : report)
    .join('\n')
    .toLowerCase();
  for (const wanted of expected.fix_contains ?? []) {
    const alternatives = typeof wanted === 'string' ? [wanted] : wanted;
    if (!alternatives.some((words) => texts.includes(words.toLowerCase())))
      yield `texts: expected ${said(wanted)}, got ${said(texts.slice(0, 1000))}`;
  }
}

/** Every text in a value but for those under the key `code`. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => (key === 'code' ? [] : textsIn(part)));
}

async function twinFaults(
  { same_dataset_as, macro_f1_within }: TableExpectation,
  outcome: TableOutcome,
  outcomeNamed: (id: string) => Promise<TableOutcome>,
): Promise<string[]> {
  if (outcome.verdict !== 'accepted') return [];
  const faults: string[] = [];
  if (same_dataset_as !== undefined) {
    const twin = await outcomeNamed(same_dataset_as);
    const sha256 = twin.verdict === 'accepted' ? twin.report.dataset_sha256 : twin.report.message;
    if (sha256 !== outcome.report.dataset_sha256)
      faults.push(`dataset sha256: expected that of ${same_dataset_as}, got another (its twin: ${sha256})`);
  }
  if (macro_f1_within !== undefined) {
    const twin = await outcomeNamed(macro_f1_within);
    if (twin.verdict !== 'accepted') return [...faults, `macro-F1: ${macro_f1_within} is refused`];
    const [expected, got] = [await twin.macroF1(), await outcome.macroF1()];
    if (!(Math.abs(expected - got) <= 0.01))
      faults.push(`macro-F1: expected that of ${macro_f1_within}, ${expected}, within 0.01, got ${got}`);
  }
  return faults;
}
