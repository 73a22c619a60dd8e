import { HttpError } from '../../../../lib/http/problem.ts';
import { type Form, knownForm, type SentForm, sentForm } from './forms.ts';

/** A file of a form, as `curl -F file=@table.csv` sends it. */
export interface FilePart {
  readonly bytes: Buffer;
  readonly sent: SentForm;
}

/** The form of a file, by the ending of its name: many clients send all files under one media type. */
const ENDINGS: readonly (readonly [pattern: RegExp, form: Form])[] = [
  [/\.(?:csv|tsv|txt|data)$/i, 'csv'],
  [/\.(?:ndjson|jsonl|jsonlines)$/i, 'lines'],
  [/\.json$/i, 'json'],
];

/** Whether a body is a form that may hold a file. */
export const isForm = (contentType: string) => /^multipart\/form-data\b/i.test(contentType);

/**
 * The one file of a form.
 *
 * @throws HttpError 400 `form` for a body that is no form, or does not hold one file; 415 for another kind
 */
export async function filePart(body: Buffer, contentType: string): Promise<FilePart> {
  const form = await parsedForm(body, contentType);
  const files = [...form.values()].filter((value) => typeof value !== 'string');
  const [file] = files;
  if (!file || files.length > 1)
    throw new HttpError(400, 'form', `The form: expected one file, got ${files.length}.`);
  return { bytes: Buffer.from(await file.arrayBuffer()), sent: formOfFile(file.name, file.type) };
}

async function parsedForm(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new HttpError(
      400,
      'form',
      'The body is no form: expected multipart/form-data, with its boundary.',
      {
        cause,
      },
    );
  }
}

function formOfFile(name: string, type: string): SentForm {
  const byName = ENDINGS.find(([pattern]) => pattern.test(name))?.[1];
  return byName === undefined ? sentForm(type) : knownForm(byName, type);
}
