import * as z from 'zod/mini';
import { RESULT_FORMATS } from '../../batch/result-choices.ts';
import { BATCH_STATES } from '../../registry/batches.ts';
import { bodyFault } from './body-fault.ts';
import { nextAfter } from './paging.ts';

const said = (text: string) => z.describe(text);

const INPUT = 'expected the key of a file in the batches bucket, such as "iris/measured.csv"';
const FILE_NAME = 'expected a file name of 1 to 255 characters, such as "measured.csv"';
/** The most that S3 takes in one request. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;
const SIZE = `expected the number of bytes of the file, from 1 to ${MAX_PUT_BYTES}`;
const VERSION = 'expected a version such as 3 or "v3"';

const version = z.optional(
  z
    .union(
      [
        z.int().check(z.minimum(1), z.maximum(999_999_999_999)),
        z.string().check(z.regex(/^v?[1-9]\d{0,11}$/, VERSION)),
      ],
      VERSION,
    )
    .check(said('The version that answers; the champion of the moment where it is left out.')),
);
const explain = z.optional(
  z
    .boolean('expected true or false')
    .check(said('Whether vote share, runner-up and novelty stand beside each prediction.')),
);
const probabilities = z.optional(
  z
    .boolean('expected true or false')
    .check(said('Whether the probability of each class stands beside each prediction.')),
);
const format = z.optional(
  z
    .enum(RESULT_FORMATS, `expected ${RESULT_FORMATS.map((name) => `"${name}"`).join(' or ')}`)
    .check(said('How the predictions are written; `csv`, in the dialect of the file, where it is left out.')),
);

/** `POST /models/{model}/batches`: of a file that is there, or of one that is to be sent. */
export const batchRequest = z
  .strictObject(
    {
      input: z.optional(
        z
          .string(INPUT)
          .check(
            z.minLength(1, INPUT),
            z.maxLength(1024, INPUT),
            said('The key of a file in the batches bucket. A batch of it that failed is tried again.'),
          ),
      ),
      file_name: z.optional(
        z
          .string(FILE_NAME)
          .check(
            z.minLength(1, FILE_NAME),
            z.maxLength(255, FILE_NAME),
            said('Instead of `input`: the name of a file on your machine, which is to be sent.'),
          ),
      ),
      size_bytes: z.optional(
        z.int(SIZE).check(z.minimum(1, SIZE), z.maximum(MAX_PUT_BYTES, SIZE), said('Its size in bytes.')),
      ),
      version,
      explain,
      probabilities,
      format,
    },
    {
      error: bodyFault(
        '"input", or "file_name" and "size_bytes", and, if wanted, "version", "explain", "probabilities" and "format"',
      ),
    },
  )
  .check(
    z.refine(
      ({ input, file_name, size_bytes }) =>
        input === undefined
          ? file_name !== undefined && size_bytes !== undefined
          : file_name === undefined && size_bytes === undefined,
      'expected "input", or "file_name" and "size_bytes"',
    ),
  );

const count = z.int();

/** One batch, in a list. */
export const batchSummary = z.object({
  batch_id: z
    .string()
    .check(said('Names the file, the model and how it answers: the same again is the same batch.')),
  input: z.string().check(said('The key of the file in the batches bucket.')),
  state: z
    .enum(BATCH_STATES)
    .check(
      said(
        '`running`; for good: `done`, `refused` (the file or the request cannot be answered), `failed` (it can be tried again).',
      ),
    ),
  reason: z.nullable(z.string()).check(said('Why it was refused or failed; else null.')),
  rows: z.nullable(count).check(said('Rows that are predicted so far; null when that was not counted.')),
  result: z
    .nullable(z.string())
    .check(said('The key of the predictions in the results bucket; null until it is done.')),
  version: z.nullable(count).check(said('The version that answers; null where there was none.')),
  started_at: z.string().check(said('ISO 8601, UTC.')),
});

export type BatchSummary = z.infer<typeof batchSummary>;

/** `GET /models/{model}/batches` */
export const batchList = z.object({
  batches: z.array(batchSummary).check(said('Newest first.')),
  next: nextAfter,
});

export type BatchList = z.infer<typeof batchList>;

const link = z.object({ url: z.string(), expires_at: z.string() });

/** `GET /models/{model}/batches/{id}` */
export const batchDetail = z.extend(batchSummary, {
  model: z.string(),
  version_id: z.nullable(z.string()).check(said('The version of the file that is read.')),
  artifact_sha256: z.nullable(z.string()).check(said('The artifact that answers.')),
  explain: z.boolean(),
  probabilities: z.boolean(),
  format: z.enum(RESULT_FORMATS),
  attempt: count.check(said('How often it was started.')),
  ended_at: z.nullable(z.string()).check(said('ISO 8601, UTC; null while it runs.')),
  lots: z
    .nullable(z.object({ done: count, all: count }))
    .check(said('The parts in which it is predicted; null until it is planned.')),
  counts: z
    .nullable(z.object({ read: count, predicted: count, rejected: count, blank: count }))
    .check(said('What became of the rows; null until it is done.')),
  links: z
    .nullable(z.object({ predictions: link, rejects: link, report: link }))
    .check(said('Where the results can be read without a token, for 15 minutes; null until it is done.')),
});

export type BatchDetail = z.infer<typeof batchDetail>;

/** The answer to `POST /models/{model}/batches`. */
export const batchAccepted = z.object({
  batch: z.nullable(batchDetail).check(said('The batch; null while its file is to be sent.')),
  upload: z
    .nullable(
      z.object({
        key: z.string().check(said('The key that the file gets: ask with it as `input` for its batch.')),
        method: z.literal('PUT'),
        url: z.string().check(said('Where to send the file, as the whole body of one request.')),
        headers: z.record(z.string(), z.string()).check(said('Send exactly these headers.')),
        size_bytes: count,
        expires_at: z.string().check(said('Until when the address may be used: ISO 8601, UTC.')),
      }),
    )
    .check(said('Where to send the file. Its batch begins when it arrives; null for `input`.')),
});

export type BatchAccepted = z.infer<typeof batchAccepted>;
