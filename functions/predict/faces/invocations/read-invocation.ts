import * as z from 'zod/mini';
import type { Model } from '../../../../lib/classifier/model.ts';
import { duplicates } from '../../../../lib/columns/duplicates.ts';
import type { HttpError } from '../../../../lib/http/problem.ts';
import { invalidRequest, validate } from '../../../../lib/http/request.ts';
import { MAX_INSTANCES } from '../../../../lib/http/schemas/predict-request.ts';
import { firstOf, shown } from '../../../../lib/text-safety.ts';
import type { ServedModel } from '../../model-cache.ts';
import { type SentForm, sentForm } from '../tables/forms.ts';
import { readTable, tableOf, unwrapped } from '../tables/read-table.ts';
import type { ReadTable } from '../tables/table.ts';
import { parseJsonOfPython } from './json-of-python.ts';

/** How MLflow's clients send rows. A body has exactly one of them. */
const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;
type FormName = (typeof FORMS)[number];

/** More than any file has that a model is made of, its label and ignored columns included. */
const MAX_COLUMNS = 10_000;

const EXPECTED = `expected exactly one of ${FORMS.join(', ')}`;

const isVersion = (value: unknown) =>
  (typeof value === 'number' || typeof value === 'string') && /^v?[1-9]\d{0,11}$/.test(String(value));

/** What a body may say beside its rows. What it says else is for other models: MLflow's servers ignore it. */
const paramsSchema = z.object({
  /** The version that answers, instead of the champion. */
  version: z.optional(
    z.custom<number | string>(isVersion, 'expected the number of a version, such as 2 or "v2"'),
  ),
  /** Whether each prediction is an object with its confidence, instead of the label alone. */
  confidence: z.optional(z.boolean('expected true or false')),
});

type Params = z.infer<typeof paramsSchema>;

/** A request for invocations, as far as it can be read without the model. */
export interface SentInvocation {
  readonly params: Params;
  /** Reads its rows for a model. @throws HttpError 400 naming the path of each fault */
  rowsFor(served: ServedModel): Promise<ReadTable>;
}

/** Reads the body of a request for invocations: JSON, CSV, or lines of JSON. @throws HttpError 400, 415 */
export function readInvocation(bytes: Buffer, contentType: string): SentInvocation {
  const sent = sentForm(contentType, 'json');
  if (sent.form !== 'json') return { params: {}, rowsFor: (served) => tableRows(bytes, sent, served) };
  const body = bodyOf(parseJsonOfPython(bytes), contentType);
  const [form, ...others] = FORMS.filter((name) => Object.hasOwn(body, name));
  if (form === undefined || others.length > 0) {
    const got = form === undefined ? 'none of them' : [form, ...others].join(' and ');
    throw invalidRequest([{ path: '', message: `${EXPECTED}, got ${got}` }]);
  }
  const { params } = validate(z.object({ params: z.optional(z.nullable(paramsSchema)) }), body);
  return {
    params: params ?? {},
    rowsFor: async ({ model }) => tableOf(limited(form, READERS[form](body[form], model)), model),
  };
}

const tableRows = (bytes: Buffer, sent: SentForm, { model, facts }: ServedModel) =>
  readTable(bytes, sent, { model, dialect: facts.dialect ?? {} }, MAX_INSTANCES);

/**
 * The body as an object of forms. One row as `{"features": row}` is this API's own form; pandas writes a
 * data frame alone, which older clients send under a media type that says so.
 */
function bodyOf(body: unknown, contentType: string): Readonly<Record<string, unknown>> {
  const orient = /;\s*format=pandas-(split|records)\b/i.exec(contentType)?.[1]?.toLowerCase();
  if (orient !== undefined) return { [`dataframe_${orient}`]: body };
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidRequest([{ path: '', message: `${EXPECTED} in an object` }]);
  const { features, ...others } = body as Readonly<Record<string, unknown>>;
  return features === undefined ? others : { ...others, instances: [features] };
}

type GivenRow = [path: string, instance: unknown];

const READERS: Readonly<Record<FormName, (value: unknown, model: Model) => GivenRow[]>> = {
  dataframe_split: readSplit,
  dataframe_records: (value) => readList('dataframe_records', value, (row) => row),
  // Those of SageMaker's own algorithms are `{"features": row}` each.
  instances: (value, model) => readList('instances', value, (row) => unwrapped(row, model)),
  inputs: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? readColumns(value as Readonly<Record<string, unknown>>)
      : readList('inputs', value, (row) => row),
};

function readList(form: FormName, value: unknown, rowOf: (row: unknown) => unknown): GivenRow[] {
  if (!Array.isArray(value)) throw invalidRequest([{ path: form, message: 'expected an array of rows' }]);
  return value.slice(0, MAX_INSTANCES + 1).map((row: unknown, i) => [`${form}[${i}]`, rowOf(row)]);
}

const splitSchema = z.object({
  columns: z.optional(z.array(z.unknown(), 'expected an array of names')),
  data: z.array(z.unknown(), 'expected an array of rows'),
});

/** A data frame as pandas' `to_json(orient="split")` and `to_dict(orient="split")` write it. */
function readSplit(value: unknown): GivenRow[] {
  const { columns, data } = validate(z.object({ dataframe_split: splitSchema }), {
    dataframe_split: value,
  }).dataframe_split;
  const names = columns && columnNames(columns);
  return data.slice(0, MAX_INSTANCES + 1).map((row, i) => {
    const path = `dataframe_split.data[${i}]`;
    if (names === undefined) return [path, row];
    if (!Array.isArray(row) || row.length !== names.length) {
      const got = Array.isArray(row) ? `${row.length} values` : 'none';
      throw invalidRequest([{ path, message: `expected an array of ${names.length} values, got ${got}` }]);
    }
    return [path, Object.fromEntries(names.map((name, at) => [name, row[at]]))];
  });
}

/** Names of columns. A data frame of no names has numbers: then its values are in the features' order. */
function columnNames(columns: readonly unknown[]): string[] | undefined {
  const path = 'dataframe_split.columns';
  if (columns.length > MAX_COLUMNS) throw tooManyColumns(path, columns.length);
  if (columns.every((name, i) => name === i)) return undefined;
  const odd = columns.findIndex((name) => typeof name !== 'string');
  if (odd >= 0) throw invalidRequest([{ path: `${path}[${odd}]`, message: 'expected a name' }]);
  const names = columns as string[];
  const [twice] = duplicates(names);
  if (twice === undefined) return names;
  throw invalidRequest([{ path, message: `the name ${shown(twice)} stands there twice` }]);
}

function tooManyColumns(path: string, columns: number): HttpError {
  return invalidRequest([{ path, message: `expected at most ${MAX_COLUMNS} columns, got ${columns}` }]);
}

/** Columns by name, each an array of one value a row. */
function readColumns(columns: Readonly<Record<string, unknown>>): GivenRow[] {
  const names = Object.keys(columns);
  if (names.length > MAX_COLUMNS) throw tooManyColumns('inputs', names.length);
  const entries = Object.entries(columns).map(([name, values]) => {
    if (Array.isArray(values)) return [name, values.flat() as unknown[]] as const;
    throw invalidRequest([{ path: `inputs.${name.slice(0, 128)}`, message: 'expected an array of values' }]);
  });
  const rows = entries[0]?.[1].length ?? 0;
  const uneven = entries.filter(([, values]) => values.length !== rows).map(([name]) => name);
  if (uneven.length > 0) {
    const message = `expected ${rows} values of each column, got another number of ${firstOf(uneven)}`;
    throw invalidRequest([{ path: 'inputs', message }]);
  }
  return Array.from({ length: Math.min(rows, MAX_INSTANCES + 1) }, (_, row) => [
    `inputs, row ${row}`,
    Object.fromEntries(entries.map(([name, values]) => [name, values[row]])),
  ]);
}

function limited(form: FormName, rows: GivenRow[]): GivenRow[] {
  if (rows.length >= 1 && rows.length <= MAX_INSTANCES) return rows;
  const message = rows.length === 0 ? 'expected at least one row' : `expected at most ${MAX_INSTANCES} rows`;
  throw invalidRequest([{ path: form, message }]);
}
