import { RefusedFileError } from '../errors.ts';
import { byCodeUnits, shown } from '../text-safety.ts';
import type { DatasetContract } from './contract.ts';

/** Texts that mean "no value" unless the contract says otherwise. The empty field always does. */
export const DEFAULT_MISSING_TOKENS: readonly string[] = ['NA', 'N/A', 'null', '?'];

/** Names that a label column goes by, in any case; the first of the list that a file has is taken. */
const LABEL_NAMES = ['label', 'class', 'target', 'species'];

/** From this share of a sample's present cells on, a column of strict decimals is numeric. */
const NUMERIC_SHARE = 0.95;

/** More distinct texts than this, in more than half of the rows, identify rows rather than describe them. */
const IDENTIFIER_CATEGORIES = 100;

/** What a sample says of one column. */
export interface ColumnSample {
  /** Cells that are not missing. */
  readonly present: number;
  /** Of these, strict decimals. */
  readonly decimals: number;
  /** Distinct texts. */
  readonly distinct: number;
}

/** How one column of the file is read. */
export type ColumnPlan =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'numeric'; readonly min: number; readonly max: number }
  | { readonly kind: 'categorical' | 'label'; readonly allowed: readonly string[] | undefined };

/** How every column of a file is read, in file order. */
export interface TablePlan {
  readonly names: readonly string[];
  readonly columns: readonly ColumnPlan[];
  readonly labelColumn: number;
  readonly featureOrder: readonly string[];
  readonly missingTokens: readonly string[];
  readonly warnings: readonly string[];
}

/** Which column holds the label: the contract's, else one of the usual names, else the last. */
function labelColumnOf(names: readonly string[], contract: DatasetContract | undefined): number {
  if (contract?.label !== undefined) return names.indexOf(contract.label);
  for (const usual of LABEL_NAMES) {
    const found = names.filter((name) => name.toLowerCase() === usual).sort(byCodeUnits);
    if (found[0] !== undefined) return names.indexOf(found[0]);
  }
  return names.length - 1;
}

/**
 * Holds the header against the contract: every column that it names must be there and, when it lists columns, no other.
 *
 * @throws RefusedFileError `schema`, listing all that is missing or extra
 */
export function checkAgainstContract(
  names: readonly string[],
  contract: DatasetContract,
  line: number,
): void {
  const label = contract.label;
  const listed = (contract.columns ?? []).map(({ name }) => name);
  const expected = new Set([...listed, ...(contract.ignore ?? []), ...(label === undefined ? [] : [label])]);
  const missing = [...expected].filter((name) => !names.includes(name));
  const inferredLabel = label ?? names[labelColumnOf(names, contract)]!;
  const extra = contract.columns ? names.filter((name) => !expected.has(name) && name !== inferredLabel) : [];
  const faults = [
    ...missing.map((name) => `the column ${shown(name)} is missing`),
    ...extra.map((name) => `the column ${shown(name)} is not in schema.json`),
  ];
  if (faults.length === 0) return;
  throw new RefusedFileError(
    'schema',
    `line ${line}: the header does not fit schema.json: ${faults.join('; ')}`,
    { line },
  );
}

/**
 * Decides how to read each column, from the header, a sample of the rows and the contract.
 *
 * @param championOrder the order of features that callers use already, kept when the names are the same
 * @throws RefusedFileError `columns` when no feature is left, `schema` when the label cannot be one
 */
export function planTable(
  names: readonly string[],
  samples: readonly ColumnSample[],
  sampledRows: number,
  contract: DatasetContract | undefined,
  championOrder: readonly string[] | undefined,
): TablePlan {
  const warnings: string[] = [];
  const labelColumn = labelColumnOf(names, contract);
  const columns = names.map((name, at): ColumnPlan => {
    if (at === labelColumn) return { kind: 'label', allowed: allowedOf(name, contract) };
    if (contract?.ignore?.includes(name)) return { kind: 'ignored' };
    return contractPlan(name, contract) ?? inferColumn(name, samples[at]!, sampledRows, warnings);
  });
  const features = names.filter(
    (_, at) => columns[at]!.kind === 'numeric' || columns[at]!.kind === 'categorical',
  );
  if (features.length === 0) throw noFeature(names[labelColumn]!);
  const featureOrder = orderFeatures(features, contract, championOrder, warnings);
  const missingTokens = contract?.missing_tokens ?? DEFAULT_MISSING_TOKENS;
  return { names, columns, labelColumn, featureOrder, missingTokens, warnings };
}

const ruleOf = (name: string, contract: DatasetContract | undefined) =>
  contract?.columns?.find((column) => column.name === name);

function allowedOf(name: string, contract: DatasetContract | undefined): readonly string[] | undefined {
  const rule = ruleOf(name, contract);
  if (rule?.type === 'numeric') {
    throw new RefusedFileError(
      'schema',
      `schema.json: the label ${shown(name)} must be categorical, not numeric`,
    );
  }
  return rule?.categories;
}

function contractPlan(name: string, contract: DatasetContract | undefined): ColumnPlan | undefined {
  const rule = ruleOf(name, contract);
  if (rule?.type === 'categorical') return { kind: 'categorical', allowed: rule.categories };
  if (rule?.type !== 'numeric') return undefined;
  return {
    kind: 'numeric',
    min: rule.min ?? Number.NEGATIVE_INFINITY,
    max: rule.max ?? Number.POSITIVE_INFINITY,
  };
}

function inferColumn(
  name: string,
  sample: ColumnSample,
  sampledRows: number,
  warnings: string[],
): ColumnPlan {
  if (sample.present === 0) {
    warnings.push(`column ${shown(name)}: no value in the first ${sampledRows} rows; read as categorical`);
    return { kind: 'categorical', allowed: undefined };
  }
  if (sample.decimals >= NUMERIC_SHARE * sample.present) {
    return { kind: 'numeric', min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  }
  if (sample.distinct > IDENTIFIER_CATEGORIES && sample.distinct > sampledRows / 2) {
    warnings.push(
      `column ${shown(name)}: ${sample.distinct} different texts in ${sampledRows} rows identify rows and say nothing about others; ignored (list it in schema.json to keep it)`,
    );
    return { kind: 'ignored' };
  }
  return { kind: 'categorical', allowed: undefined };
}

function orderFeatures(
  inFile: readonly string[],
  contract: DatasetContract | undefined,
  championOrder: readonly string[] | undefined,
  warnings: string[],
): readonly string[] {
  if (contract?.columns)
    return contract.columns.map(({ name }) => name).filter((name) => inFile.includes(name));
  if (!championOrder || !sameNames(inFile, championOrder)) return inFile;
  if (inFile.some((name, at) => name !== championOrder[at])) {
    warnings.push(
      `the file's columns are in another order than the champion's features; the champion's order is kept: ${championOrder.map(shown).join(', ')}`,
    );
  }
  return championOrder;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const names = new Set(a);
  return a.length === b.length && b.every((name) => names.has(name));
}

function noFeature(label: string): RefusedFileError {
  return new RefusedFileError(
    'columns',
    `expected at least one feature beside the label ${shown(label)}, got none that is not ignored`,
  );
}
