import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { connect } from '../../functions/predict/connect.ts';
import { ModelCache, PATIENCE } from '../../functions/predict/model-cache.ts';
import type { ModelSource, VersionFacts } from '../../functions/predict/model-source.ts';
import { PredictionLog } from '../../functions/predict/prediction-log.ts';
import { predictFunction } from '../../functions/predict/routes.ts';
import { SingleFlight } from '../../functions/predict/single-flight.ts';
import { httpTransport } from '../../lib/aws/signed-service.ts';
import type { Prediction } from '../../lib/classifier/model.ts';
import { openModel, writeModel } from '../../lib/classifier/model-file.ts';
import type { Clock } from '../../lib/freshness.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { promoteByHand, retireVersion } from '../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../lib/registry/versions.ts';
import { signedStore } from '../../lib/storage/signed-objects.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { fittedModel } from '../helpers/fitted-model.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../helpers/http-event.ts';
import { SILENT_METRICS } from '../helpers/metric-buffers.ts';
import { type Fault, Unreliability } from '../helpers/unreliable-client.ts';
import { versionDraft } from '../helpers/version-draft.ts';
import { xorshift } from '../helpers/xorshift.ts';

/** Mechanisms of the product that a test can disable, to see that it notices. */
export const SERVING_SABOTAGES = ['stale_flag', 'verification', 'single_flight', 'steady_clock'] as const;
export type ServingSabotage = (typeof SERVING_SABOTAGES)[number];

export interface ServingRun {
  readonly seed: number;
  /** Number of concurrent clients that send one request after the other. */
  readonly clients: number;
  /**
   * Number of promotions and rollbacks during the requests. With sabotage, the maximum until it is noticed.
   */
  readonly decisions: number;
  /** The clients go on until there are more answers, however slow the machine is. */
  readonly minAnswers?: number;
  readonly sabotage?: ServingSabotage | undefined;
}

export interface ServingOutcome {
  /** Violations; empty when there were none. At most a few of each kind. */
  readonly violations: readonly string[];
  readonly answers: number;
  readonly staleAnswers: number;
  /** Stale answers from a version that was no longer champion: the case for which the flag exists. */
  readonly staleOfOthers: number;
  /** The highest number of concurrent requests. */
  readonly concurrent: number;
  readonly loads: number;
  /** Number of times that an instance's wall clock was set forward or back. */
  readonly steps: number;
  /** 410 answers for a retired version. */
  readonly gone: number;
  /** 503 answers of the function whose memory cannot hold all models. */
  readonly unavailable: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
}

/** The servers of the runs. */
export interface ServingWorld {
  readonly s3: S3Fixture;
  readonly registry: TestRegistry;
  runs: number;
  close(): Promise<void>;
}

export async function openServingWorld(): Promise<ServingWorld> {
  const [s3, registry] = await Promise.all([openS3Fixture(), openTestRegistry()]);
  await s3.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const close = async () => {
    await Promise.all([s3.remove(), registry.close()]);
  };
  return { s3, registry, runs: 0, close };
}

const BUCKET = 'models';
/** The last version of each model is never champion. It is retired during the run. */
const VERSIONS = 5;
/**
 * Rows of each model's versions. The last model is larger than half of the tight function's memory, so that
 * two of its versions do not fit.
 */
const ROWS = [60, 120, 200, 300, 700] as const;
const PROBES = [-3, 1, 4, 40, 55, 99] as const;
const FAULT_SHARE = 0.3;
/**
 * The functions' clock runs this much faster, so that pauses and refresh times of seconds take milliseconds.
 */
const CLOCK_RATE = 20;
const REFRESH_SECONDS = 4;
/** By the clock of the test: five refresh times. */
const OUTAGE_MS = 1000;
const HOUR_MS = 3_600_000;
/** Steps of a wall clock: an hour, and so little back that no time is before the last look-up. */
const STEPS_MS = [-HOUR_MS, HOUR_MS, -3000, -3000] as const;

/** The true time, which no instance's wall clock shows after a step. */
const clockMs = () => Math.floor(performance.now() * CLOCK_RATE);

/** A version whose answers differ from those of every other version. */
interface Version {
  readonly model: string;
  readonly version: number;
  readonly sha256: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Keyed by probe. */
  readonly expected: ReadonlyMap<number, Prediction>;
}

/**
 * The time in which a version is or may be champion: from the sending of its decision until the next decision
 * is in force.
 */
interface Reign {
  readonly version: number;
  readonly fromMs: number;
  untilMs: number;
}

interface Answer {
  readonly model: string;
  readonly version: number;
  readonly isStale: boolean;
  /** When the function decided whether the answer is stale. */
  readonly atMs: number;
  readonly where: string;
}

/** One function with its own memory. */
interface Instance {
  readonly name: string;
  readonly handler: ReturnType<typeof predictFunction>;
  readonly models: ModelCache;
  readonly wall: { stepMs: number };
  /** Keys that were answered once: `<model>` for champions, `<model> <version>` for requested versions. */
  readonly answered: Set<string>;
}

export async function runServing(world: ServingWorld, options: ServingRun): Promise<ServingOutcome> {
  return await new Run(world, options).run();
}

class Run {
  readonly #world: ServingWorld;
  readonly #options: ServingRun;
  readonly #random: () => number;
  readonly #faults: Unreliability;
  readonly #versions = new Map<string, Version[]>();
  readonly #reigns = new Map<string, Reign[]>();
  readonly #decisions = new Map<string, number>();
  readonly #answers: Answer[] = [];
  readonly #violations = new Map<string, string[]>();
  readonly #judgedAt = new AsyncLocalStorage<{ atMs: number }>();
  readonly #inProgress = new Map<string, number>();
  /** By model: from when its last version is retired for sure; infinite while that is being decided. */
  readonly #retiredMs = new Map<string, number>();
  #steps = 0;
  #gone = 0;
  #loads = 0;
  #requests = 0;
  #mostRequests = 0;
  #unavailable = 0;
  #isOver = false;

  constructor(world: ServingWorld, options: ServingRun) {
    this.#world = world;
    this.#options = options;
    this.#random = xorshift(options.seed * 7919 + 1);
    this.#faults = new Unreliability(
      this.#random,
      FAULT_SHARE,
      () => this.#pick(this.#pick([...this.#versions.values()])).bytes,
    );
  }

  async run(): Promise<ServingOutcome> {
    await this.#prepare();
    const restore = this.#options.sabotage === 'single_flight' ? withoutSingleFlight() : () => undefined;
    try {
      const total = this.#allVersions().reduce((sum, { bytes }) => sum + bytes.length, 0);
      const largest = Math.max(...this.#allVersions().map(({ bytes }) => bytes.length));
      const instances = [this.#instance('roomy', total), this.#instance('tight', Math.floor(largest * 1.6))];
      const clients = Array.from({ length: this.#options.clients }, (_, i) =>
        this.#client(instances[i % 4 === 3 ? 1 : 0]!),
      );
      await this.#decideAll(instances);
      while (this.#answers.length <= (this.#options.minAnswers ?? 0)) await sleep(20);
      this.#isOver = true;
      if (this.#options.sabotage !== undefined) this.#faults.isOver = true;
      await Promise.all(clients);
      if (this.#options.sabotage === undefined) await this.#settle(instances);
    } finally {
      restore();
    }
    this.#judgeFreshness();
    return this.#outcome();
  }

  #outcome(): ServingOutcome {
    const stale = this.#answers.filter(({ isStale }) => isStale);
    return {
      violations: [...this.#violations.values()].flat(),
      answers: this.#answers.length,
      staleAnswers: stale.length,
      staleOfOthers: stale.filter((answer) => !this.#wasChampion(answer, answer.atMs)).length,
      concurrent: this.#mostRequests,
      loads: this.#loads,
      steps: this.#steps,
      gone: this.#gone,
      unavailable: this.#unavailable,
      faults: this.#faults.counts,
    };
  }

  #allVersions(): Version[] {
    return [...this.#versions.values()].flat();
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)]!;
  }

  #violate(kind: string, what: string): void {
    const told = this.#violations.get(kind) ?? [];
    if (told.length < 3) told.push(`${kind}: ${what}`);
    this.#violations.set(kind, told);
  }

  /** Puts all versions into the store and the registry. The first version of each model is its champion. */
  async #prepare(): Promise<void> {
    const run = this.#world.runs++;
    for (const [m, rows] of ROWS.entries()) {
      const model = `m${m}-run${run}`;
      this.#versions.set(model, []);
      this.#reigns.set(model, []);
      for (let version = 1; version <= VERSIONS; version++) {
        const made = makeVersion(model, version, rows);
        this.#versions.get(model)!.push(made);
        const key = `${model}/${made.sha256}.knn`;
        await this.#world.s3.client.send(
          new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: made.bytes }),
        );
        await registerVersion(this.#world.registry.table, {
          ...versionDraft(model, String(version)),
          artifact_sha256: made.sha256,
          artifact_key: key,
        });
      }
      await this.#decide(model, 1);
    }
  }

  async #decide(model: string, version: number): Promise<void> {
    const reigns = this.#reigns.get(model)!;
    const fromMs = clockMs();
    const basedOn = this.#decisions.get(model) ?? 0;
    const request = {
      model,
      version,
      basedOn,
      actor: 'test',
      reason: 'test',
      decidedAt: '2026-01-01T00:00:00.000Z',
    };
    const outcome = await promoteByHand(this.#world.registry.table, request, async () => true);
    if (outcome.kind !== 'decided') throw new Error(`${model} v${version}: ${outcome.kind}`);
    this.#decisions.set(model, outcome.entry.decision);
    const before = reigns.at(-1);
    if (before) before.untilMs = clockMs();
    reigns.push({ version, fromMs, untilMs: Number.POSITIVE_INFINITY });
  }

  /** Makes promotions and rollbacks, with registry and store unreachable during some of them. */
  async #decideAll(instances: readonly Instance[]): Promise<void> {
    const { decisions, sabotage } = this.#options;
    for (let i = 0; i < decisions; i++) {
      if (sabotage !== undefined && this.#isNoticed()) return;
      await sleep(10 + this.#random() * 50);
      if (i % 40 === 20) this.#goDown();
      if (i % 5 === 0) this.#setClock(this.#pick(instances));
      if (i === Math.floor(decisions / 2)) await this.#retireAll();
      const model = this.#pick([...this.#versions.keys()]);
      const champion = this.#reigns.get(model)!.at(-1)!.version;
      const others = this.#versions
        .get(model)!
        .filter(({ version }) => version !== champion && version < VERSIONS);
      await this.#decide(model, this.#pick(others).version);
    }
  }

  #setClock({ wall }: Instance): void {
    wall.stepMs += this.#pick(STEPS_MS);
    this.#steps += 1;
  }

  /** Retires the last version of each model. */
  async #retireAll(): Promise<void> {
    for (const model of this.#versions.keys()) {
      this.#retiredMs.set(model, Number.POSITIVE_INFINITY);
      const basedOn = this.#decisions.get(model)!;
      const decided = { actor: 'test', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' };
      const outcome = await retireVersion(this.#world.registry.table, {
        ...decided,
        model,
        version: VERSIONS,
        basedOn,
      });
      if (outcome.kind !== 'decided') throw new Error(`${model} v${VERSIONS}: ${outcome.kind}`);
      this.#decisions.set(model, outcome.entry.decision);
      this.#retiredMs.set(model, clockMs());
    }
  }

  #isNoticed(): boolean {
    this.#judgeFreshness();
    return this.#violations.size > 0;
  }

  /**
   * Takes the services down for some refresh times. This is much shorter than the time for which a request
   * continues with a loaded model.
   */
  #goDown(): void {
    this.#faults.isDown = true;
    setTimeout(() => {
      this.#faults.isDown = false;
    }, OUTAGE_MS);
  }

  #instance(name: string, limitBytes: number): Instance {
    const { s3, registry } = this.#world;
    const environment = {
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: registry.endpoint,
    };
    const transport = this.#faults.over(httpTransport({}));
    const names = { registryTable: 'registry', modelsBucket: BUCKET };
    const connected = connect(environment, names, transport);
    const source =
      this.#options.sabotage === 'verification'
        ? unverified(connected, signedStore(environment, transport))
        : connected;
    const shared = { emit: SILENT_METRICS.emit, metrics: SILENT_METRICS, logger: SILENT };
    const wall = { stepMs: 0 };
    // A sabotaged clock stands still where the steady one should go on.
    const isSteady = this.#options.sabotage !== 'steady_clock';
    const clock: Clock = () => {
      const atMs = clockMs();
      return { wallMs: atMs + wall.stepMs, steadyMs: isSteady ? atMs : 0 };
    };
    const models = new ModelCache({
      ...shared,
      source: this.#watched(name, source, () => models.takenBytes - limitBytes),
      refreshSeconds: REFRESH_SECONDS,
      limitBytes,
      patience: PATIENCE,
      clock,
    });
    const judgedClock: Clock = () => {
      const judged = this.#judgedAt.getStore();
      if (judged) judged.atMs = clockMs();
      return clock();
    };
    const access = { tokens: 'off', actor: 'test' } as const;
    const handler = predictFunction({
      ...shared,
      models,
      predictionLog: new PredictionLog({
        sampleRate: 1,
        logsFeatures: true,
        write: () => undefined,
        random: () => 0,
        now: clockMs,
      }),
      access,
      maxBodyBytes: 10_000,
      codeVersion: 'test',
      clock: judgedClock,
    });
    return { name, handler, models, wall, answered: new Set() };
  }

  /** Checks that nothing is fetched twice at the same time. */
  #watched(instance: string, inner: ModelSource, excessBytes: () => number): ModelSource {
    const alone = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const key = `${instance} ${what}`;
      const already = this.#inProgress.get(key) ?? 0;
      if (already > 0) this.#violate('fetched twice at once', key);
      this.#inProgress.set(key, already + 1);
      try {
        return await work();
      } finally {
        this.#inProgress.set(key, this.#inProgress.get(key)! - 1);
      }
    };
    return {
      champion: (model, known) => alone(`champion of ${model}`, () => inner.champion(model, known)),
      version: (model, version, known) =>
        alone(`${model} v${version}`, () => inner.version(model, version, known)),
      alias: (model, alias, known) =>
        alone(`alias ${alias} of ${model}`, () => inner.alias(model, alias, known)),
      names: (limit) => alone('names of models', () => inner.names(limit)),
      open: async (facts) => {
        const opened = await alone(`opening ${facts.artifactSha256}`, () => inner.open(facts));
        return {
          ...opened,
          read: () =>
            alone(`reading ${facts.artifactSha256}`, async () => {
              this.#loads += 1;
              if (excessBytes() > 0)
                this.#violate('more memory than allowed', `${instance}: ${excessBytes()} bytes`);
              return await opened.read();
            }),
        };
      },
    };
  }

  async #client(instance: Instance): Promise<void> {
    while (!this.#isOver) {
      await this.#request(instance, this.#pick([...this.#versions.keys()]));
      await sleep(300 + this.#random() * 2000);
    }
  }

  async #request(instance: Instance, model: string): Promise<Answer | undefined> {
    const pinned = this.#random() < 0.1 ? this.#pick(this.#versions.get(model)!).version : undefined;
    const isExplained = this.#random() < 0.1;
    const isBatch = this.#random() < 0.3;
    const probes = isBatch ? PROBES : [this.#pick(PROBES)];
    const body = isBatch ? { instances: probes.map((x) => [x]) } : { features: probes };
    const query = [pinned && `version=${pinned}`, isExplained && 'explain=true'].filter(Boolean).join('&');
    const event = httpEvent('POST /models/{model}/predict', {
      body: JSON.stringify(body),
      query,
      pathParameters: { model },
    });
    const where = `${instance.name} ${model}?${query}`;
    const target = pinned === undefined ? model : `${model} ${pinned}`;
    const wasAnswered = instance.answered.has(target);
    const judged = { atMs: 0 };
    this.#mostRequests = Math.max(this.#mostRequests, ++this.#requests);
    const answer = await this.#judgedAt.run(
      judged,
      async () => (await instance.handler(event, LAMBDA_CONTEXT)) as APIGatewayProxyStructuredResultV2,
    );
    this.#requests -= 1;
    if (answer.statusCode === 410) {
      this.#gone += 1;
      const isRetired = pinned === VERSIONS && this.#retiredMs.has(model);
      if (!isRetired) this.#violate('gone, and not retired', `${where}: ${answer.body}`);
      return undefined;
    }
    if (answer.statusCode !== 200) {
      this.#unavailable += 1;
      // A model that was released for lack of memory is not loaded any more: during a long outage the answer
      // can only be a 503.
      const isAllowed = answer.statusCode === 503 && (!wasAnswered || instance.name === 'tight');
      if (!isAllowed) this.#violate('no answer', `${where}: ${answer.statusCode} ${answer.body}`);
      return undefined;
    }
    instance.answered.add(target);
    return this.#take(answer, { model, pinned, probes, where, atMs: judged.atMs });
  }

  /** Compares an answer with the version that it names. */
  #take(
    answer: APIGatewayProxyStructuredResultV2,
    asked: {
      readonly model: string;
      readonly pinned: number | undefined;
      readonly probes: readonly number[];
      readonly where: string;
      readonly atMs: number;
    },
  ): Answer | undefined {
    const body = JSON.parse(answer.body!);
    const headers = answer.headers as Record<string, string>;
    const version = this.#versions
      .get(asked.model)!
      .find(({ version }) => `v${version}` === body.model_version);
    const predictions: Prediction[] = body.predictions ?? [body];
    const isOfNamedVersion =
      version !== undefined &&
      headers['x-model-version'] === body.model_version &&
      headers['x-model-name'] === asked.model &&
      headers['x-model-artifact'] === version.sha256 &&
      predictions.length === asked.probes.length &&
      predictions.every(({ prediction, confidence }, i) => {
        const expected = version.expected.get(asked.probes[i]!)!;
        return prediction === expected.prediction && confidence === expected.confidence;
      });
    if (!isOfNamedVersion) {
      this.#violate(
        'not the answer of the version that it names',
        `${asked.where}: ${answer.body} ${JSON.stringify(headers)}`,
      );
      return undefined;
    }
    const isStale = this.#options.sabotage !== 'stale_flag' && headers['x-model-stale'] === 'true';
    if (asked.pinned !== undefined) {
      if (version.version !== asked.pinned) this.#violate('not the version that was asked for', asked.where);
      this.#judgeRetired(asked, isStale);
      return undefined;
    }
    const taken = {
      model: asked.model,
      version: version.version,
      isStale,
      atMs: asked.atMs,
      where: asked.where,
    };
    this.#answers.push(taken);
    return taken;
  }

  /** A version that was retired longer ago than the refresh time must not give a fresh answer. */
  #judgeRetired(
    {
      model,
      pinned,
      atMs,
      where,
    }: { model: string; pinned: number | undefined; atMs: number; where: string },
    isStale: boolean,
  ): void {
    const retiredMs = pinned === VERSIONS ? this.#retiredMs.get(model) : undefined;
    if (!isStale && retiredMs !== undefined && retiredMs < atMs - REFRESH_SECONDS * 1000)
      this.#violate('retired, and fresh', `${where} at ${atMs}`);
  }

  /** A fresh answer must come from a version that was champion within the refresh time before it. */
  #judgeFreshness(): void {
    for (const answer of this.#answers) {
      if (answer.isStale || this.#wasChampion(answer, answer.atMs - REFRESH_SECONDS * 1000)) continue;
      this.#violate('fresh, and older than allowed', `${answer.where} v${answer.version} at ${answer.atMs}`);
    }
  }

  /** Whether the version of an answer was champion at any time from then until the answer. */
  #wasChampion({ model, version, atMs }: Answer, sinceMs: number): boolean {
    return this.#reigns
      .get(model)!
      .some((reign) => reign.version === version && reign.fromMs <= atMs && reign.untilMs >= sinceMs);
  }

  /** Once everything works again, every function must soon answer from the champion. */
  async #settle(instances: readonly Instance[]): Promise<void> {
    this.#faults.isOver = true;
    // Stalls that began before may still last. Pauses after failures are the longest wait.
    await sleep(20_000 / CLOCK_RATE + 1500);
    for (const instance of instances) {
      for (const model of this.#versions.keys()) {
        await instance.models.champion(model);
        const served = await instance.models.champion(model);
        const { version } = served.facts;
        const now = { wallMs: clockMs() + instance.wall.stepMs, steadyMs: clockMs() };
        if (version !== this.#reigns.get(model)!.at(-1)!.version || instance.models.isStale(served, now))
          this.#violate('not the champion in the end', `${instance.name} ${model} v${version}`);
        await this.#checkGone(instance, model);
      }
    }
  }

  async #checkGone(instance: Instance, model: string): Promise<void> {
    const answer = await instance.models.version(model, VERSIONS).catch((error: unknown) => error);
    if (!(answer instanceof HttpError) || answer.status !== 410)
      this.#violate('retired, and not gone in the end', `${instance.name} ${model}`);
  }
}

/**
 * A model whose classes name the version. The boundary between its classes, and so its confidence, differs
 * between versions.
 */
function makeVersion(model: string, version: number, rows: number): Version {
  const boundary = 20 * version;
  const values = Float64Array.from({ length: rows }, (_, row) => boundary + (row - rows / 2) / 4);
  const labels = Int32Array.from(values, (value, row) =>
    value < boundary === (row % (5 + version) !== 0) ? 0 : 1,
  );
  const classes = [`${model}-v${version}-high`, `${model}-v${version}-low`];
  const { bytes, sha256 } = writeModel(fittedModel(values, labels, 3, classes));
  const opened = openModel(bytes, sha256);
  const expected = new Map(PROBES.map((probe) => [probe, opened.predict([probe])]));
  return { model, version, sha256, bytes, expected };
}

/** Disables the check of the sha256: any bytes that form a model are used. */
function unverified(inner: ModelSource, openObject: ReturnType<typeof signedStore>): ModelSource {
  return {
    champion: (model, known) => inner.champion(model, known),
    version: (model, version, known) => inner.version(model, version, known),
    alias: (model, alias, known) => inner.alias(model, alias, known),
    names: (limit) => inner.names(limit),
    async open(facts: VersionFacts) {
      const object = await openObject({ bucket: BUCKET, key: facts.artifactKey });
      if (!object) throw new Error(`${facts.artifactKey} is not there`);
      return { ...object, read: async () => openModel(await object.read()) };
    },
  };
}

/** @returns a function that restores it */
function withoutSingleFlight(): () => void {
  const { run } = SingleFlight.prototype;
  SingleFlight.prototype.run = (_key, start) => start();
  return () => {
    SingleFlight.prototype.run = run;
  };
}

const SILENT = createLogger();
SILENT.setLogLevel('SILENT');
