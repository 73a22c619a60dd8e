import { type Clock, expiryClock } from '../../lib/freshness.ts';
import type { AccessPolicy } from '../../lib/http/access.ts';
import { healthModelOf } from '../../lib/http/health-model.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody } from '../../lib/http/request.ts';
import { tableParameters } from '../../lib/http/schemas/predict-request.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { MetricBuffer } from '../../lib/telemetry/metrics.ts';
import { BODY_FORMS, joinsNothing } from './body-forms.ts';
import { asksForTable } from './faces/asks-for-table.ts';
import { faceHandlers, wordError } from './faces/protocols.ts';
import type { ModelCache } from './model-cache.ts';
import { isBatch, predict, predictExplained } from './predict.ts';
import type { PredictionLog } from './prediction-log.ts';
import { askedOf, checkName, type PredictionRoute, PredictionService } from './prediction-service.ts';
import { sizedAnswer } from './sized-answer.ts';

export interface PredictFunctionOptions {
  readonly models: ModelCache;
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
      'GET /health': (request) => answerHealth(request, service),
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
  const { join, ...query } = readQuery(event.rawQueryString, tableParameters);
  if (join !== undefined) throw joinsNothing();
  const name = event.pathParameters?.model;
  checkName(name);
  const body = readJsonBody(event, service.maxBodyBytes, BODY_FORMS);
  const served = await service.model(name, askedOf(query));
  const answerOf = query.explain === 'true' ? predictExplained : predict;
  return service.answer({ route, startedMs, served, isBatch: isBatch(body) }, (watch) =>
    sizedAnswer(answerOf(body, served.model, served.facts.version, watch), {}),
  );
}

/**
 * Answers 200 when this version has loaded the model. No gateway sends this here: GET /health is open, and
 * the function `models` answers it for less. A rollout asks a new version of predict directly.
 */
async function answerHealth(request: HttpRequest, service: PredictionService): Promise<HttpAnswer> {
  const { facts, isStale } = await service.state(healthModelOf(request), request.caller);
  return json(200, {
    status: 'ready',
    model: facts.model,
    model_version: `v${facts.version}`,
    code_version: service.codeVersion,
    ...(isStale ? { stale: true } : {}),
  });
}
