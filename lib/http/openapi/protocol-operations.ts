import { LINEAGE_HEADERS, REMARK_HEADERS, versionQuery } from '../schemas/predict-api.ts';
import {
  inferAnswer,
  inferRequest,
  invocationAnswer,
  invocationRequest,
  kserveAnswer,
  kserveRequest,
  mlflowError,
  modelMetadata,
  modelNames,
  modelReady,
  pingAnswer,
  protocolError,
  sagemakerError,
  serverLive,
  serverMetadata,
  serverReady,
} from '../schemas/protocols-api.ts';
import PROTOCOL_EXAMPLES from './examples/protocols.json' with { type: 'json' };
import type { Answer, HeaderName, Operation } from './operation.ts';

export const PROTOCOL_SCHEMAS = {
  ProtocolError: protocolError,
  ServerMetadata: serverMetadata,
  ServerLive: serverLive,
  ServerReady: serverReady,
  ModelReady: modelReady,
  ModelMetadata: modelMetadata,
  InferRequest: inferRequest,
  InferAnswer: inferAnswer,
  ModelNames: modelNames,
  KserveRequest: kserveRequest,
  KserveAnswer: kserveAnswer,
  InvocationRequest: invocationRequest,
  InvocationAnswer: invocationAnswer,
  PingAnswer: pingAnswer,
  MlflowError: mlflowError,
  SagemakerError: sagemakerError,
};

const PREDICTION_HEADERS = [
  ...(Object.keys(LINEAGE_HEADERS) as (keyof typeof LINEAGE_HEADERS)[]),
  'x-prediction-id',
  'x-model-stale',
  ...(Object.keys(REMARK_HEADERS) as (keyof typeof REMARK_HEADERS)[]),
] as const satisfies readonly HeaderName[];

const inJson = (description: string, schema: string, headers: readonly HeaderName[] = []): Answer => ({
  description,
  mediaType: 'application/json',
  schema,
  headers,
});

/** The statuses of requests that name a model. */
const OF_A_MODEL = [400, 404, 410, 503];
const OF_A_BODY = [400, 413, 415];

const KSERVE = { tag: 'Protocols', worded: { schema: 'ProtocolError', statuses: OF_A_MODEL } } as const;
const KSERVE_BODY = { ...KSERVE, worded: { ...KSERVE.worded, statuses: [...OF_A_MODEL, ...OF_A_BODY] } };
const OPEN = { tag: 'Protocols', worded: { schema: 'ProtocolError', statuses: [404, 503] } } as const;

const CSV = {
  type: 'string',
  description: 'One row a line, with or without a header, as the file of the model was written.',
} as const;
const LINES = { type: 'string', description: 'One JSON a line.' } as const;
const CSV_ANSWER = {
  type: 'string',
  description: 'The label and the confidence of each row, without a header.',
} as const;
const LINES_ANSWER = { type: 'string', description: 'The label and the confidence of each row.' } as const;

const INFER = {
  ...KSERVE_BODY,
  body: 'InferRequest',
  bodies: {
    'application/octet-stream': {
      type: 'string',
      description:
        'The JSON, with binary tensors behind it; `Inference-Header-Content-Length` is its length.',
    },
  },
  answer: {
    ...inJson('The outputs that were chosen, for each row.', 'InferAnswer', PREDICTION_HEADERS),
    others: {
      'application/octet-stream': {
        type: 'string',
        description: 'The same with binary tensors, where these were asked for.',
      },
    },
  },
} as const;

const INVOCATION = {
  tag: 'Protocols',
  body: 'InvocationRequest',
  bodies: { 'text/csv': CSV, 'application/x-ndjson': LINES },
} as const;

const invocationAnswerOf = (headers: readonly HeaderName[]): Answer => ({
  ...inJson('The predictions, in the order of the rows.', 'InvocationAnswer', headers),
  others: { 'text/csv': CSV_ANSWER, 'application/x-ndjson': LINES_ANSWER },
});

/** Operations of the protocols that others made. Their errors are in the words of each. */
export const PROTOCOL_OPERATIONS: readonly Operation[] = [
  {
    ...OPEN,
    route: 'GET /v2',
    operationId: 'inferenceServer',
    summary: 'Open Inference Protocol: the server',
    description: 'Name, version and extensions of the server.',
    answer: inJson('What the server is.', 'ServerMetadata'),
    examples: PROTOCOL_EXAMPLES['GET /v2'],
  },
  {
    ...OPEN,
    route: 'GET /v2/health/live',
    operationId: 'inferenceServerLive',
    summary: 'Open Inference Protocol: the server lives',
    description: 'Answers as long as anything does.',
    answer: inJson('It lives.', 'ServerLive'),
    examples: PROTOCOL_EXAMPLES['GET /v2/health/live'],
  },
  {
    ...OPEN,
    route: 'GET /v2/health/ready',
    operationId: 'inferenceServerReady',
    summary: 'Open Inference Protocol: the default model can answer',
    description: 'As `GET /health`, of the model `default`.',
    answer: inJson('It is ready.', 'ServerReady'),
    examples: PROTOCOL_EXAMPLES['GET /v2/health/ready'],
  },
  {
    ...KSERVE,
    route: 'GET /v2/models/{model}',
    operationId: 'inferenceModel',
    summary: 'Open Inference Protocol: a model',
    description: 'Its inputs, a tensor for each feature, and its outputs.',
    answer: inJson('The metadata of the champion.', 'ModelMetadata'),
    examples: PROTOCOL_EXAMPLES['GET /v2/models/{model}'],
  },
  {
    ...KSERVE,
    route: 'GET /v2/models/{model}/ready',
    operationId: 'inferenceModelReady',
    summary: 'Open Inference Protocol: a model can answer',
    description: 'Loads the champion, if it is not loaded yet.',
    answer: inJson('It is ready.', 'ModelReady'),
    examples: PROTOCOL_EXAMPLES['GET /v2/models/{model}/ready'],
  },
  {
    ...INFER,
    route: 'POST /v2/models/{model}/infer',
    operationId: 'infer',
    summary: 'Open Inference Protocol: predict',
    description:
      'Takes a tensor for each feature (FP64 and other numbers, BYTES, BOOL), or one tensor of shape [rows, features], up to 10,000 rows, also as binary tensors. Answers `label`, `confidence` and `probabilities`, or the chosen ones. A body needs no Content-Type.',
    examples: PROTOCOL_EXAMPLES['POST /v2/models/{model}/infer'],
  },
  {
    ...KSERVE,
    route: 'GET /v2/models/{model}/versions/{version}',
    operationId: 'inferenceModelVersion',
    summary: 'Open Inference Protocol: a version of a model',
    description: 'As `GET /v2/models/{model}`, of one version.',
    answer: inJson('The metadata of the version.', 'ModelMetadata'),
    examples: PROTOCOL_EXAMPLES['GET /v2/models/{model}/versions/{version}'],
  },
  {
    ...KSERVE,
    route: 'GET /v2/models/{model}/versions/{version}/ready',
    operationId: 'inferenceModelVersionReady',
    summary: 'Open Inference Protocol: a version can answer',
    description: 'Loads the version, if it is not loaded yet.',
    answer: inJson('It is ready.', 'ModelReady'),
    examples: PROTOCOL_EXAMPLES['GET /v2/models/{model}/versions/{version}/ready'],
  },
  {
    ...INFER,
    route: 'POST /v2/models/{model}/versions/{version}/infer',
    operationId: 'inferWithVersion',
    summary: 'Open Inference Protocol: predict with a version',
    description: 'As `POST /v2/models/{model}/infer`, with one version.',
    examples: PROTOCOL_EXAMPLES['POST /v2/models/{model}/versions/{version}/infer'],
  },
  {
    ...KSERVE,
    route: 'GET /v1/models',
    operationId: 'kserveModels',
    summary: 'KServe V1: the models',
    description: 'The names of the models.',
    answer: inJson('The names.', 'ModelNames'),
    examples: PROTOCOL_EXAMPLES['GET /v1/models'],
  },
  {
    ...KSERVE,
    route: 'GET /v1/models/{model}',
    operationId: 'kserveModel',
    summary: 'KServe V1: a model can answer',
    description: 'Loads the champion, if it is not loaded yet.',
    answer: inJson('It is ready.', 'ModelReady'),
    examples: PROTOCOL_EXAMPLES['GET /v1/models/{model}'],
  },
  {
    ...KSERVE_BODY,
    route: 'POST /v1/models/{model}',
    path: '/v1/models/{model}:predict',
    operationId: 'kservePredict',
    summary: 'KServe V1: predict',
    description: 'Takes up to 10,000 instances, each by place or by name, and answers their labels.',
    query: versionQuery,
    body: 'KserveRequest',
    answer: inJson('The labels, in the order of the instances.', 'KserveAnswer', PREDICTION_HEADERS),
    examples: PROTOCOL_EXAMPLES['POST /v1/models/{model}'],
  },
  {
    tag: 'Protocols',
    worded: { schema: 'MlflowError', statuses: [404, 503] },
    route: 'GET /ping',
    operationId: 'ping',
    summary: 'MLflow, SageMaker: the default model can answer',
    description: 'As `GET /health`, of the model `default`.',
    answer: inJson('It can.', 'PingAnswer'),
    examples: PROTOCOL_EXAMPLES['GET /ping'],
  },
  {
    ...INVOCATION,
    worded: { schema: 'MlflowError', statuses: [...OF_A_MODEL, ...OF_A_BODY] },
    route: 'POST /invocations',
    operationId: 'invocations',
    summary: 'MLflow: predict',
    description:
      'Takes exactly one of `dataframe_split`, `dataframe_records`, `instances` and `inputs`, or CSV, or one JSON a line, up to 10,000 rows. Answers with the model `default`, or with the one that the header `X-Model-Name` names.',
    query: versionQuery,
    answer: invocationAnswerOf(PREDICTION_HEADERS),
    examples: PROTOCOL_EXAMPLES['POST /invocations'],
  },
  {
    tag: 'Protocols',
    worded: { schema: 'MlflowError', statuses: [] },
    route: 'GET /version',
    operationId: 'codeVersion',
    summary: 'MLflow: the version of the server',
    description: 'The version of the code.',
    answer: {
      description: 'The version.',
      mediaType: 'text/plain',
      schema: { type: 'string', description: 'Such as 0.1.0.' },
    },
    examples: [{ name: 'version', summary: 'The version', path: '/version', status: 200 }],
  },
  {
    ...INVOCATION,
    worded: { schema: 'SagemakerError', statuses: [400, 424, 503], headers: ['x-amzn-errortype'] },
    route: 'POST /endpoints/{model}/invocations',
    operationId: 'invokeEndpoint',
    summary: 'SageMaker: predict',
    description:
      'What clients of SageMaker\'s runtime send, which need only another endpoint URL: the endpoint is a model, its target variant or target model a version. Takes what `POST /invocations` does, and `{"features": row}`.',
    answer: invocationAnswerOf([...PREDICTION_HEADERS, 'x-amzn-invoked-production-variant']),
    examples: PROTOCOL_EXAMPLES['POST /endpoints/{model}/invocations'],
  },
];
