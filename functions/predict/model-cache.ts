import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../../lib/classifier/model.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { Backoff } from './backoff.ts';
import { ModelMemory } from './model-memory.ts';
import type { ModelSource, VersionFacts } from './model-source.ts';
import { unavailable } from './problems.ts';
import { SingleFlight } from './single-flight.ts';

export interface ModelCacheDependencies {
  readonly source: ModelSource;
  /** How old a look-up of the champion may be before the registry is asked again. */
  readonly refreshSeconds: number;
  /** Maximum bytes of loaded models and loads in progress. */
  readonly limitBytes: number;
  readonly patience: Patience;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A verified model and its version. */
export interface ServedModel {
  readonly facts: VersionFacts;
  readonly model: Model;
  /**
   * When its answers become stale, in milliseconds since the epoch. Infinite for a version that was requested
   * by number.
   */
  readonly freshUntilMs: number;
}

/** A version that the registry named as champion. */
interface Confirmed {
  readonly facts: VersionFacts;
  /** When the registry was asked: its answer was true at that time or later. */
  readonly atMs: number;
}

/** The state of one model. Only models for which the registry knows a champion have one. */
interface Standing {
  named: Confirmed;
  /** The last named version that was loaded. It answers while its successor is being loaded. */
  serving: Confirmed | undefined;
  readonly lookUps: Backoff;
  loads: Backoff;
  /** When requests began to wait for the renewal in progress; undefined when none is. */
  renewingSinceMs: number | undefined;
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
/** Maximum number of versions requested by number whose facts are remembered. */
const MAX_PINNED = 256;

/**
 * Keeps the champions of the requested models across warm calls, and versions requested by number. The
 * registry is asked again every `refreshSeconds`. When it or the store is slow or unreachable, a loaded model
 * continues to answer. An answer is stale when the last successful look-up that named its version is older
 * than `refreshSeconds`. The age of a look-up counts from when it was sent. So a fresh answer always comes
 * from a version that was champion within that time, even after delays or a freeze.
 */
export class ModelCache {
  readonly #deps: ModelCacheDependencies;
  readonly #memory: ModelMemory;
  readonly #standings = new Map<string, Standing>();
  readonly #pinned = new Map<string, VersionFacts>();
  readonly #lookUps = new SingleFlight<Confirmed>();
  readonly #pinnedLookUps = new SingleFlight<VersionFacts>();
  readonly #loads = new SingleFlight<Model>();

  constructor(deps: ModelCacheDependencies) {
    this.#deps = deps;
    this.#memory = new ModelMemory(deps.limitBytes);
  }

  /** Number of models with remembered state. */
  get knownModels(): number {
    return this.#standings.size;
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
    const served = this.#fresh(model);
    this.#deps.emit('cacheHit', {}, served ? 1 : 0);
    return served ?? (await this.#champion(model, this.#deps.patience));
  }

  /**
   * Returns the champion of a model or throws the reason why it cannot answer, within seconds. A longer load
   * continues.
   */
  async state(model: string): Promise<ServedModel> {
    return await this.#champion(model, HEALTH_PATIENCE);
  }

  /**
   * A version of a model, champion or not.
   *
   * @throws HttpError 404 `unknown_model`, `unknown_version` or `version_retired`; 503 with Retry-After when
   * it could not be loaded.
   */
  async version(model: string, version: number): Promise<ServedModel> {
    const known = this.#knownFacts(model, version);
    this.#deps.emit('cacheHit', {}, known && this.#memory.get(known.artifactSha256) ? 1 : 0);
    return await this.#persist(model, this.#deps.patience, async () => {
      const facts = await this.#factsOf(model, version);
      const loaded = this.#memory.get(facts.artifactSha256) ?? (await this.#load(facts));
      return { facts, model: loaded, freshUntilMs: Number.POSITIVE_INFINITY };
    });
  }

  async #champion(model: string, patience: Omit<Patience, 'renewMs'>): Promise<ServedModel> {
    const fresh = this.#fresh(model);
    if (fresh) return fresh;
    const renewed = this.#serve(model) && (await this.#renewed(model));
    return renewed ?? (await this.#persist(model, patience, () => this.#first(model)));
  }

  /** Returns the model when it can answer at once. */
  #fresh(model: string): ServedModel | undefined {
    const served = this.#serve(model);
    return served && this.#deps.now() < served.freshUntilMs ? served : undefined;
  }

  #serve(model: string): ServedModel | undefined {
    const serving = this.#standings.get(model)?.serving;
    const loaded = serving && this.#memory.get(serving.facts.artifactSha256);
    if (!loaded) return undefined;
    const { facts, atMs } = serving;
    return { facts, model: loaded, freshUntilMs: atMs + this.#deps.refreshSeconds * 1000 };
  }

  async #first(model: string): Promise<ServedModel | undefined> {
    await this.#update(model);
    return this.#serve(model);
  }

  /**
   * Updates a loaded model, as far as the patience allows.
   *
   * @returns undefined when the model was released for its successor
   */
  async #renewed(model: string): Promise<ServedModel | undefined> {
    const standing = this.#standings.get(model)!;
    const nowMs = this.#deps.now();
    standing.renewingSinceMs ??= nowMs;
    const leftMs = standing.renewingSinceMs + this.#deps.patience.renewMs - nowMs;
    try {
      await within(this.#update(model), Math.max(MIN_PATIENCE_MS, leftMs));
    } catch (error) {
      // The registry answered that there is no champion any more. Other errors were logged where they
      // occurred.
      if (error instanceof HttpError && !this.#standings.has(model)) throw error;
    }
    const served = this.#serve(model);
    if (served) this.#tellStale(standing, served);
    return served;
  }

  #tellStale(standing: Standing, { facts, freshUntilMs }: ServedModel): void {
    if (this.#deps.now() < freshUntilMs || standing.wasToldStale) return;
    standing.wasToldStale = true;
    const { model, version } = facts;
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
  async #update(model: string): Promise<void> {
    const { facts } = await this.#named(model);
    const standing = this.#standings.get(model);
    const isPausing = standing?.loads.isPausing(this.#deps.now()) && this.#serve(model);
    if (!this.#memory.get(facts.artifactSha256) && !isPausing) await this.#load(facts);
    if (!standing) return;
    standing.renewingSinceMs = undefined;
    // A later look-up may have named another version during this load.
    if (isPausing || standing.named.facts.version !== facts.version) return;
    standing.serving = standing.named;
    if (!this.#isDue(standing.named)) standing.wasToldStale = false;
  }

  async #named(model: string): Promise<Confirmed> {
    const standing = this.#standings.get(model);
    if (standing && !this.#isDue(standing.named)) return standing.named;
    if (standing?.lookUps.isPausing(this.#deps.now()) && this.#serve(model)) return standing.named;
    try {
      return await this.#lookUps.run(model, () => this.#lookUp(model));
    } catch (error) {
      // With nothing loaded, the version that was named last is better than no answer. The answer is marked
      // stale.
      if (error instanceof HttpError || !standing || this.#serve(model)) throw error;
      return standing.named;
    }
  }

  #isDue({ atMs }: Confirmed): boolean {
    return this.#deps.now() >= atMs + this.#deps.refreshSeconds * 1000;
  }

  async #lookUp(model: string): Promise<Confirmed> {
    const atMs = this.#deps.now();
    const standing = this.#standings.get(model);
    try {
      const facts = await this.#deps.source.champion(model, standing?.named.facts);
      const named = { facts, atMs };
      if (standing) name(standing, named);
      else this.#standings.set(model, newStanding(named));
      return named;
    } catch (error) {
      if (error instanceof HttpError) this.#standings.delete(model);
      else this.#failed('the registry could not be asked', { model, error }, standing, 'lookUps');
      throw error;
    }
  }

  #load(facts: VersionFacts): Promise<Model> {
    const { model, version } = facts;
    return this.#loads.run(`${model} ${version}`, async () => {
      const standing = this.#standings.get(model);
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
    const { source, emit, now } = this.#deps;
    const startedMs = now();
    const opened = await source.open(facts);
    return {
      ...opened,
      async read() {
        const loaded = await opened.read();
        emit('modelLoadTime', { model: facts.model }, now() - startedMs);
        return loaded;
      },
    };
  }

  #knownFacts(model: string, version: number): VersionFacts | undefined {
    const named = this.#standings.get(model)?.named.facts;
    return named?.version === version ? named : this.#pinned.get(`${model} ${version}`);
  }

  async #factsOf(model: string, version: number): Promise<VersionFacts> {
    const known = this.#knownFacts(model, version);
    if (known) return known;
    const key = `${model} ${version}`;
    const facts = await this.#pinnedLookUps.run(key, () => this.#deps.source.version(model, version));
    for (const [oldest] of this.#pinned) {
      if (this.#pinned.size < MAX_PINNED) break;
      this.#pinned.delete(oldest);
    }
    this.#pinned.set(key, facts);
    return facts;
  }

  #failed(
    message: string,
    details: { readonly model: string; readonly error: unknown; readonly version?: number },
    standing: Standing | undefined,
    pauses: 'lookUps' | 'loads',
  ): void {
    this.#deps.logger.error(message, { ...details, error: details.error as Error });
    if (!standing) return;
    standing[pauses].fail(this.#deps.now());
    standing.renewingSinceMs = undefined;
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
    const message = `The model "${model}" cannot be loaded at the moment; try again.`;
    throw unavailable('unavailable', message, 5, failure);
  }
}

function newStanding(named: Confirmed): Standing {
  return {
    named,
    serving: undefined,
    lookUps: new Backoff(PAUSE_MS, PAUSE_MS),
    loads: new Backoff(PAUSE_MS, LONGEST_LOAD_PAUSE_MS),
    renewingSinceMs: undefined,
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
