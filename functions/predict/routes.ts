import { type Clock, expiryClock } from '../../lib/freshness.ts';
import type { AccessPolicy } from '../../lib/http/access.ts';
import { healthModelOf } from '../../lib/http/health-model.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody } from '../../lib/http/request.ts';
import { predictParameters } from '../../lib/http/schemas/predict-request.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { DEFAULT_MODEL, isModelName } from '../../lib/names.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { PREDICTION_ROUTES } from '../../lib/telemetry/metric-names.ts';
import type { MetricBuffer } from '../../lib/telemetry/metrics.ts';
import { STALE_HEADER } from './lineage-headers.ts';
import type { ModelCache, ServedModel } from './model-cache.ts';
import { isBatch, predict, predictExplained } from './predict.ts';
import { PREDICTION_ID_HEADER, type PredictionLog } from './prediction-log.ts';
import { PredictionTally } from './prediction-tally.ts';
import { RequestRemarks } from './remark-headers.ts';
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
  const routes = new PredictRoutes(options);
  const predicting = (route: (typeof PREDICTION_ROUTES)[number]) => ({
    [route]: ({ event }: { readonly event: HttpEvent }) => routes.predict(route, event),
  });
  return httpStack(
    {
      ...predicting('POST /predict'),
      ...predicting('POST /models/{model}/predict'),
      'GET /health': (request) => routes.health(request),
    },
    { ...options, now: expiryClock(options.clock) },
  );
}

class PredictRoutes {
  readonly #options: PredictFunctionOptions;

  constructor(options: PredictFunctionOptions) {
    this.#options = options;
  }

  async predict(route: (typeof PREDICTION_ROUTES)[number], event: HttpEvent): Promise<HttpAnswer> {
    const startedMs = performance.now();
    const { models, maxBodyBytes, metrics } = this.#options;
    const query = readQuery(event.rawQueryString, predictParameters);
    const name = modelName(event.pathParameters?.model ?? DEFAULT_MODEL);
    const body = readJsonBody(event, maxBodyBytes);
    const served =
      query.version === undefined
        ? await models.champion(name)
        : await models.version(name, Number(query.version.replace('v', '')));
    const { model, facts } = served;
    const tally = new PredictionTally(model);
    const { id, take, write } = this.#options.predictionLog.begin();
    const remarks = new RequestRemarks();
    const watch = { observer: tally, take, remark: remarks.add };
    const content =
      query.explain === 'true'
        ? predictExplained(body, model, facts.version, watch)
        : predict(body, model, facts.version, watch);
    const answer = sizedAnswer(content, this.#headers(served));
    // This changes the object that was just created: copying it would cost as much as the rest of the log.
    answer.headers![PREDICTION_ID_HEADER] = id;
    remarks.addTo(answer.headers!, isBatch(body));
    const latencyMs = performance.now() - startedMs;
    metrics.later((emit) => {
      write(facts);
      tally.emit(emit, facts.model);
      emit('batchSize', { route }, tally.instances);
      emit('predictionLatency', { route }, microseconds(latencyMs));
    });
    return answer;
  }

  /** Checks staleness when the answer is ready, not when the model was chosen: a large batch takes time. */
  #headers(served: ServedModel): Readonly<Record<string, string>> {
    const { models, metrics, clock } = this.#options;
    const { model, headers } = served.facts;
    if (!models.isStale(served, clock())) return headers;
    metrics.emit('staleAnswers', { model }, 1);
    return { ...headers, [STALE_HEADER]: 'true' };
  }

  /**
   * Answers 200 when this version has loaded the model. No gateway sends this here: GET /health is open, and
   * the function `models` answers it for less. A rollout asks a new version of predict directly.
   */
  async health(request: HttpRequest): Promise<HttpAnswer> {
    const { models, codeVersion, clock } = this.#options;
    const served = await models.state(healthModelOf(request));
    return json(200, {
      status: 'ready',
      model: served.facts.model,
      model_version: `v${served.facts.version}`,
      code_version: codeVersion,
      ...(models.isStale(served, clock()) ? { stale: true } : {}),
    });
  }
}

/** Rounds to whole microseconds: further digits are noise, and cost money. */
const microseconds = (ms: number) => Math.round(ms * 1000) / 1000;

/** @throws HttpError 404 for an invalid model name, without asking the registry */
function modelName(text: string): string {
  if (isModelName(text)) return text;
  throw unknownModel(text);
}
