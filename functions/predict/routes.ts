import { type Clock, expiryClock } from '../../lib/freshness.ts';
import type { AccessPolicy } from '../../lib/http/access.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody } from '../../lib/http/request.ts';
import { healthParameters, predictParameters } from '../../lib/http/schemas/predict-request.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import { DEFAULT_MODEL } from '../../lib/names.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { MetricBuffer } from '../../lib/telemetry/metrics.ts';
import { asksForTable } from './faces/asks-for-table.ts';
import { faceHandlers, wordError } from './faces/protocols.ts';
import type { ModelCache } from './model-cache.ts';
import type { NewestUploads } from './newest-uploads.ts';
import { isBatch, predict, predictExplained } from './predict.ts';
import type { PredictionLog } from './prediction-log.ts';
import {
  checkName,
  isStranger,
  type PredictionRoute,
  PredictionService,
  versionNumber,
} from './prediction-service.ts';
import { sizedAnswer } from './sized-answer.ts';

export interface PredictFunctionOptions {
  readonly models: ModelCache;
  readonly newestUploads: Pick<NewestUploads, 'mishapOf'>;
  readonly maxBodyBytes: number;
  readonly codeVersion: string;
  readonly access: AccessPolicy;
  readonly logger: Logger;
  readonly metrics: MetricBuffer;
  readonly predictionLog: PredictionLog;
  readonly clock: Clock;
}

/** The predict function, in the form that the gateway calls. */
export function predictFunction(options: PredictFunctionOptions) {
  const service = new PredictionService(options);
  const predicting = (route: PredictionRoute) => ({
    [route]: ({ event }: HttpRequest) => answerPrediction(route, event, service),
  });
  return httpStack(
    {
      ...predicting('POST /predict'),
      ...predicting('POST /models/{model}/predict'),
      'GET /models/{model}/schema': async ({ event }) => {
        const { answerSchema } = await import('./faces/schema/answer-schema.ts');
        return await answerSchema(event, service);
      },
      'GET /health': (request) => answerHealth(request, service, options.newestUploads),
      ...faceHandlers(service),
    },
    { ...options, now: expiryClock(options.clock), wordError },
  );
}

async function answerPrediction(
  route: PredictionRoute,
  event: HttpEvent,
  service: PredictionService,
): Promise<HttpAnswer> {
  const startedMs = performance.now();
  if (asksForTable(event.headers)) {
    const { answerTable } = await import('./faces/tables/answer-table.ts');
    return await answerTable({ route, event, startedMs }, service);
  }
  const query = readQuery(event.rawQueryString, predictParameters);
  const name = event.pathParameters?.model;
  checkName(name);
  const body = readJsonBody(event, service.maxBodyBytes);
  const served = await service.model(name, versionNumber(query.version));
  const answerOf = query.explain === 'true' ? predictExplained : predict;
  return service.answer({ route, startedMs, served, isBatch: isBatch(body) }, (watch) =>
    sizedAnswer(answerOf(body, served.model, served.facts.version, watch), {}),
  );
}

/**
 * Answers 200 when the model can answer. The route is open: without the scope `predict` it speaks of the
 * default model only, so that nobody learns which other models exist, or makes this function load them. Why
 * an upload was refused may quote its rows, so a stranger is not told either.
 */
async function answerHealth(
  { event, caller }: HttpRequest,
  service: PredictionService,
  newestUploads: PredictFunctionOptions['newestUploads'],
): Promise<HttpAnswer> {
  const { model = DEFAULT_MODEL } = readQuery(event.rawQueryString, healthParameters);
  if (model !== DEFAULT_MODEL && isStranger(caller)) throw defaultOnly();
  const { facts, isStale } = await service.state(model, caller);
  const mishap = await newestUploads.mishapOf(model);
  return json(200, {
    status: 'ready',
    model: facts.model,
    model_version: `v${facts.version}`,
    code_version: service.codeVersion,
    ...(isStale ? { stale: true } : {}),
    ...(mishap && {
      newest_upload: { status: mishap.status, ...(isStranger(caller) ? {} : { reason: mishap.words }) },
    }),
  });
}

function defaultOnly(): HttpError {
  const message = `Without a token this tells of the model "${DEFAULT_MODEL}" only. GET /models/{model}, with a token of the scope "read", tells of any other.`;
  return new HttpError(401, 'unauthorized', message, {
    headers: { 'www-authenticate': 'Bearer scope="predict"' },
  });
}
