import * as z from 'zod/mini';
import { duplicates } from '../columns/duplicates.ts';
import {
  type ColumnRule,
  columnRule,
  isNumbersKind,
  KIND_NAMES,
  LABEL_KIND,
  READINGS,
} from '../columns/kinds.ts';
import { RefusedFileError } from '../errors.ts';
import { shown } from '../text-safety.ts';

const name = z.string().check(z.minLength(1));

const contractSchema = z.strictObject({
  label: z.optional(name),
  /** All features, in the order in which predictions take them; the label may stand among them, to list its classes. */
  columns: z.optional(z.array(columnRule).check(z.minLength(1))),
  /** Columns to leave out. */
  ignore: z.optional(z.array(name)),
  /** Texts that mean "no value", beside the empty field. */
  missing_tokens: z.optional(z.array(name)),
  /** The largest share of rejected among all rows that are not blank. */
  max_rejected_share: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
});

/** `schema.json`: what the owner of the data promises about every file of a model. It overrides anything inferred. */
export type DatasetContract = z.infer<typeof contractSchema>;

/**
 * Reads a contract from the text of `schema.json`, or from a value parsed already.
 *
 * @throws RefusedFileError `contract`, listing every fault with its path
 */
export function parseContract(contract: unknown): DatasetContract {
  const parsed = z.safeParse(contractSchema, typeof contract === 'string' ? parseJson(contract) : contract, {
    error: explained,
  });
  if (!parsed.success) {
    throw refused(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'schema.json'}: ${message}`),
    );
  }
  const faults = contradictions(parsed.data);
  if (faults.length > 0) throw refused(faults);
  return parsed.data;
}

/** zod/mini brings no messages of its own, and its locales would all be bundled. */
function explained(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}, got ${issue.input === undefined ? 'nothing' : shown(JSON.stringify(issue.input))}`;
    case 'unrecognized_keys':
      return `unknown: ${issue.keys.map(shown).join(', ')}; remove it or correct its spelling`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'invalid_union':
      return `expected ${KIND_NAMES.map((kind) => JSON.stringify(kind)).join(' or ')}`;
    default:
      return 'not valid';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RefusedFileError('contract', `schema.json: expected JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function contradictions(contract: DatasetContract): string[] {
  const { columns = [], ignore = [], label, missing_tokens: tokens = [] } = contract;
  const faults = [
    ...duplicates(columns.map((column) => column.name)).map(
      (twice) => `columns: ${shown(twice)} is listed twice`,
    ),
    ...duplicates(ignore).map((twice) => `ignore: ${shown(twice)} is listed twice`),
    ...duplicates(tokens).map((twice) => `missing_tokens: ${shown(twice)} is listed twice`),
    ...columns
      .filter((column) => ignore.includes(column.name))
      .map((both) => `ignore: ${shown(both.name)} is also in columns`),
  ];
  if (label !== undefined && ignore.includes(label)) faults.push(`ignore: ${shown(label)} is the label`);
  for (const column of columns) faults.push(...columnFaults(column, label));
  return faults;
}

function columnFaults(column: ColumnRule, label: string | undefined): string[] {
  const isNoLabel = column.name === label && isNumbersKind(column.type);
  return [
    ...(isNoLabel ? [`columns: the label ${shown(label)} must be ${LABEL_KIND}`] : []),
    ...READINGS[column.type].ruleFaults(column),
  ];
}

function refused(faults: readonly string[]): RefusedFileError {
  return new RefusedFileError(
    'contract',
    `schema.json is invalid; correct it and upload the file again:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
  );
}
