import * as z from 'zod/mini';
import type { Model } from '../../../../lib/classifier/model.ts';
import { RFC_4180 } from '../../../../lib/dataset/csv/grammar.ts';
import { HttpError } from '../../../../lib/http/problem.ts';
import { decodedText, invalidRequest, parseJsonBytes, validate } from '../../../../lib/http/request.ts';
import { batchOf, isInstance } from '../../../../lib/http/schemas/predict-request.ts';
import { parseStrictJson } from '../../../../lib/http/strict-json.ts';
import type { Dialect } from '../../model-source.ts';
import { isBatch, singleBody } from '../../predict.ts';
import { readInstances } from '../../read-instances.ts';
import type { SentForm } from './forms.ts';
import { readCsv } from './read-csv.ts';
import type { ReadTable } from './table.ts';

/**
 * Reads the rows of a body in any form.
 *
 * @param maxRows the number of rows that are taken
 * @throws HttpError 400 naming the line or path of each fault
 */
export async function readTable(
  bytes: Buffer,
  sent: SentForm,
  { model, dialect }: { readonly model: Model; readonly dialect: Dialect },
  maxRows: number,
): Promise<ReadTable> {
  if (sent.form === 'csv') return await readCsv(bytes, model, dialect, sent, maxRows);
  checkCharset(sent.charset);
  return sent.form === 'lines' ? readLines(bytes, model, maxRows) : readBody(bytes, model, maxRows);
}

/** JSON is always UTF-8 (RFC 8259, section 8.1). */
function checkCharset(charset = 'utf-8'): void {
  if (/^utf-?8$/i.test(charset)) return;
  throw new HttpError(415, 'media_type', 'Send JSON in UTF-8.');
}

/** Reads one JSON a line: a row, or `{"features": row}`. Blank lines are left out. */
function readLines(bytes: Buffer, model: Model, maxRows: number): ReadTable {
  const given: [path: string, instance: unknown][] = [];
  let number = 0;
  for (const line of decodedText(bytes).split('\n')) {
    number++;
    if (line.trim() === '') continue;
    const path = `line ${number}`;
    if (given.length === maxRows)
      throw invalidRequest([{ path, message: `expected at most ${maxRows} rows` }]);
    given.push([path, unwrapped(parseStrictJson(line, number), model)]);
  }
  if (given.length === 0)
    throw invalidRequest([{ path: '', message: 'expected at least one row, got none' }]);
  return tableOf(given, model);
}

/** The row in `{"features": row}`, unless a feature has that name. */
export function unwrapped(value: unknown, model: Model): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== 'features' || others.length > 0 || model.features.some((feature) => feature.name === name))
    return value;
  return (value as { readonly features: unknown }).features;
}

/** Reads `{"features": row}` or `{"instances": [row, ...]}`. */
function readBody(bytes: Buffer, model: Model, maxRows: number): ReadTable {
  const body = parseJsonBytes(bytes);
  if (!isBatch(body)) return tableOf([['features', singleBody(body)]], model);
  const { instances } = validate(batchOf(z.unknown(), maxRows), body);
  return tableOf(
    instances.map((row, i): [string, unknown] => [`instances[${i}]`, row]),
    model,
  );
}

/** Reads rows that were sent as JSON. */
export function tableOf(
  given: readonly (readonly [path: string, instance: unknown])[],
  model: Model,
): ReadTable {
  const rows = readInstances(given, model);
  const names = model.features.map(({ name }) => name);
  const cells = given.map(([, row]) => cellsOf(row, names));
  return { rows, input: { names, rows: cells }, grammar: RFC_4180, decimal: '.' };
}

/** The values of a row in the order of the features. */
function cellsOf(row: unknown, names: readonly string[]): readonly unknown[] {
  if (Array.isArray(row)) return row;
  if (!isInstance(row)) return [];
  const byName = row as Readonly<Record<string, unknown>>;
  return names.map((name) => (Object.hasOwn(byName, name) ? byName[name] : null));
}
