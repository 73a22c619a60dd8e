import { noQuery } from '../schemas/paging.ts';
import {
  contractAnswer,
  previewAnswer,
  previewRequest,
  signedLink,
  uploadReport,
  uploadRequest,
  uploadState,
  uploadTicket,
  versionReport,
} from '../schemas/uploads-api.ts';
import UPLOADS_EXAMPLES from './examples/uploads.json' with { type: 'json' };
import type { Operation } from './operation.ts';

export const UPLOADS_SCHEMAS = {
  UploadRequest: uploadRequest,
  UploadTicket: uploadTicket,
  UploadState: uploadState,
  UploadReport: uploadReport,
  VersionReport: versionReport,
  SignedLink: signedLink,
  ContractAnswer: contractAnswer,
  PreviewRequest: previewRequest,
  PreviewAnswer: previewAnswer,
};

const TAG = 'Uploads';

const json = (schema: keyof typeof UPLOADS_SCHEMAS, description: string) => ({
  description,
  mediaType: 'application/json',
  schema,
});

const PAGE = { 'text/html': { type: 'string', description: 'The report as a page.' } } as const;

const UNKNOWN_MODEL = { 404: { when: 'There is no such model.', codes: ['unknown_model'] } };
const unknownUpload = (when: string, codes: readonly string[]) => ({
  404: {
    when: `There is no such model or upload${when}.`,
    codes: ['unknown_model', 'unknown_upload', ...codes],
  },
});
const NAME_FAULT = {
  400: { when: 'No file of this name can be read.', codes: ['file_name'] },
  ...UNKNOWN_MODEL,
};

/** Operations about files and their reports. */
export const UPLOADS_OPERATIONS: readonly Operation[] = [
  {
    route: 'POST /models/{model}/preview',
    operationId: 'previewTable',
    tag: TAG,
    summary: 'See how a table would be read',
    description:
      'Reads the first MiB of a file as ingestion would, under the contract in the request, and says what it understood. Nothing is stored. Parquet and gzip can only be read whole: of a larger one the answer is the fault `preview_cut`.',
    query: noQuery,
    body: 'PreviewRequest',
    answer: json('PreviewAnswer', 'What would be understood, also of a file that would be refused.'),
    problems: NAME_FAULT,
    examples: UPLOADS_EXAMPLES['POST /models/{model}/preview'],
  },
  {
    route: 'POST /models/{model}/uploads',
    operationId: 'startUpload',
    tag: TAG,
    summary: 'Get an address to send a file to',
    description:
      'A signed address in the raw bucket that holds for 15 minutes, for this key, size, media type and label only. Send the file there with `PUT`; no token is needed there. A contract is sent the same way, as `schema.json`. Nothing is stored before the file is sent. The model need not exist.',
    query: noQuery,
    body: 'UploadRequest',
    answer: { status: 201, ...json('UploadTicket', 'Where and how to send the file.') },
    problems: NAME_FAULT,
    examples: UPLOADS_EXAMPLES['POST /models/{model}/uploads'],
  },
  {
    route: 'GET /models/{model}/uploads/{id}',
    operationId: 'uploadState',
    tag: TAG,
    summary: 'See what became of an upload',
    description: 'How far it came, stage by stage, and why it ended where it did.',
    query: noQuery,
    answer: json('UploadState', 'Its state.'),
    problems: unknownUpload('', []),
    examples: UPLOADS_EXAMPLES['GET /models/{model}/uploads/{id}'],
  },
  {
    route: 'GET /models/{model}/uploads/{id}/report',
    operationId: 'uploadReport',
    tag: TAG,
    summary: 'Read the report of an upload',
    description:
      'What was understood of the file and what is in it, or why it was refused. As JSON, or as a page where `Accept` prefers `text/html`.',
    query: noQuery,
    answer: { ...json('UploadReport', 'The report.'), others: PAGE, headers: ['vary'] },
    problems: unknownUpload(', or it has no report yet', ['no_report']),
    examples: UPLOADS_EXAMPLES['GET /models/{model}/uploads/{id}/report'],
  },
  {
    route: 'GET /models/{model}/uploads/{id}/rejects',
    operationId: 'uploadRejects',
    tag: TAG,
    summary: 'Read the rejected rows of an upload',
    description: 'Line, column, code and value of each row that was left out.',
    query: noQuery,
    answer: {
      description: 'CSV with a header; only the header when no row was left out.',
      mediaType: 'text/csv',
      schema: { type: 'string', description: 'Lines such as `14,petal_width,number,abc`.' },
      redirectsWhen: 'They are too many for an answer of a function: read them there.',
    },
    problems: unknownUpload(', or it has no rejected rows yet', ['no_rejects']),
    examples: UPLOADS_EXAMPLES['GET /models/{model}/uploads/{id}/rejects'],
  },
  {
    route: 'GET /models/{model}/contract',
    operationId: 'currentContract',
    tag: TAG,
    summary: 'Read the contract in force',
    description:
      'The schema.json of the model, and whether it can be applied. To change it, send another with `POST /models/{model}/uploads`. Also of a model that does not exist yet.',
    query: noQuery,
    answer: json('ContractAnswer', 'The contract, or that there is none.'),
    problems: UNKNOWN_MODEL,
    examples: UPLOADS_EXAMPLES['GET /models/{model}/contract'],
  },
  {
    route: 'GET /models/{model}/versions/{version}/report',
    operationId: 'versionReport',
    tag: TAG,
    summary: 'Read the report of a training',
    description: 'How good the version is, and where it errs. As JSON, or as a page by `Accept`.',
    query: noQuery,
    answer: { ...json('VersionReport', 'The report.'), others: PAGE, headers: ['vary'] },
    problems: {
      404: {
        when: 'There is no such model or version, or its report is gone from the bucket.',
        codes: ['unknown_model', 'unknown_version', 'no_report'],
      },
    },
    examples: UPLOADS_EXAMPLES['GET /models/{model}/versions/{version}/report'],
  },
  {
    route: 'GET /models/{model}/versions/{version}/artifact',
    operationId: 'versionArtifact',
    tag: TAG,
    summary: 'Download a model',
    description: 'Redirects to the artifact in the models bucket, by an address that holds for 5 minutes.',
    query: noQuery,
    answer: {
      status: 307,
      ...json('SignedLink', 'Where the artifact can be read.'),
      headers: ['location'],
    },
    problems: {
      404: {
        when: 'There is no such model or version, or its artifact was deleted.',
        codes: ['unknown_model', 'unknown_version', 'no_artifact'],
      },
    },
    examples: UPLOADS_EXAMPLES['GET /models/{model}/versions/{version}/artifact'],
  },
];
