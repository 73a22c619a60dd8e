import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../../lib/classifier/model.ts';
import { type Clock, elapsedMs, isFresh, type Moment } from '../../lib/freshness.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { unavailable } from '../../lib/http/unavailable.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { Backoff } from './backoff.ts';
import { ModelMemory } from './model-memory.ts';
import type { ModelSource, VersionFacts } from './model-source.ts';
import { SingleFlight } from './single-flight.ts';

export interface ModelCacheDependencies {
  readonly source: ModelSource;
  /** How old a look-up may be before the registry is asked again. */
  readonly refreshSeconds: number;
  /** Maximum bytes of loaded models and loads in progress. */
  readonly limitBytes: number;
  readonly patience: Patience;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A verified model and its version. */
export interface ServedModel {
  readonly facts: VersionFacts;
  readonly model: Model;
  /** When the registry was asked for it: what it answered was true at that time or later. */
  readonly confirmedAt: Moment;
}

/** What a request asks for in place of the champion. */
export type Asked = { readonly version: number } | { readonly alias: string };

/** What requests ask for: the champion of a model, or one of its versions by number or by alias. */
interface Target {
  readonly key: string;
  readonly model: string;
  readonly asked: Asked | undefined;
}

/** A version that the registry named as champion, or as not retired. */
interface Confirmed {
  readonly facts: VersionFacts;
  /** When the registry was asked. */
  readonly at: Moment;
}

/** The state of one target. Only targets for which the registry knows a version have one. */
interface Standing {
  named: Confirmed;
  /** The last named version that was loaded. It answers while its successor is being loaded. */
  serving: Confirmed | undefined;
  readonly lookUps: Backoff;
  loads: Backoff;
  /** Why the last load failed; undefined when it did not. */
  loadFailure: unknown;
  /** When requests began to wait for the renewal in progress; undefined when none is. */
  renewingSince: Moment | undefined;
  wasToldStale: boolean;
}

/** How long requests wait, in milliseconds. */
export interface Patience {
  /** For a newer version, while an older one is loaded. */
  readonly renewMs: number;
  /** With nothing loaded: failures are no longer retried after this time. */
  readonly tryMs: number;
  /** With nothing loaded: the request is answered within this time, while a longer load continues. */
  readonly answerMs: number;
}

/**
 * A look-up takes some milliseconds and an ordinary load a few hundred, so waiting longer than a second
 * rarely helps. A load of a gigabyte takes some 15 s. The function times out after 29 s.
 */
export const PATIENCE: Patience = { renewMs: 1000, tryMs: 10_000, answerMs: 25_000 };
/** For health checks: one try, and an answer before the monitoring client gives up. */
const HEALTH_PATIENCE = { tryMs: 0, answerMs: 3000 };
/**
 * The minimum wait for requests that arrive after the time for a renewal is over. It is enough for replies
 * that arrived while the function was frozen.
 */
const MIN_PATIENCE_MS = 50;
/** The first pause after a failure, while a loaded model continues to answer. */
const PAUSE_MS = 1000;
/** Each failing load may use hundreds of megabytes, so the pause grows. */
const LONGEST_LOAD_PAUSE_MS = 15_000;
/** A request without a loaded model pauses between its tries. The pause doubles, within these limits. */
const FIRST_TRY_PAUSE_MS = 100;
const LONGEST_TRY_PAUSE_MS = 1000;
/** Maximum number of versions requested by number or by alias whose state is remembered. */
const MAX_PINNED = 256;

/**
 * Keeps the champions of the requested models across warm calls, and versions requested by number or alias.
 * The registry is asked again every `refreshSeconds`: who is champion, what the alias names, or whether the
 * version is retired. When it or the store is slow or unreachable, a loaded model continues to answer. An
 * answer is stale when the last successful look-up that named its version is older than `refreshSeconds`.
 * The age of a look-up counts from when it was sent. So a fresh answer always comes from a version that was
 * champion, so named, or not retired, within that time, even after delays, a freeze, or a step of the wall
 * clock.
 */
export class ModelCache {
  readonly #deps: ModelCacheDependencies;
  readonly #memory: ModelMemory;
  readonly #champions = new Map<string, Standing>();
  readonly #pinned = new Map<string, Standing>();
  readonly #lookUps = new SingleFlight<Confirmed>();
  readonly #loads = new SingleFlight<Model>();

  constructor(deps: ModelCacheDependencies) {
    this.#deps = deps;
    this.#memory = new ModelMemory(deps.limitBytes);
  }

  /** Number of models and versions with remembered state. */
  get knownTargets(): number {
    return this.#champions.size + this.#pinned.size;
  }

  /** Bytes held by loaded models and loads in progress. */
  get takenBytes(): number {
    return this.#memory.takenBytes;
  }

  /**
   * The champion of a model.
   *
   * @throws HttpError 404 for an unknown model, 503 with Retry-After when it has no champion or none could be
   * loaded
   */
  async champion(model: string): Promise<ServedModel> {
    return await this.#counted(championOf(model));
  }

  /**
   * A version of a model, champion or not.
   *
   * @throws HttpError 404 `unknown_model` or `unknown_version`; 410 `version_retired`; 503 with Retry-After
   * when it could not be loaded.
   */
  async version(model: string, version: number): Promise<ServedModel> {
    // A champion cannot be retired, so its own confirmation says as much.
    const isChampion = this.#fresh(championOf(model))?.facts.version === version;
    const pinned = { key: `${model} ${version}`, model, asked: { version } };
    return await this.#counted(isChampion ? championOf(model) : pinned);
  }

  /**
   * The version that an alias of a model names.
   *
   * @throws HttpError 404 `unknown_model` or `unknown_alias`; 503 with Retry-After when it could not be
   * loaded.
   */
  async alias(model: string, alias: string): Promise<ServedModel> {
    // No version has such a key: names of aliases do not begin with a digit.
    return await this.#counted({ key: `${model} ${alias}`, model, asked: { alias } });
  }

  /**
   * Returns the champion of a model or throws the reason why it cannot answer, within seconds. A longer load
   * continues. After a failed load it waits like a model that has another one to answer with, because health
   * checks need no token.
   */
  async state(model: string): Promise<ServedModel> {
    const target = championOf(model);
    const standing = this.#standing(target);
    if (standing?.loads.isPausing(this.#deps.clock()) && !this.#serve(target))
      throw notLoaded(model, standing.loadFailure);
    return await this.#answer(target, HEALTH_PATIENCE);
  }

  /**
   * The names of the first models that have a version.
   *
   * @param among names of which only those are listed; all models when undefined
   * @throws HttpError 503 `unavailable` while the registry is out of reach
   */
  async names(limit: number, among?: readonly string[]): Promise<string[]> {
    const { source, logger } = this.#deps;
    try {
      return await source.names(limit, among);
    } catch (error) {
      logger.error('the registry could not be asked for the names of models', { error });
      throw unavailable('unavailable', 'The models cannot be listed at the moment; try again.', 5, error);
    }
  }

  /** Whether an answer from it is stale. */
  isStale({ confirmedAt }: ServedModel, now: Moment): boolean {
    return !isFresh(confirmedAt, now, this.#refreshMs);
  }

  get #refreshMs(): number {
    return this.#deps.refreshSeconds * 1000;
  }

  async #counted(target: Target): Promise<ServedModel> {
    const served = this.#fresh(target);
    this.#deps.emit('cacheHit', {}, served ? 1 : 0);
    return served ?? (await this.#answer(target, this.#deps.patience));
  }

  async #answer(target: Target, patience: Omit<Patience, 'renewMs'>): Promise<ServedModel> {
    const fresh = this.#fresh(target);
    if (fresh) return fresh;
    const renewed = this.#serve(target) && (await this.#renewed(target));
    return renewed ?? (await this.#persist(target.model, patience, () => this.#first(target)));
  }

  #standingsOf({ asked }: Target): Map<string, Standing> {
    return asked === undefined ? this.#champions : this.#pinned;
  }

  #standing(target: Target): Standing | undefined {
    return this.#standingsOf(target).get(target.key);
  }

  /** Returns the model when it can answer at once. */
  #fresh(target: Target): ServedModel | undefined {
    const served = this.#serve(target);
    return served && !this.isStale(served, this.#deps.clock()) ? served : undefined;
  }

  #serve(target: Target): ServedModel | undefined {
    const serving = this.#standing(target)?.serving;
    const loaded = serving && this.#memory.get(serving.facts.artifactSha256);
    return loaded && { facts: serving.facts, model: loaded, confirmedAt: serving.at };
  }

  async #first(target: Target): Promise<ServedModel | undefined> {
    await this.#update(target);
    return this.#serve(target);
  }

  /**
   * Updates a loaded model, as far as the patience allows.
   *
   * @returns undefined when the model was released for its successor
   */
  async #renewed(target: Target): Promise<ServedModel | undefined> {
    const standing = this.#standing(target)!;
    const now = this.#deps.clock();
    standing.renewingSince ??= now;
    const leftMs = this.#deps.patience.renewMs - elapsedMs(standing.renewingSince, now);
    try {
      await within(this.#update(target), Math.max(MIN_PATIENCE_MS, leftMs));
    } catch (error) {
      // The registry answered that there is no champion any more, or that the version is retired. Other
      // errors were logged where they occurred.
      if (error instanceof HttpError && !this.#standing(target)) throw error;
    }
    const served = this.#serve(target);
    if (served) this.#warnOfStale(standing, served);
    return served;
  }

  #warnOfStale(standing: Standing, served: ServedModel): void {
    if (standing.wasToldStale || !this.isStale(served, this.#deps.clock())) return;
    standing.wasToldStale = true;
    const { model, version } = served.facts;
    this.#deps.logger.warn('answers are stale', {
      model,
      version,
      named_version: standing.named.facts.version,
    });
  }

  /**
   * Asks the registry when that is due, and loads the version that it names. Pauses after failures apply only
   * while a loaded model can answer.
   */
  async #update(target: Target): Promise<void> {
    const { facts } = await this.#named(target);
    const standing = this.#standing(target);
    const isPausing = standing?.loads.isPausing(this.#deps.clock()) && this.#serve(target);
    if (!this.#memory.get(facts.artifactSha256) && !isPausing) await this.#load(target, facts);
    if (!standing) return;
    standing.renewingSince = undefined;
    // A later look-up may have named another version during this load.
    if (isPausing || standing.named.facts.version !== facts.version) return;
    standing.serving = standing.named;
    if (!this.#isDue(standing.named)) standing.wasToldStale = false;
  }

  async #named(target: Target): Promise<Confirmed> {
    const standing = this.#standing(target);
    if (standing && !this.#isDue(standing.named)) return standing.named;
    if (standing?.lookUps.isPausing(this.#deps.clock()) && this.#serve(target)) return standing.named;
    try {
      return await this.#lookUps.run(target.key, () => this.#lookUp(target));
    } catch (error) {
      // With nothing loaded, the version that was named last is better than no answer. The answer is marked
      // stale.
      if (error instanceof HttpError || !standing || this.#serve(target)) throw error;
      return standing.named;
    }
  }

  #isDue({ at }: Confirmed): boolean {
    return !isFresh(at, this.#deps.clock(), this.#refreshMs);
  }

  async #lookUp(target: Target): Promise<Confirmed> {
    const at = this.#deps.clock();
    const standing = this.#standing(target);
    try {
      const facts = await this.#ask(target, standing?.named.facts);
      const named = { facts, at };
      if (standing) name(standing, named);
      else this.#remember(target, newStanding(named));
      return named;
    } catch (error) {
      if (error instanceof HttpError) this.#standingsOf(target).delete(target.key);
      else
        this.#failed('the registry could not be asked', { model: target.model, error }, standing, 'lookUps');
      throw error;
    }
  }

  #ask({ model, asked }: Target, known: VersionFacts | undefined): Promise<VersionFacts> {
    const { source } = this.#deps;
    if (asked === undefined) return source.champion(model, known);
    return 'alias' in asked
      ? source.alias(model, asked.alias, known)
      : source.version(model, asked.version, known);
  }

  #remember(target: Target, standing: Standing): void {
    this.#standingsOf(target).set(target.key, standing);
    const [oldest] = this.#pinned.keys();
    if (this.#pinned.size > MAX_PINNED) this.#pinned.delete(oldest!);
  }

  #load(target: Target, facts: VersionFacts): Promise<Model> {
    const { model, version } = facts;
    return this.#loads.run(`${target.key} ${version}`, async () => {
      const standing = this.#standing(target);
      try {
        const loaded = await this.#memory.load({
          sha256: facts.artifactSha256,
          name: `v${version} of the model "${model}"`,
          open: () => this.#open(facts),
          replacedSha256: standing?.serving?.facts.artifactSha256,
        });
        standing?.loads.succeed();
        return loaded;
      } catch (error) {
        const isFault = !(error instanceof HttpError) || error.status >= 500;
        const isNamed = standing?.named.facts.version === version;
        if (isFault)
          this.#failed(
            'an artifact could not be loaded',
            { model, version, error },
            isNamed ? standing : undefined,
            'loads',
          );
        throw error;
      }
    });
  }

  async #open(facts: VersionFacts) {
    const { source, emit, clock } = this.#deps;
    const startedMs = clock().steadyMs;
    const opened = await source.open(facts);
    return {
      ...opened,
      async read() {
        const loaded = await opened.read();
        emit('modelLoadTime', { model: facts.model }, Math.round(clock().steadyMs - startedMs));
        return loaded;
      },
    };
  }

  #failed(
    message: string,
    details: { readonly model: string; readonly error: unknown; readonly version?: number },
    standing: Standing | undefined,
    pauses: 'lookUps' | 'loads',
  ): void {
    this.#deps.logger.error(message, { ...details, error: details.error as Error });
    if (!standing) return;
    standing[pauses].fail(this.#deps.clock());
    if (pauses === 'loads') standing.loadFailure = details.error;
    standing.renewingSince = undefined;
  }

  /** Retries what a request needs to be answered. An HttpError is an answer and ends the retries. */
  async #persist(
    model: string,
    { tryMs, answerMs }: Omit<Patience, 'renewMs'>,
    attempt: () => Promise<ServedModel | undefined>,
  ): Promise<ServedModel> {
    const startedMs = performance.now();
    const elapsedMs = () => performance.now() - startedMs;
    let failure: unknown;
    for (let pauseMs = FIRST_TRY_PAUSE_MS; ; pauseMs = Math.min(LONGEST_TRY_PAUSE_MS, 2 * pauseMs)) {
      try {
        const served = await within(attempt(), answerMs - elapsedMs());
        if (served) return served;
      } catch (error) {
        if (error instanceof HttpError) throw error;
        failure = error;
      }
      if (elapsedMs() + pauseMs > tryMs) break;
      await sleep(pauseMs);
    }
    throw notLoaded(model, failure);
  }
}

const championOf = (model: string): Target => ({ key: model, model, asked: undefined });

function notLoaded(model: string, failure: unknown): HttpError {
  if (failure instanceof HttpError) return failure;
  const message = `The model "${model}" cannot be loaded at the moment; try again.`;
  return unavailable('unavailable', message, 5, failure);
}

function newStanding(named: Confirmed): Standing {
  return {
    named,
    serving: undefined,
    lookUps: new Backoff(PAUSE_MS, PAUSE_MS),
    loads: new Backoff(PAUSE_MS, LONGEST_LOAD_PAUSE_MS),
    loadFailure: undefined,
    renewingSince: undefined,
    wasToldStale: false,
  };
}

function name(standing: Standing, named: Confirmed): void {
  if (standing.named.facts.version !== named.facts.version) {
    standing.loads = new Backoff(PAUSE_MS, LONGEST_LOAD_PAUSE_MS);
  }
  standing.named = named;
  standing.lookUps.succeed();
}

/**
 * Waits for work up to a time limit. The work continues after that, and its result is ignored.
 *
 * @returns undefined when the time was over
 */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
