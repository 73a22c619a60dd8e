import { batchAccepted, batchDetail, batchList, batchRequest } from '../schemas/batches-api.ts';
import { noQuery, uploadsQuery } from '../schemas/paging.ts';
import BATCHES_EXAMPLES from './examples/batches.json' with { type: 'json' };
import type { Operation } from './operation.ts';

export const BATCHES_SCHEMAS = {
  BatchRequest: batchRequest,
  BatchAccepted: batchAccepted,
  BatchList: batchList,
  BatchDetail: batchDetail,
};

const TAG = 'Batches';

const json = (schema: keyof typeof BATCHES_SCHEMAS, description: string) => ({
  description,
  mediaType: 'application/json',
  schema,
});

/** Operations about files whose rows are predicted. */
export const BATCHES_OPERATIONS: readonly Operation[] = [
  {
    route: 'POST /models/{model}/batches',
    operationId: 'startBatch',
    tag: TAG,
    summary: 'Have every row of a file predicted',
    description:
      'Of a file in the batches bucket (`input`), whose batch is started or found; or of one that is to be sent (`file_name`, `size_bytes`), for which the answer is a signed address that holds for 15 minutes. A file that arrives in the batches bucket starts its batch without being asked, as the metadata that `upload.headers` shows say. The version is pinned at the start. The same file with other choices is another batch.',
    query: noQuery,
    body: 'BatchRequest',
    answer: { status: 202, ...json('BatchAccepted', 'The batch, or where to send its file.') },
    problems: {
      400: { when: 'No table of the model can have this name.', codes: ['file_name'] },
      404: { when: 'There is no such model, or no such file.', codes: ['unknown_model', 'unknown_input'] },
    },
    examples: BATCHES_EXAMPLES['POST /models/{model}/batches'],
  },
  {
    route: 'GET /models/{model}/batches',
    operationId: 'listBatches',
    tag: TAG,
    summary: 'List the batches of a model',
    description: 'Newest first. A batch that just began may be missing for a moment.',
    query: uploadsQuery,
    answer: json('BatchList', 'A page of batches.'),
    problems: { 404: { when: 'There is no such model.', codes: ['unknown_model'] } },
    examples: BATCHES_EXAMPLES['GET /models/{model}/batches'],
  },
  {
    route: 'GET /models/{model}/batches/{id}',
    operationId: 'batchState',
    tag: TAG,
    summary: 'See how far a batch is',
    description: 'Its progress, how it ended and why, and links to its results once it is done.',
    query: noQuery,
    answer: json('BatchDetail', 'The batch.'),
    problems: {
      404: { when: 'There is no such model or batch.', codes: ['unknown_model', 'unknown_batch'] },
    },
    examples: BATCHES_EXAMPLES['GET /models/{model}/batches/{id}'],
  },
];
