import * as z from 'zod/mini';
import { duplicates } from '../../columns/duplicates.ts';
import { type ColumnRule, columnRule, READINGS } from '../../columns/file-kinds.ts';
import { isNumbersKind, KIND_NAMES, LABEL_KIND } from '../../columns/kinds.ts';
import { RefusedFileError } from '../../errors.ts';
import { readStrictJson, StrictJsonError } from '../../json/strict-json.ts';
import { oneLine, shown } from '../../text-safety.ts';
import { DEFAULT_LIMITS } from '../csv/limits.ts';

const said = (text: string) => z.describe(text);

const name = z.string().check(z.minLength(1));
/** One ASCII character that is not a letter, digit, line end or part of a number. */
const mark = z.string().check(z.regex(/^[\t !-*,/:-@[-`{-~]$/));

/** Maximum size of schema.json. */
export const MAX_CONTRACT_BYTES = 1024 ** 2;
const MAX_DEPTH = 32;
/** Each is looked for in every column: 80,000 of them and 1,000 columns took minutes. */
const MAX_TOKENS = 1000;
const MAX_SHOWN_FAULTS = 50;
const MAX_SHOWN_KEYS = 20;

/** Schema of a contract, described for editors: contract-json-schema.ts makes a JSON Schema of it. */
export const contractSchema = z.strictObject({
  $schema: z.optional(
    z.string().check(said('Names the JSON Schema of this file for editors; means nothing here.')),
  ),
  delimiter: z.optional(
    mark.check(said('What separates fields: one character. A space stands for any run of spaces.')),
  ),
  decimal: z.optional(z.enum(['.', ',']).check(said('The decimal mark of plain numbers.'))),
  encoding: z.optional(
    z.string().check(said('The encoding by its name in the Encoding Standard, such as "windows-1252".')),
  ),
  quote: z.optional(
    mark.check(said('What stands around a field that holds delimiters or line ends; " by default.')),
  ),
  header: z.optional(
    z
      .boolean()
      .check(
        said('Whether the first record names the columns. Without a header they are column_1, column_2, ...'),
      ),
  ),
  skip_lines: z.optional(
    z
      .int()
      .check(
        z.minimum(0),
        z.maximum(10_000),
        said('How many lines at the beginning are no part of the table.'),
      ),
  ),
  label: z.optional(name.check(said('The column that is predicted.'))),
  columns: z.optional(
    z
      .array(columnRule)
      .check(
        z.minLength(1),
        z.maxLength(DEFAULT_LIMITS.columns),
        said(
          'Columns whose kind is given; others are inferred. When all features are listed, predictions take them in this order.',
        ),
      ),
  ),
  // No file has more columns, and each of these must be one of the file's.
  ignore: z.optional(
    z.array(name).check(z.maxLength(DEFAULT_LIMITS.columns), said('Columns that take no part.')),
  ),
  missing_tokens: z.optional(
    z.array(name).check(z.maxLength(MAX_TOKENS), said('Texts that mean "no value", beside the usual ones.')),
  ),
  default_missing_tokens: z.optional(
    z.boolean().check(said('False: only the empty field and missing_tokens mean "no value".')),
  ),
  max_rejected_share: z.optional(
    z
      .number()
      .check(
        z.minimum(0),
        z.maximum(1),
        said(
          'The largest share of rejected among all rows that are not blank; the file is refused above it.',
        ),
      ),
  ),
  promotion: z.optional(
    z
      .enum(['automatic', 'by_hand'])
      .check(
        said(
          'Who promotes a version that passed the quality gate: automatic by default; by_hand makes it wait for a person.',
        ),
      ),
  ),
});

/**
 * `schema.json`: what the owner of the data promises about every file of a model. It overrides anything
 * inferred.
 */
export type DatasetContract = z.infer<typeof contractSchema>;

/**
 * Reads a contract: the bytes or the text of `schema.json`, or an already parsed value. Takes linear time for
 * any input.
 *
 * @throws RefusedFileError `contract`, listing every fault with its path
 */
export function parseContract(contract: unknown): DatasetContract {
  const parsed = z.safeParse(contractSchema, parsedValue(contract), { error: explained });
  if (!parsed.success) {
    throw refused(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'schema.json'}: ${message}`),
    );
  }
  const faults = contradictions(parsed.data);
  if (faults.length > 0) throw refused(faults);
  return parsed.data;
}

function parsedValue(contract: unknown): unknown {
  if (contract instanceof Uint8Array) return parseJson(textOf(contract));
  if (typeof contract === 'string') return parseJson(contract);
  if (isDeep(contract)) throw tooDeep();
  return contract;
}

/** Whether a value has more levels than a contract may have: asked level by level, without recursion. */
function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    level = level.filter((each) => typeof each === 'object' && each !== null);
    if (level.length > 0 && depth >= MAX_DEPTH) return true;
    level = level.flatMap((each) => Object.values(each as object));
  }
  return false;
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_CONTRACT_BYTES) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    throw new RefusedFileError('contract', `schema.json: expected UTF-8${isGzip ? ', got gzip' : ''}`, {
      fix: isGzip ? 'upload it unpacked' : 'save it as UTF-8',
      cause: error,
    });
  }
}

const tooLarge = () =>
  new RefusedFileError('contract', `schema.json: expected at most ${MAX_CONTRACT_BYTES} bytes`);

const tooDeep = () =>
  new RefusedFileError('contract', `schema.json: expected at most ${MAX_DEPTH} levels, one in another`);

/** Text of an issue: zod/mini has no messages of its own, and a bundle would contain all its locales. */
function explained(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}, got ${given(issue.input)}`;
    case 'unrecognized_keys':
      return `unknown: ${listed(issue.keys.map(shown), MAX_SHOWN_KEYS, ', ')}; remove it or correct its spelling`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' entries' : ''}`;
    case 'invalid_format':
      return `expected one character that is no letter, digit or part of a number, got ${shown(String(issue.input))}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}, got ${given(issue.input)}`;
    case 'invalid_union':
      return `expected ${KIND_NAMES.map((kind) => JSON.stringify(kind)).join(' or ')}`;
    default:
      return 'not valid';
  }
}

/** A value of the contract as it stands there, cut. */
function given(input: unknown): string {
  if (typeof input === 'string') return shown(input);
  return input === undefined ? 'nothing' : oneLine(JSON.stringify(input), 80);
}

/** @throws RefusedFileError for input that would take too long, or too deep a stack, to check */
function parseJson(text: string): unknown {
  if (text.length > MAX_CONTRACT_BYTES) throw tooLarge();
  if (depthOf(text) > MAX_DEPTH) throw tooDeep();
  try {
    return readStrictJson(text, { areNumbersExact: false });
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const { code, path, place, message } = error;
    const where = place ? `line ${place.line}, column ${place.column}: ` : '';
    const what = code === 'json' ? `expected JSON: ${where}${message}` : `${path}: ${message}`;
    // Its line is none of the table's, and stands in the message.
    throw new RefusedFileError('contract', `schema.json: ${what}`, { cause: error });
  }
}

/**
 * Maximum depth of nested arrays and objects, counted in one pass without recursion. For text that is not
 * JSON, any number.
 */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (isInText && character === '\\') at++;
    else if (character === '"') isInText = !isInText;
    else if (isInText) continue;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}

function contradictions(contract: DatasetContract): string[] {
  const { columns = [], ignore = [], label, missing_tokens: tokens = [] } = contract;
  const ignored = new Set(ignore);
  const faults = [
    ...duplicates(columns.map((column) => column.name)).map(
      (twice) => `columns: ${shown(twice)} is listed twice`,
    ),
    ...duplicates(ignore).map((twice) => `ignore: ${shown(twice)} is listed twice`),
    ...duplicates(tokens).map((twice) => `missing_tokens: ${shown(twice)} is listed twice`),
    ...columns
      .filter((column) => ignored.has(column.name))
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
  if (label !== undefined && ignored.has(label)) faults.push(`ignore: ${shown(label)} is the label`);
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

function listed(texts: readonly string[], most: number, separator: string): string {
  const rest = texts.length - most;
  return [...texts.slice(0, most), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}

function refused(faults: readonly string[]): RefusedFileError {
  const lines = faults.map((fault) => `  - ${fault}`);
  return new RefusedFileError(
    'contract',
    `schema.json is invalid; correct it and upload it again:\n${listed(lines, MAX_SHOWN_FAULTS, '\n')}`,
  );
}
