import type { Clock } from '../../lib/freshness.ts';
import { type Caller, mayPredict } from '../../lib/http/access.ts';
import { invalidRequest } from '../../lib/http/request.ts';
import type { HttpAnswer } from '../../lib/http/stack.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { withoutReason } from '../../lib/http/without-reason.ts';
import { DEFAULT_MODEL, isModelName } from '../../lib/names.ts';
import type { PREDICTION_ROUTES } from '../../lib/telemetry/metric-names.ts';
import type { MetricBuffer } from '../../lib/telemetry/metrics.ts';
import { STALE_HEADER } from './lineage-headers.ts';
import type { Asked, ModelCache, ServedModel } from './model-cache.ts';
import type { PredictionWatch } from './predict.ts';
import { PREDICTION_ID_HEADER, type PredictionLog } from './prediction-log.ts';
import { PredictionTally } from './prediction-tally.ts';
import { RequestRemarks } from './remark-headers.ts';

export type PredictionRoute = (typeof PREDICTION_ROUTES)[number];

export interface PredictionServiceOptions {
  readonly models: ModelCache;
  readonly maxBodyBytes: number;
  readonly codeVersion: string;
  readonly metrics: MetricBuffer;
  readonly predictionLog: PredictionLog;
  readonly clock: Clock;
}

/** A request for predictions, as far as its accounting needs it. */
export interface PredictionCall {
  readonly route: PredictionRoute;
  /** By `performance.now()`. */
  readonly startedMs: number;
  readonly served: ServedModel;
  readonly isBatch: boolean;
}

/**
 * What every protocol shares: it finds the model that answers, and gives each answer its lineage, its place
 * in the prediction log and its metrics.
 */
export class PredictionService {
  readonly #options: PredictionServiceOptions;

  constructor(options: PredictionServiceOptions) {
    this.#options = options;
  }

  get maxBodyBytes(): number {
    return this.#options.maxBodyBytes;
  }

  get codeVersion(): string {
    return this.#options.codeVersion;
  }

  /**
   * The model that answers: the champion, or what is asked for.
   *
   * @throws HttpError as checkName and ModelCache do
   */
  async model(name: string = DEFAULT_MODEL, asked?: Asked): Promise<ServedModel> {
    checkName(name);
    const { models } = this.#options;
    if (asked === undefined) return await models.champion(name);
    return 'alias' in asked
      ? await models.alias(name, asked.alias)
      : await models.version(name, asked.version);
  }

  /**
   * The champion of a model, if it can answer now.
   *
   * @param caller a stranger is not told why there is none
   * @throws HttpError 404 or 503
   */
  async state(name: string, caller: Caller): Promise<ServedModel & { readonly isStale: boolean }> {
    checkName(name);
    const { models, clock } = this.#options;
    const served = await models.state(name).catch((error: unknown) => {
      throw mayPredict(caller, name) ? error : withoutReason(error, name);
    });
    return { ...served, isStale: models.isStale(served, clock()) };
  }

  /** The names of the first models that a caller may see, in code-unit order. @throws HttpError 503 */
  names(limit: number, { models }: Caller): Promise<string[]> {
    return this.#options.models.names(limit, models === 'all' ? undefined : models);
  }

  /**
   * Makes an answer, and adds the headers of a prediction to it. Logs and metrics follow after it is sent.
   *
   * @param make predicts, with callbacks that must see each prediction
   */
  answer(
    { route, startedMs, served, isBatch }: PredictionCall,
    make: (watch: PredictionWatch) => HttpAnswer,
  ): HttpAnswer {
    const { metrics, predictionLog } = this.#options;
    const tally = new PredictionTally(served.model);
    const { id, take, write } = predictionLog.begin();
    const remarks = new RequestRemarks();
    const answer = make({ observer: tally, take, remark: remarks.add });
    // This changes the object that was just created: copying it would cost as much as the rest of the log.
    const headers = Object.assign(answer.headers!, this.#headers(served));
    headers[PREDICTION_ID_HEADER] = id;
    remarks.addTo(headers, isBatch);
    const latencyMs = performance.now() - startedMs;
    metrics.later((emit) => {
      write(served.facts);
      tally.emit(emit, served.facts.model);
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
}

/** @throws HttpError 404 for an invalid model name, without asking the registry */
export function checkName(name: string = DEFAULT_MODEL): void {
  if (!isModelName(name)) throw unknownModel(name);
}

/** The parameters of a query that name what is asked for. */
interface AskingQuery {
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
}

/**
 * What a query asks for, whose parameters were checked before.
 *
 * @throws HttpError 400 when it names both a version and an alias
 */
export function askedOf({ version, alias }: AskingQuery): Asked | undefined {
  if (version !== undefined && alias !== undefined)
    throw invalidRequest([{ path: 'query.alias', message: 'give a version or an alias, not both' }]);
  return alias === undefined ? askedVersion(version) : { alias };
}

/** The number in `3` or `v3`, which was checked before. */
export const askedVersion = (text: string | undefined): Asked | undefined =>
  text === undefined ? undefined : { version: Number(text.replace('v', '')) };

/** Rounds to whole microseconds: further digits are noise, and cost money. */
const microseconds = (ms: number) => Math.round(ms * 1000) / 1000;
