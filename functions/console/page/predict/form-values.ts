import type { IngestReport } from '../../../../lib/dataset/report.ts';
import type { ModelCard } from '../../../../lib/http/schemas/models-api.ts';

export type Feature = NonNullable<ModelCard['champion']>['schema']['features'][number];
export type Profile = IngestReport['columns'][number];

/** A feature with what the data say of it, where the report is still there. */
export interface Field {
  readonly feature: Feature;
  readonly profile: Profile | undefined;
}

/** What a person typed, by feature; an empty text is a gap. */
export type Values = Readonly<Record<string, string>>;

/** What is asked, by feature. */
export type Row = Readonly<Record<string, RequestValue>>;

/** A value as a request has it. */
export type RequestValue = number | string | null;

const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A typed text as a request has it: a plain number as a number. Any other text is sent as it is: the model
 * may know numbers that are written in a way of their own, and the API says what is wrong with the rest.
 */
export function requestValue(text: string, type: Feature['type']): RequestValue {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return type === 'numeric' && PLAIN_NUMBER.test(trimmed) ? Number(trimmed) : text;
}

/** The values of a row by name. A feature may be called anything, also `__proto__`. */
export const rowOf = (fields: readonly Field[], values: Values): Row =>
  Object.fromEntries(
    fields.map(({ feature: { name, type } }) => [name, requestValue(values[name] ?? '', type)]),
  );

/**
 * A row as a request has it: by name, or in the order of the features where one has the name that the API
 * accepts in no object.
 */
export function instanceOf(row: Row, features: readonly Feature[]): Row | RequestValue[] {
  const hasRefusedName = features.some(({ name }) => name === '__proto__');
  return hasRefusedName ? features.map(({ name }) => row[name] ?? null) : row;
}

/** What a form begins with: the middle of the numbers and dates, the most frequent category or no value. */
export const defaultValues = (fields: readonly Field[]): Values =>
  Object.fromEntries(fields.map((field) => [field.feature.name, defaultOf(field)]));

function defaultOf({ feature, profile }: Field): string {
  if (profile?.type === 'categorical') {
    const [top] = profile.top;
    return top && top.count >= profile.missing ? top.value : '';
  }
  if (profile !== undefined) return textOf(profile.quantiles?.p50);
  return feature.categories?.[0] ?? '';
}

const textOf = (value: number | string | undefined) =>
  value === undefined ? '' : typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;

/** The values of a row as an answer shows them, for the form. */
export const valuesOfRow = (row: Readonly<Record<string, number | string | null>>): Values =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? '' : String(value)]));
