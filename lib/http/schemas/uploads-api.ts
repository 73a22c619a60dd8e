import * as z from 'zod/mini';
import { plainText } from '../../text-safety.ts';
import { UPLOAD_STAGES, UPLOAD_STATES } from '../../upload-progress.ts';
import { bodyFault } from './body-fault.ts';

const said = (text: string) => z.describe(text);

const model = z.string().check(said("The model's name."));

const FILE_NAME =
  'expected a file name of 1 to 255 characters, such as "iris.csv"; "schema.json" for a contract';
/** The most that S3 takes in one request. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;
const SIZE = `expected the number of bytes of the file, from 0 to ${MAX_PUT_BYTES}`;
const LABEL = 'expected a column name of 1 to 128 characters, none of them a control or invisible one';
const CONTENT_TYPE = 'expected a media type such as "text/csv"';

const fileName = z
  .string(FILE_NAME)
  .check(
    z.minLength(1, FILE_NAME),
    z.maxLength(255, FILE_NAME),
    said(
      'The name of the file on your machine: its ending says what it is. Folders before it are dropped, and characters that make awkward keys become `-`. `schema.json` is a contract.',
    ),
  );
const label = z
  .string(LABEL)
  .check(
    z.regex(plainText(128), LABEL),
    said('The column to predict, where no contract names it. It is stored with the object.'),
  );

/** `POST /models/{model}/uploads` */
export const uploadRequest = z.strictObject(
  {
    file_name: fileName,
    size_bytes: z
      .int(SIZE)
      .check(
        z.minimum(0, SIZE),
        z.maximum(MAX_PUT_BYTES, SIZE),
        said('The size of the file in bytes. No other size can be sent to the address.'),
      ),
    label: z.optional(label),
    content_type: z.optional(
      z
        .string(CONTENT_TYPE)
        .check(
          z.regex(/^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:; ?[\w.-]{1,50}=[\w.-]{1,50})?$/, CONTENT_TYPE),
          said('What the file is sent as. By default what the ending of its name says.'),
        ),
    ),
  },
  { error: bodyFault('{"file_name", "size_bytes"} and, if wanted, "label" and "content_type"') },
);

/** The answer to it: where and how to send the file. */
export const uploadTicket = z.object({
  id: z.string().check(said('Ask `GET /models/{model}/uploads/{id}` with it what became of the file.')),
  model,
  key: z.string().check(said('The key that the file gets in the raw bucket.')),
  method: z.literal('PUT').check(said('How to send the file: as the whole body of one request.')),
  url: z.string().check(said('Where to send it. Whoever has the address may send the file, once or again.')),
  headers: z
    .record(z.string(), z.string())
    .check(said('Send exactly these headers; `Content-Length` is set by what sends a body.')),
  size_bytes: z.int().check(said('The size that the body must have.')),
  expires_at: z.string().check(said('Until when the address may be used: ISO 8601, UTC.')),
});

export type UploadTicket = z.infer<typeof uploadTicket>;

const refusal = z.object({
  code: z.string().check(said('Why, for programs.')),
  message: z.string().check(said('Why, for people.')),
  line: z.nullable(z.int()).check(said('The line of the file, where there is one.')),
  fix: z
    .nullable(z.string())
    .check(said('What to change, in the file or in schema.json; null where the message says everything.')),
});

const rows = z.object({
  read: z.int().check(said('Records in the file.')),
  accepted: z.int().check(said('Rows that were taken.')),
  rejected: z.int().check(said('Rows that were left out, each with its reason.')),
  blank: z.int().check(said('Empty lines.')),
});

/** `GET /models/{model}/uploads/{id}` */
export const uploadState = z.object({
  id: z.string().check(said('The id that was asked for.')),
  upload_id: z
    .nullable(z.string())
    .check(
      said(
        'The id of the upload in the list and in the processed bucket. Null until its reading began: it depends on the version that S3 gave the object, and on the contract in force.',
      ),
    ),
  model,
  key: z.string().check(said('The key of the file in the raw bucket.')),
  version_id: z.nullable(z.string()).check(said('The version of that object; null until it is there.')),
  size_bytes: z.nullable(z.int()).check(said('The size of the file; null where only the ledger is left.')),
  uploaded_at: z.nullable(z.string()).check(said('When it arrived: ISO 8601, UTC.')),
  expires_at: z
    .nullable(z.string())
    .check(said('Until when the file may be sent: ISO 8601, UTC; null once it is there.')),
  state: z
    .enum(UPLOAD_STATES)
    .check(
      said(
        'How far it came. `waiting`: the file has not arrived. `received`: it is there and will be read. `reading`. `accepted`: its rows are stored, and training will begin. `training`. For good: `expired` (the file was not sent in time), `refused`, `gone` (deleted before it was read), `failed` (no model can be trained from it, or all attempts ended in a fault), `registered` (a version, not promoted), `promoted`; of a contract, `applied`.',
      ),
    ),
  phase: z
    .nullable(z.string())
    .check(said('While it is trained, the phase: `read`, `champion`, `fit`, `store`; else null.')),
  is_done: z.boolean().check(said('Whether nothing more will happen by itself.')),
  stages: z
    .array(
      z.object({
        stage: z.enum(UPLOAD_STAGES).check(said('Sending, reading, training, promoting.')),
        status: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
      }),
    )
    .check(said('The progress, stage by stage; a contract has no training.')),
  detail: z.nullable(z.string()).check(said('In words: what became of it, and why.')),
  rows: z.nullable(rows).check(said('What became of its rows; null until it was accepted.')),
  version: z.nullable(z.int()).check(said('The version that it is, where there is one.')),
  refusal: z
    .nullable(
      z.extend(refusal, {
        understood: z
          .record(z.string(), z.unknown())
          .check(said('What was understood of the file until then, as in the report.')),
      }),
    )
    .check(said('Why it was refused; null when it was not.')),
  read_again: z
    .nullable(z.string())
    .check(said('Of a contract: the upload id of the newest file, which is read again under it; else null.')),
});

export type UploadState = z.infer<typeof uploadState>;

/**
 * `GET /models/{model}/uploads/{id}/report`. It is open, because reports of other releases are served too.
 */
export const uploadReport = z.looseObject({
  source: z.looseObject({ key: z.string() }).check(said('The version of the object that was read.')),
  understood: z
    .looseObject({})
    .check(said('What was understood of the file; until the refusal, if refused.')),
});

/** `GET /models/{model}/versions/{version}/report`. It is open for the same reason. */
export const versionReport = z.looseObject({
  classes: z.array(z.string()).check(said('The classes, in code-unit order.')),
});

/** A redirect's body, for clients that do not follow it by themselves. */
export const signedLink = z.object({
  url: z.string().check(said('Where it can be read without a token. The same stands in `Location`.')),
  expires_at: z.string().check(said('Until when: ISO 8601, UTC.')),
});

export type SignedLink = z.infer<typeof signedLink>;

/** `GET /models/{model}/contract` */
export const contractAnswer = z.object({
  model,
  key: z.string().check(said('Where it lies, or would lie, in the raw bucket.')),
  version_id: z.nullable(z.string()).check(said('The version of that object; null when there is none.')),
  updated_at: z.nullable(z.string()).check(said('When it was put: ISO 8601, UTC; null when there is none.')),
  text: z.nullable(z.string()).check(said('The file as it is; null when there is none.')),
  contract: z
    .nullable(z.record(z.string(), z.unknown()))
    .check(said('What it says; null when there is none, or a faulty one.')),
  fault: z
    .nullable(refusal)
    .check(said('Why it cannot be applied; null when it can, or when there is none.')),
});

export type ContractAnswer = z.infer<typeof contractAnswer>;

/** The most bytes of a file that a preview takes. */
export const PREVIEW_BYTES = 1024 ** 2;

const CONTENT = `expected the first ${PREVIEW_BYTES} bytes of the file, or all of a smaller one, in base64`;
const IS_WHOLE = 'expected true or false';
const CONTRACT = 'expected an object as in schema.json';

/** `POST /models/{model}/preview` */
export const previewRequest = z.strictObject(
  {
    file_name: fileName,
    content_base64: z
      .string(CONTENT)
      .check(said(`The first 1 MiB (${PREVIEW_BYTES} bytes) of the file, or all of it, in base64.`)),
    is_whole: z.optional(
      z
        .boolean(IS_WHOLE)
        .check(
          said(
            'Whether that is the whole file. By default it is when it is less than 1 MiB. What the rest of the file decides is not held against a beginning, nor is a last record that is cut.',
          ),
        ),
    ),
    label: z.optional(label),
    contract: z.optional(
      z
        .record(z.string(), z.unknown(), CONTRACT)
        .check(said('What schema.json would say. By default no contract, not the one in the bucket.')),
    ),
  },
  { error: bodyFault('{"file_name", "content_base64"} and, if wanted, "is_whole", "label" and "contract"') },
);

export type PreviewRequest = z.infer<typeof previewRequest>;

/** The answer to it. */
export const previewAnswer = z.object({
  file_name: z.string(),
  key: z.string().check(said('The key that the file would get in the raw bucket.')),
  is_whole: z.boolean().check(said('Whether the whole file was looked at.')),
  understood: z
    .record(z.string(), z.unknown())
    .check(said('As `understood` in the report of an upload; until the refusal, if it would be refused.')),
  warnings: z
    .array(
      z.object({
        code: z.string(),
        column: z.nullable(z.string()),
        message: z.string(),
        fix: z.nullable(z.string()).check(said('What to write into schema.json, if it is wrong.')),
      }),
    )
    .check(said('What to look at before the file is sent.')),
  fault: z
    .nullable(
      z.extend(refusal, {
        is_certain: z
          .boolean()
          .check(said('Whether the rest of the file cannot change it; always so of a whole file.')),
      }),
    )
    .check(said('Why the file would be refused; null when nothing seen so far says so.')),
  rows: z.nullable(rows).check(said('What would become of the rows that were looked at; null if refused.')),
  classes: z
    .array(z.object({ label: z.string(), count: z.int(), share: z.number() }))
    .check(said('The classes among the rows that were looked at; none if refused.')),
  rejections: z
    .object({
      by_code: z.array(z.object({ code: z.string(), count: z.int() })),
      examples: z.array(z.object({ line: z.int(), column: z.string(), code: z.string(), value: z.string() })),
    })
    .check(said('Rows that would be left out: how many by reason, and the first ones.')),
  first_rows: z
    .object({
      columns: z.array(z.string()).check(said('Names in the order of the file, without ignored columns.')),
      rows: z
        .array(z.array(z.union([z.string(), z.number(), z.null()])))
        .check(said('Numbers as numbers, dates as ISO 8601, gaps as null.')),
    })
    .check(said('The first 20 accepted rows as they were read; fewer or none if it is refused earlier.')),
  contract: z
    .nullable(z.record(z.string(), z.unknown()))
    .check(said('A schema.json that pins what was understood, to edit and send; null if refused.')),
});

export type PreviewAnswer = z.infer<typeof previewAnswer>;
