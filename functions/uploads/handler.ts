import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { ANSWERED_OBJECT_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { readConfiguration } from '../../lib/config.ts';
import { prefersPage } from '../../lib/http/accept.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import { modelOf } from '../../lib/http/path-parameters.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody, validate } from '../../lib/http/request.ts';
import { noQuery } from '../../lib/http/schemas/paging.ts';
import { previewRequest, uploadRequest } from '../../lib/http/schemas/uploads-api.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { presigner } from '../../lib/storage/presigned.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { championFeatureOrder } from './champion-order.ts';
import { keyOfTable, rawKeyOf } from './raw-key.ts';
import { settings } from './settings.ts';
import { startUpload } from './start-upload.ts';
import { uploadRejects, uploadReport } from './upload-files.ts';
import { uploadState } from './upload-state.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const table = new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE);
const deps = {
  s3: new S3Client(ANSWERED_OBJECT_CALLS),
  table,
  rawBucket: config.RAW_BUCKET,
  processedBucket: config.PROCESSED_BUCKET,
  modelsBucket: config.MODELS_BUCKET,
  presign: presigner(process.env, Date.now),
  now: Date.now,
};

/** Several times the size of the largest valid request: a name and a label, escaped. */
const MAX_BODY_BYTES = 16 * 1024;
/** The first MiB of a file in base64, and a contract. */
const MAX_PREVIEW_BODY_BYTES = 1.5 * 1024 ** 2;

export const handler = httpStack(
  {
    'POST /models/{model}/uploads': postUpload,
    'POST /models/{model}/preview': postPreview,
    'GET /models/{model}/uploads/{id}': async ({ event }) =>
      fresh(200, await uploadState(plainModelOf(event), idOf(event), deps)),
    'GET /models/{model}/uploads/{id}/report': async ({ event }) =>
      await uploadReport(plainModelOf(event), idOf(event), prefersPage(event.headers.accept ?? ''), deps),
    'GET /models/{model}/uploads/{id}/rejects': async ({ event }) =>
      await uploadRejects(plainModelOf(event), idOf(event), deps),
    'GET /models/{model}/contract': getContract,
  },
  { logger, metrics: createMetricBuffer('uploads'), access: accessPolicy(config) },
);

/** An answer that clients must not cache, because it may change at any time. */
const fresh = (status: number, value: unknown): HttpAnswer =>
  json(status, value, { 'cache-control': 'no-store' });

function plainModelOf(event: HttpEvent): string {
  readQuery(event.rawQueryString, noQuery.shape);
  return modelOf(event);
}

const idOf = (event: HttpEvent) => event.pathParameters?.id ?? '';

async function postUpload({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const request = validate(uploadRequest, readJsonBody(event, MAX_BODY_BYTES));
  const ticket = await startUpload(model, rawKeyOf(model, request.file_name), request, deps);
  const { key, size_bytes } = ticket;
  logger.info('signed an upload', { model, key, size_bytes, actor: caller.name });
  return fresh(201, ticket);
}

async function postPreview({ event }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const request = validate(previewRequest, readJsonBody(event, MAX_PREVIEW_BODY_BYTES));
  const key = keyOfTable(model, request.file_name);
  // Ingestion takes longer to load than all else here, and only previews need it.
  const [{ preview }, featureOrder] = await Promise.all([
    import('./preview.ts'),
    championFeatureOrder(model, deps),
  ]);
  return fresh(200, await preview(request, key, featureOrder));
}

async function getContract({ event }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const { currentContract } = await import('./current-contract.ts');
  return fresh(200, await currentContract(model, deps));
}
