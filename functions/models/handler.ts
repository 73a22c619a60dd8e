import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { ANSWERED_OBJECT_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { readConfiguration } from '../../lib/config.ts';
import { systemClock } from '../../lib/freshness.ts';
import { prefersPage } from '../../lib/http/accept.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import { modelOf, versionOf } from '../../lib/http/path-parameters.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody, validate } from '../../lib/http/request.ts';
import {
  aliasRemovalQuery,
  aliasRequest,
  notesRequest,
  promotionRequest,
  retirementRequest,
} from '../../lib/http/schemas/changes.ts';
import { eventsQuery } from '../../lib/http/schemas/events.ts';
import { feedbackRequest } from '../../lib/http/schemas/feedback.ts';
import {
  logQuery,
  modelsQuery,
  noQuery,
  uploadsQuery,
  versionsQuery,
} from '../../lib/http/schemas/paging.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import { newestMishap } from '../../lib/registry/newest-refusal.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { presigner } from '../../lib/storage/presigned.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { aliasAnswer, aliasOf, deleteAlias, listAliases, putAlias } from './aliases.ts';
import { cardOf } from './card.ts';
import { championAnswer, decisionPage } from './champion-state.ts';
import { promoteVersion, retire } from './change.ts';
import { docsAnswers } from './docs-answer.ts';
import { newestDrift } from './drift.ts';
import { giveFeedback } from './give-feedback.ts';
import { healthOf } from './health.ts';
import { listEvents } from './list-events.ts';
import { listModels } from './list-models.ts';
import { uploadPage } from './list-uploads.ts';
import { versionDetail, versionPage } from './list-versions.ts';
import { NewestUploads } from './newest-uploads.ts';
import { putNotes } from './notes.ts';
import { answerOpenApi } from './openapi-answer.ts';
import { settings } from './settings.ts';
import { versionArtifact, versionReport } from './version-files.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const table = new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE);
const deps = {
  s3: new S3Client(ANSWERED_OBJECT_CALLS),
  table,
  modelsBucket: config.MODELS_BUCKET,
  logger,
  now: Date.now,
};

const health = {
  ...deps,
  codeVersion: config.CODE_VERSION,
  newestUploads: new NewestUploads({
    ask: (model) => newestMishap(table, model),
    refreshSeconds: 30,
    logger,
    clock: systemClock,
  }),
};

const files = { ...deps, presign: presigner(process.env, Date.now) };

const docs = docsAnswers(new URL('docs/', import.meta.url));

/** Several times the size of the largest valid change: a reason of 500 characters, escaped. */
const MAX_BODY_BYTES = 16 * 1024;

export const handler = httpStack(
  {
    'GET /events': async ({ event, caller }) =>
      fresh(
        await listEvents(
          table,
          readQuery(event.rawQueryString, eventsQuery.shape, ['limit', 'after']),
          caller,
        ),
      ),
    'GET /health': async (request) => fresh(await healthOf(request, health)),
    'GET /models': async ({ event, caller }) =>
      fresh(
        await listModels(table, readQuery(event.rawQueryString, modelsQuery.shape, ['limit']), caller.models),
      ),
    'GET /models/{model}': async ({ event }) => fresh(await cardOf(plainModelOf(event), deps)),
    'GET /models/{model}/versions': async ({ event }) =>
      fresh(
        await versionPage(
          table,
          modelOf(event),
          readQuery(event.rawQueryString, versionsQuery.shape, ['limit', 'before']),
        ),
      ),
    'GET /models/{model}/versions/{version}': async ({ event }) =>
      fresh(await versionDetail(deps, plainModelOf(event), versionOf(event))),
    'GET /models/{model}/versions/{version}/report': async ({ event }) =>
      await versionReport(
        plainModelOf(event),
        versionOf(event),
        prefersPage(event.headers.accept ?? ''),
        files,
      ),
    'GET /models/{model}/versions/{version}/artifact': async ({ event }) =>
      await versionArtifact(plainModelOf(event), versionOf(event), files),
    'GET /models/{model}/champion': async ({ event }) =>
      fresh(await championAnswer(table, plainModelOf(event))),
    'GET /models/{model}/decisions': async ({ event }) =>
      fresh(await decisionPage(table, modelOf(event), logWindow(event))),
    'GET /models/{model}/drift': async ({ event }) =>
      fresh(
        await newestDrift(plainModelOf(event), { ...deps, predictionsBucket: config.PREDICTIONS_BUCKET }),
      ),
    'GET /models/{model}/uploads': async ({ event }) =>
      fresh(
        await uploadPage(
          table,
          modelOf(event),
          readQuery(event.rawQueryString, uploadsQuery.shape, ['limit']),
        ),
      ),
    'GET /models/{model}/aliases': async ({ event }) => fresh(await listAliases(table, plainModelOf(event))),
    'GET /models/{model}/aliases/{alias}': async ({ event }) =>
      fresh(await aliasAnswer(table, plainModelOf(event), aliasOf(event))),
    'POST /models/{model}/feedback': postFeedback,
    'PUT /models/{model}/aliases/{alias}': changeAlias,
    'DELETE /models/{model}/aliases/{alias}': takeAlias,
    'PUT /models/{model}/versions/{version}/notes': changeNotes,
    'PUT /models/{model}/champion': putChampion,
    'PUT /models/{model}/versions/{version}/retirement': putRetirement,
    'GET /openapi.json': answerOpenApi,
    'GET /docs': docs.page,
    'GET /docs/{file}': docs.file,
  },
  { logger, metrics: createMetricBuffer('models'), access: accessPolicy(config) },
);

/** An answer that clients must not cache, because it may change at any time. */
const fresh = (value: unknown): HttpAnswer => json(200, value, { 'cache-control': 'no-store' });

const logWindow = (event: HttpEvent) => readQuery(event.rawQueryString, logQuery.shape, ['limit', 'before']);

/** Returns the path's model, for requests without query parameters. */
function plainModelOf(event: HttpEvent): string {
  readQuery(event.rawQueryString, noQuery.shape);
  return modelOf(event);
}

async function postFeedback({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const feedback = validate(feedbackRequest, readJsonBody(event, MAX_BODY_BYTES));
  const { FEEDBACK_DAYS: feedbackDays } = config;
  return fresh(await giveFeedback({ model, ...feedback, actor: caller.name }, { ...deps, feedbackDays }));
}

async function putChampion({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const body = validate(promotionRequest, readJsonBody(event, MAX_BODY_BYTES));
  const version = numberOf(body.version);
  const { decision: basedOn, reason } = body;
  return fresh(await promoteVersion({ model, version, basedOn, actor: caller.name, reason }, deps));
}

async function changeAlias({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const alias = aliasOf(event);
  const { version, ...body } = validate(aliasRequest, readJsonBody(event, MAX_BODY_BYTES));
  const request = { model, alias, basedOn: body.decision, actor: caller.name, reason: body.reason };
  return fresh(await putAlias({ ...request, version: numberOf(version) }, deps));
}

async function takeAlias({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const { decision: basedOn, reason } = readQuery(event.rawQueryString, aliasRemovalQuery.shape, [
    'decision',
  ]);
  const named = { model: modelOf(event), alias: aliasOf(event) };
  return fresh(await deleteAlias({ ...named, basedOn, actor: caller.name, reason }, deps));
}

async function changeNotes({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const named = { model: plainModelOf(event), version: versionOf(event) };
  const { revision: basedOn, ...body } = validate(notesRequest, readJsonBody(event, MAX_BODY_BYTES));
  return fresh(await putNotes({ ...named, ...body, basedOn, actor: caller.name }, deps));
}

const numberOf = (version: number | string) =>
  typeof version === 'number' ? version : Number(version.slice(1));

async function putRetirement({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const version = versionOf(event);
  const { decision: basedOn, reason } = validate(retirementRequest, readJsonBody(event, MAX_BODY_BYTES));
  return fresh(await retire({ model, version, basedOn, actor: caller.name, reason }, deps));
}
