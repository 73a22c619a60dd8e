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
/** One ASCII character that is no letter, digit, line end or part of a number. */
const mark = z.string().check(z.regex(/^[\t !-*,/:-@[-`{-~]$/));

const contractSchema = z.strictObject({
  /** What parts fields: one character; a space stands for any run of spaces. */
  delimiter: z.optional(mark),
  /** The decimal mark of plain numbers. */
  decimal: z.optional(z.enum(['.', ','])),
  /** As the Encoding Standard names it: what TextDecoder knows. */
  encoding: z.optional(z.string()),
  /** What stands around a field that holds delimiters or line ends. */
  quote: z.optional(mark),
  /** Whether the first record names the columns; without a header they are column_1, column_2, ... */
  header: z.optional(z.boolean()),
  /** Lines before the table that are no part of it. */
  skip_lines: z.optional(z.int().check(z.minimum(0), z.maximum(10_000))),
  label: z.optional(name),
  /** Columns whose kind is given; others are inferred. When all features are listed, predictions take them in this order. */
  columns: z.optional(z.array(columnRule).check(z.minLength(1))),
  /** Columns to leave out. */
  ignore: z.optional(z.array(name)),
  /** Texts that mean "no value", beside the usual ones. */
  missing_tokens: z.optional(z.array(name)),
  /** False: only the empty field and `missing_tokens` mean "no value". */
  default_missing_tokens: z.optional(z.boolean()),
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
    case 'invalid_format':
      return `expected one character that is no letter, digit or part of a number, got ${shown(String(issue.input))}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}, got ${shown(JSON.stringify(issue.input))}`;
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
  if (contract.delimiter !== undefined && contract.delimiter === (contract.quote ?? '"'))
    faults.push('delimiter: it is the quote, too');
  if (contract.delimiter === ',' && contract.decimal === ',')
    faults.push('decimal: a comma cannot be the decimal mark where it parts fields');
  if (contract.encoding !== undefined && !isKnownEncoding(contract.encoding))
    faults.push(
      `encoding: ${shown(contract.encoding)} is not known; write it as browsers do, such as "windows-1252"`,
    );
  if (label !== undefined && ignore.includes(label)) faults.push(`ignore: ${shown(label)} is the label`);
  for (const column of columns) faults.push(...columnFaults(column, label));
  return faults;
}

function isKnownEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
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
