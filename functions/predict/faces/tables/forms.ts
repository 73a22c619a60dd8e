import { preferredType } from '../../../../lib/http/accept.ts';
import { HttpError } from '../../../../lib/http/problem.ts';
import { BODY_FORMS } from '../../body-forms.ts';

/** The forms of a table in a request or an answer. */
export const FORMS = ['json', 'csv', 'lines'] as const;
export type Form = (typeof FORMS)[number];

/** Names by which clients call each form; an answer has the first. */
const MEDIA_TYPES: Readonly<Record<Form, readonly [string, ...string[]]>> = {
  json: ['application/json'],
  csv: ['text/csv', 'application/csv', 'text/comma-separated-values'],
  lines: [
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/x-jsonlines',
    'application/jsonlines',
  ],
};

/** A media type that is JSON by name or by suffix (RFC 6839). */
const JSON_TYPE = /^application\/(?:[\w.!#$&^-]{1,100}\+)?json$/;

export interface SentForm {
  readonly form: Form;
  /** By its name in the Encoding Standard; undefined when the client does not say. */
  readonly charset: string | undefined;
  /** Whether the first record of CSV names the columns, where the client says (RFC 7111). */
  readonly header: boolean | undefined;
}

/**
 * The form of a request's body, by its Content-Type.
 *
 * @param fallback the form of a body without a Content-Type; undefined when it must have one
 * @throws HttpError 415
 */
export function sentForm(contentType: string, fallback?: Form): SentForm {
  const [name = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  const type = name.toLowerCase();
  const form = type === '' ? fallback : formOf(type);
  if (form === undefined) {
    throw new HttpError(415, 'media_type', BODY_FORMS);
  }
  return { form, ...saidOf(parameters) };
}

/** A form that is known otherwise, with what a Content-Type says of it. */
export function knownForm(form: Form, contentType: string): SentForm {
  const [, ...parameters] = contentType.split(';').map((part) => part.trim());
  return { form, ...saidOf(parameters) };
}

function saidOf(parameters: readonly string[]): Omit<SentForm, 'form'> {
  const header = parameterOf(parameters, 'header')?.toLowerCase();
  return {
    charset: parameterOf(parameters, 'charset'),
    header: header === 'present' ? true : header === 'absent' ? false : undefined,
  };
}

/** The form that a request wants for its answer: by its Accept header, else that of its body. */
export function wantedForm(accept: string, sent: Form): Form {
  const offered = [sent, ...FORMS.filter((form) => form !== sent)].flatMap((form) => MEDIA_TYPES[form]);
  const chosen = preferredType(accept, offered);
  return chosen === undefined ? sent : formOf(chosen)!;
}

/** The Content-Type of an answer in a form. @param hasHeader whether CSV names its columns (RFC 7111) */
export function contentTypeOf(form: Form, hasHeader: boolean): string {
  const [type] = MEDIA_TYPES[form];
  return form === 'csv' ? `${type}; charset=utf-8; header=${hasHeader ? 'present' : 'absent'}` : type;
}

function formOf(type: string): Form | undefined {
  if (JSON_TYPE.test(type) && !MEDIA_TYPES.lines.includes(type)) return 'json';
  return FORMS.find((form) => MEDIA_TYPES[form].includes(type));
}

function parameterOf(parameters: readonly string[], name: string): string | undefined {
  const found = parameters.find((parameter) => parameter.toLowerCase().startsWith(`${name}=`));
  return found?.slice(name.length + 1).replaceAll('"', '');
}
