import { byCodeUnits } from '../code-units.ts';
import { KIND_NAMES, LABEL_KIND, READINGS } from '../columns/kinds.ts';
import type { ColumnSample } from '../columns/reading.ts';
import { RefusedFileError } from '../errors.ts';
import { shown } from '../text-safety.ts';
import type { DatasetContract } from './contract.ts';
import type { ColumnPlan, TablePlan } from './rows/table-plan.ts';

/** Texts that mean "no value" unless the contract says otherwise. The empty field always does. */
export const DEFAULT_MISSING_TOKENS: readonly string[] = ['NA', 'N/A', 'null', '?'];

/** Names that a label column goes by, in any case; the first of the list that a file has is taken. */
const LABEL_NAMES = ['label', 'class', 'target', 'species'];

/** More distinct texts than this, in more than half of the rows, identify rows rather than describe them. */
const IDENTIFIER_CATEGORIES = 100;

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
    if (at === labelColumn) return { role: 'label', kind: LABEL_KIND, allowed: allowedOf(name, contract) };
    if (contract?.ignore?.includes(name)) return { role: 'ignored' };
    return contractPlan(name, contract) ?? inferColumn(name, samples[at]!, sampledRows, warnings);
  });
  const features = names.filter((_, at) => columns[at]!.role === 'feature');
  if (features.length === 0) throw noFeature(names[labelColumn]!);
  const featureOrder = orderFeatures(features, contract, championOrder, warnings);
  const missingTokens = contract?.missing_tokens ?? DEFAULT_MISSING_TOKENS;
  return { names, columns, labelColumn, featureOrder, missingTokens, warnings };
}

const ruleOf = (name: string, contract: DatasetContract | undefined) =>
  contract?.columns?.find((column) => column.name === name);

function allowedOf(name: string, contract: DatasetContract | undefined): readonly string[] | undefined {
  const rule = ruleOf(name, contract);
  if (!rule) return undefined;
  const plan = READINGS[rule.type].planOf(rule);
  if ('allowed' in plan) return plan.allowed;
  throw new RefusedFileError(
    'schema',
    `schema.json: the label ${shown(name)} must be ${LABEL_KIND}, not ${rule.type}`,
  );
}

function contractPlan(name: string, contract: DatasetContract | undefined): ColumnPlan | undefined {
  const rule = ruleOf(name, contract);
  return rule && { role: 'feature', ...READINGS[rule.type].planOf(rule) };
}

function inferColumn(
  name: string,
  sample: ColumnSample,
  sampledRows: number,
  warnings: string[],
): ColumnPlan {
  const plan = KIND_NAMES.map((kind) => READINGS[kind].infer(sample)).find((found) => found !== undefined)!;
  if (sample.present === 0)
    warnings.push(`column ${shown(name)}: no value in the first ${sampledRows} rows; read as ${plan.kind}`);
  const isPerRow = sample.distinct > IDENTIFIER_CATEGORIES && sample.distinct > sampledRows / 2;
  if (!('allowed' in plan) || !isPerRow) return { role: 'feature', ...plan };
  warnings.push(
    `column ${shown(name)}: ${sample.distinct} different texts in ${sampledRows} rows identify rows and say nothing about others; ignored (list it in schema.json to keep it)`,
  );
  return { role: 'ignored' };
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
