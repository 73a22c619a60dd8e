import { type Clock, expiryClock } from '../../lib/freshness.ts';
import type { AccessPolicy } from '../../lib/http/access.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody } from '../../lib/http/request.ts';
import { healthParameters, predictParameters } from '../../lib/http/schemas/predict-request.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { DEFAULT_MODEL, isModelName } from '../../lib/names.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { PREDICTION_ROUTES } from '../../lib/telemetry/metric-names.ts';
import type { MetricBuffer } from '../../lib/telemetry/metrics.ts';
import { STALE_HEADER } from './lineage-headers.ts';
import type { ModelCache, ServedModel } from './model-cache.ts';
import type { NewestUploads } from './newest-uploads.ts';
import { isBatch, predict, predictExplained } from './predict.ts';
import { PREDICTION_ID_HEADER, type PredictionLog } from './prediction-log.ts';
import { PredictionTally } from './prediction-tally.ts';
import { RequestRemarks } from './remark-headers.ts';
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
   * Answers 200 when the model can answer. The route is open: without the scope `predict` it speaks of the
   * default model only, so that nobody learns which other models exist, or makes this function load them. Why
   * an upload was refused may quote its rows, so a stranger is not told either.
   */
  async health({ event, caller }: HttpRequest): Promise<HttpAnswer> {
    const { models, newestUploads, codeVersion, clock } = this.#options;
    const { model = DEFAULT_MODEL } = readQuery(event.rawQueryString, healthParameters);
    const isStranger = !caller.scopes.includes('predict');
    if (model !== DEFAULT_MODEL && isStranger) throw defaultOnly();
    const name = modelName(model);
    const served = await models.state(name).catch((error: unknown) => {
      throw isStranger ? withoutReason(error) : error;
    });
    const mishap = await newestUploads.mishapOf(name);
    return json(200, {
      status: 'ready',
      model: served.facts.model,
      model_version: `v${served.facts.version}`,
      code_version: codeVersion,
      ...(models.isStale(served, clock()) ? { stale: true } : {}),
      ...(mishap && {
        newest_upload: { status: mishap.status, ...(isStranger ? {} : { reason: mishap.words }) },
      }),
    });
  }
}

function defaultOnly(): HttpError {
  const message = `Without a token this tells of the model "${DEFAULT_MODEL}" only. GET /models/{model}, with a token of the scope "read", tells of any other.`;
  return new HttpError(401, 'unauthorized', message, {
    headers: { 'www-authenticate': 'Bearer scope="predict"' },
  });
}

/** The error of a model without a champion, without the reason of a refused upload, which quotes its rows. */
function withoutReason(error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  if (error.code === 'unknown_model') return unknownModel(DEFAULT_MODEL);
  if (error.code !== 'no_champion') return error;
  const message = `The model "${DEFAULT_MODEL}" has no champion. GET /models/${DEFAULT_MODEL}, with a token of the scope "read", says why.`;
  return new HttpError(error.status, error.code, message, { headers: error.headers });
}

/** Rounds to whole microseconds: further digits are noise, and cost money. */
const microseconds = (ms: number) => Math.round(ms * 1000) / 1000;

/** @throws HttpError 404 for an invalid model name, without asking the registry */
function modelName(text: string): string {
  if (isModelName(text)) return text;
  throw unknownModel(text);
}
