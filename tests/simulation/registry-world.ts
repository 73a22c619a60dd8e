import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { applyRetention } from '../../functions/housekeeping/retention.ts';
import { promote } from '../../functions/train/promote.ts';
import { publishVersion } from '../../functions/train/publish-version.ts';
import type { Manifest } from '../../lib/dataset/manifest.ts';
import { createRegistryTable } from '../../lib/local/dynamodb.ts';
import { removeAlias, setAlias } from '../../lib/registry/alias-decisions.ts';
import { isArtifactIntact } from '../../lib/registry/artifact-check.ts';
import { type DecisionEntry, decisionLog, newestDecision } from '../../lib/registry/decisions.ts';
import type { Item } from '../../lib/registry/item-reads.ts';
import {
  type ManualDecision,
  type ManualOutcome,
  promoteByHand,
  retireVersion,
} from '../../lib/registry/manual-decisions.ts';
import { isOlder } from '../../lib/registry/source-order.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getUpload } from '../../lib/registry/uploads.ts';
import { newestVersion, type VersionEntry, versionLog } from '../../lib/registry/versions.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import {
  type Actor,
  type AppliedWrite,
  FaultyNetwork,
  fateOf,
  faultsIn,
  Invocation,
  immediateRetries,
  NetworkFault,
} from '../helpers/faulty-client.ts';
import { type LearntModel, learnModels } from '../helpers/learnt-models.ts';
import { MemoryS3 } from '../helpers/memory-s3.ts';
import { RegistryModel } from './registry-model.ts';
import { DATA_SETS, type PlannedRequest, type RegistryPlan, registryPlan } from './registry-plan.ts';
import { type RegistrySabotage, SabotagedTable, sabotageClient } from './registry-sabotage.ts';

/** The servers of the schedules. Each schedule has its own table and bucket. */
export interface RegistryWorld {
  readonly registry: TestRegistry;
  readonly learnt: readonly LearntModel[];
  schedules: number;
  close(): Promise<void>;
}

export async function openRegistryWorld(): Promise<RegistryWorld> {
  const registry = await openTestRegistry();
  return { registry, learnt: learnModels(DATA_SETS), schedules: 0, close: () => registry.close() };
}

export interface RegistryOutcome {
  /** Violations; empty when there were none. */
  readonly problems: readonly string[];
  /** All calls in order, with their fates. */
  readonly log: readonly string[];
  readonly calls: number;
}

/** A schedule with a violation: the smallest that was found. */
export interface RegistryFailure extends RegistryOutcome {
  readonly plan: RegistryPlan;
}

/**
 * Runs the schedule of a seed. When it has a violation, searches for a smaller schedule that also has one.
 *
 * @returns undefined when there is no violation
 */
export async function findFailure(
  world: RegistryWorld,
  options: { readonly seed: number; readonly sabotage?: RegistrySabotage; readonly shrinks?: boolean },
): Promise<RegistryFailure | undefined> {
  let failure: RegistryFailure | undefined;
  const property = fc.asyncProperty(registryPlan, async (plan) => {
    const outcome = await new Schedule(world, plan, options.sabotage).run();
    if (outcome.problems.length === 0) return;
    failure = { ...outcome, plan };
    throw new Error(outcome.problems.join('\n'));
  });
  const result = await fc.check(property, {
    seed: options.seed,
    numRuns: 1,
    endOnFailure: options.shrinks === false,
    interruptAfterTimeLimit: 60_000,
  });
  if (result.interrupted && !failure)
    throw new Error(`seed ${options.seed}: not done within 60 s; run it again by itself`);
  if (result.failed && !failure)
    throw new Error(`seed ${options.seed}: the test itself failed`, { cause: result.errorInstance });
  return failure;
}

const MODEL = 'm';
const BUCKET = 'models';
const ATTEMPTS = 3;
const START_MS = Date.UTC(2026, 0, 31);
const DAY_MS = 86_400_000;
/** Rounds in which everything is delivered again, until decisions change nothing any more. */
const MAX_ROUNDS = 8;

const SILENT = createLogger();
SILENT.setLogLevel('SILENT');

/** The clients of one invocation, and what it may see and do. */
interface Deps {
  readonly s3: S3Client;
  readonly table: RegistryTable;
}

/** The work of an invocation. `train` is called at the point where a training takes its time. */
type Work = (deps: Deps, train: () => Promise<void>, invocation?: Invocation) => Promise<void>;

class Schedule {
  readonly #world: RegistryWorld;
  readonly #plan: RegistryPlan;
  readonly #sabotage: RegistrySabotage | undefined;
  readonly #tableName: string;
  readonly #s3 = new MemoryS3();
  readonly #model: RegistryModel;
  readonly #network: FaultyNetwork;
  readonly #actors: Actor[] = [];
  readonly #manifests: readonly Manifest[];
  /** Decisions that people received as answers. */
  readonly #answered: DecisionEntry[] = [];
  readonly #decidedBy = new WeakSet<Invocation>();
  #passedMs = 0;

  constructor(world: RegistryWorld, plan: RegistryPlan, sabotage: RegistrySabotage | undefined) {
    this.#world = world;
    this.#plan = plan;
    this.#sabotage = sabotage;
    this.#tableName = `schedule-${world.schedules++}`;
    this.#model = new RegistryModel(this.#s3, plan);
    this.#manifests = plan.uploads.map((_, i) => this.#manifestOf(i));
    this.#network = new FaultyNetwork({
      seed: plan.draw,
      fateOf: (call, isRead) => fateOf(plan.draw, plan.faultShare, call, isRead),
      onApplied: (write) => this.#judge(write),
      sabotage: (client) => sabotageClient(client, sabotage),
    });
  }

  async run(): Promise<RegistryOutcome> {
    await createRegistryTable(this.#world.registry.endpoint, this.#tableName);
    await this.#prepareHistory();
    this.#deliver();
    await this.#network.run(this.#actors, this.#plan.concurrency);
    await this.#deliverAgain();
    await this.#judgeEnd();
    const { log } = this.#network;
    return { problems: this.#model.problems, log, calls: log.length };
  }

  /** A virtual time. It moves with the steps of the schedule, and jumps between its parts. */
  get #nowMs(): number {
    return START_MS + this.#passedMs + this.#network.step * this.#plan.minutesPerStep * 60_000;
  }

  /** The state before the schedule: uploads in order, one by one, and versions that a person retired. */
  async #prepareHistory(): Promise<void> {
    for (const i of this.#plan.uploads.keys()) {
      if (i < this.#plan.past) await this.#alone(this.#training(i));
    }
    for (const version of this.#plan.pastRetirements) await this.#alone(this.#retirement(version));
    this.#passedMs += 2 * DAY_MS;
  }

  #deliver(): void {
    for (const [i, { deliveries }] of this.#plan.uploads.entries()) {
      for (let time = 0; time < deliveries; time++) this.#act(`upload ${i}.${time}`, this.#training(i));
    }
    for (const [i, request] of this.#plan.requests.entries())
      this.#act(`person ${i}`, this.#person(`person ${i}`, request));
    for (let i = 0; i < this.#plan.retentions; i++) this.#act(`retention ${i}`, this.#retention);
  }

  /**
   * Delivers every event once more, without faults, and runs retention once everything is old, until nothing
   * changes.
   */
  async #deliverAgain(): Promise<void> {
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const before = this.#extent();
      for (const i of this.#plan.uploads.keys()) await this.#alone(this.#training(i));
      // Once for versions to retire, once for versions whose grace period is over.
      for (const days of round === 1 ? [40, 2] : [2]) {
        this.#passedMs += days * DAY_MS;
        await this.#alone(this.#retention);
      }
      if (round > 1 && this.#extent() === before) return;
    }
    this.#model.problems.push(`deliveries still change something after ${MAX_ROUNDS} rounds`);
  }

  #extent(): string {
    return `${this.#model.versions.length} ${this.#model.decisions.length} ${this.#s3.changes}`;
  }

  /** Runs beside the others, with as many attempts as Lambda gives an asynchronous invocation. */
  #act(name: string, work: Work): void {
    const actor: Actor = { name, isFinished: false, isInProgress: false };
    this.#actors.push(actor);
    void this.#attempts(actor, work).finally(() => this.#network.finished(actor));
  }

  async #attempts(actor: Actor, work: Work): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const name = `${actor.name}, attempt ${attempt}:`;
      await this.#network.begin(actor, name);
      const invocation = new Invocation(name, actor, this.#network.step);
      actor.isInProgress = true;
      try {
        const train = () => this.#network.begin(actor, `${name} trains`);
        await Promise.race([work(this.#deps(invocation), train, invocation), invocation.death]);
        return;
      } catch (error) {
        this.#network.end(invocation);
        for (const fault of faultsIn(error).filter((each) => !(each instanceof NetworkFault)))
          this.#model.problems.push(`${name} threw ${String(fault)}`);
      } finally {
        actor.isInProgress = false;
      }
    }
  }

  /** Runs alone and without faults. */
  async #alone(work: Work): Promise<void> {
    await work(this.#deps(), async () => undefined);
  }

  #deps(invocation?: Invocation): Deps {
    const dynamodb = this.#dynamodb(invocation);
    if (invocation) this.#network.attach(dynamodb, invocation);
    else this.#watch(dynamodb);
    const s3 = this.#s3.client(async (command, input, send) => {
      const passOn = () => this.#network.call(invocation!, command, input, send);
      if (invocation) return await retrying(passOn, this.#plan.sdkRetries, invocation);
      const reply = await send();
      this.#judge({ command, target: String(input.Key), input });
      return reply;
    });
    return { s3, table: new SabotagedTable(dynamodb, this.#tableName, this.#sabotage) };
  }

  /**
   * A client of one invocation. It shares everything with the world's client except its middleware and its
   * retries: creating a client takes 2 ms.
   */
  #dynamodb(invocation: Invocation | undefined): DynamoDBClient {
    const { client } = this.#world.registry;
    const strategy = invocation && immediateRetries(this.#plan.sdkRetries, invocation);
    return Object.create(client, {
      middlewareStack: { value: client.middlewareStack.clone() },
      ...(strategy && {
        config: { value: { ...client.config, retryStrategy: async () => strategy } },
      }),
    }) as DynamoDBClient;
  }

  /** Makes the model follow the writes of a client without faults. */
  #watch(client: DynamoDBClient): void {
    sabotageClient(client, this.#sabotage);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const reply = await next(args);
        const input = args.input as unknown as Record<string, unknown>;
        this.#judge({ command: String(context.commandName), target: '', input });
        return reply;
      },
      { step: 'deserialize', name: 'watch', priority: 'high' },
    );
  }

  /** Passes an accepted write to the model. */
  #judge({
    command,
    target,
    input,
    invocation,
  }: Omit<AppliedWrite, 'invocation'> & { invocation?: Invocation }): void {
    if (command === 'DeleteObjectCommand') this.#model.deletion(target, this.#nowMs);
    if (command !== 'PutItemCommand') return;
    const item = unmarshall(input.Item as Parameters<typeof unmarshall>[0]) as Item;
    if (item.sk.startsWith('VERSION#')) this.#model.version(item);
    if (!item.sk.startsWith('DECISION#')) return;
    this.#model.decision(item, this.#nowMs);
    if (invocation) this.#decidedBy.add(invocation);
  }

  #training(i: number): Work {
    const manifest = this.#manifests[i]!;
    const { data, gate, passes } = this.#plan.uploads[i]!;
    const { trained, report, baseline } = this.#world.learnt[data]!;
    const verdict = passes ? 'passed' : 'failed';
    const tests = [{ test: 'floor', outcome: verdict, detail: 'decided by the test' } as const];
    return async (deps, train) => {
      const learn = async () => {
        await train();
        return { trained: { ...trained, gate: { passed: passes, tests } }, report, baseline };
      };
      const entry = await publishVersion(manifest, learn, {
        ...deps,
        modelsBucket: BUCKET,
        settings: settingsOf(gate),
        codeVersion: 'test',
        logger: SILENT,
        now: () => this.#nowMs,
      });
      await promote(manifest, entry, { ...deps, emit: () => undefined, now: () => this.#nowMs });
    };
  }

  readonly #retention: Work = async (deps) => {
    await applyRetention({
      ...deps,
      modelsBucket: BUCKET,
      policy: this.#plan.policy,
      graceSeconds: this.#plan.graceHours * 3600,
      logger: SILENT,
      now: () => this.#nowMs,
    });
  };

  #retirement(version: number): Work {
    return async ({ table }) => {
      const basedOn = (await newestDecision(table, MODEL))?.decision ?? 0;
      await retireVersion(table, this.#request('past', version, basedOn));
    };
  }

  /** Repeats a request until it is answered, as a client does, for each time that it is planned. */
  #person(name: string, { kind, back, times }: PlannedRequest): Work {
    let request: ManualDecision | undefined;
    return async ({ s3, table }, _train, invocation) => {
      if (!request) {
        const newest = await newestVersion(table, MODEL);
        const current = await newestDecision(table, MODEL);
        const version = Math.max(1, (newest?.version ?? 0) - back);
        request = this.#request(name, version, current?.decision ?? 0);
      }
      for (let time = 0; time < times; time++) {
        const outcome = await REQUESTS[kind](table, request, (entry) => isArtifactIntact(s3, BUCKET, entry));
        if (outcome.kind === 'decided') this.#answered.push(outcome.entry);
        else if (time === 0 && this.#decidedBy.has(invocation!))
          this.#model.problems.push(`${name} wrote a decision and was told: ${outcome.kind}`);
      }
    };
  }

  #request(name: string, version: number, basedOn: number): ManualDecision {
    const decidedAt = new Date(this.#nowMs).toISOString();
    return { model: MODEL, version, basedOn, actor: name, reason: `asked for by ${name}`, decidedAt };
  }

  #manifestOf(i: number): Manifest {
    const { data, key, waits } = this.#plan.uploads[i]!;
    const { datasetSha256, schema } = this.#world.learnt[data]!;
    return {
      model: MODEL,
      upload_id: String(i).repeat(64),
      ...(waits ? { promotion: 'by_hand' as const } : {}),
      dataset_sha256: datasetSha256,
      source: {
        bucket: 'raw',
        key: `${MODEL}/${key}`,
        version_id: `v${i}`,
        size_bytes: 1,
        sha256: null,
        uploaded_at: new Date(START_MS - (20 - i) * DAY_MS).toISOString(),
        sequencer: `0${i}`,
      },
      rows: { read: 40, accepted: 40, rejected: 0, blank: 0 },
      schema,
      label: schema.label,
      classes: ['a', 'b'],
      files: { data: 'd', rejects: 'r', report: 'p', report_page: 'q' },
      code_version: 'test',
    };
  }

  async #judgeEnd(): Promise<void> {
    const { table } = this.#deps();
    const model = this.#model;
    const expectAll = (what: string, expected: unknown, got: unknown) => {
      const [a, b] = [JSON.stringify(expected), JSON.stringify(got)];
      if (a !== b) model.problems.push(`${what}: expected ${a}, got ${b}`);
    };
    if (this.#sabotage === undefined) {
      expectAll('the version log', model.versions, await versionLog(table, MODEL));
      expectAll('the decision log', model.decisions, await decisionLog(table, MODEL));
    }
    const kinds = this.#plan.uploads.map(({ data, gate }) => `${data} ${gate}`);
    expectAll('one version of each kind', new Set(kinds).size, model.versions.length);
    for (const entry of this.#answered) {
      const found = model.decisions.filter(({ decision }) => decision === entry.decision);
      expectAll('what a person was told', [entry], found);
    }
    for (const actor of new Set(model.decisions.map((entry) => entry.actor))) {
      const count = model.decisions.filter((entry) => entry.actor === actor).length;
      if (actor.startsWith('person') && count > 1) model.problems.push(`${actor} decided ${count} times`);
    }
    await this.#judgeUploads(table);
    this.#judgeStore(expectAll);
  }

  /**
   * Each upload must be promoted if a decision names it, and registered otherwise. The right version must be
   * champion.
   */
  async #judgeUploads(table: RegistryTable): Promise<void> {
    const { versions, decisions, problems } = this.#model;
    for (const [i, manifest] of this.#manifests.entries()) {
      const { gate, passes, waits } = this.#plan.uploads[i]!;
      const version = versions.find(
        (each) =>
          each.dataset_sha256 === manifest.dataset_sha256 &&
          JSON.stringify(each.settings.gate) === JSON.stringify(settingsOf(gate).gate),
      );
      if (!version) {
        problems.push(`upload ${i} has no version`);
        continue;
      }
      const isPromoted = decisions.some(
        ({ to, automatic, high_water }) =>
          automatic && to === version.version && high_water?.sequencer === manifest.source.sequencer,
      );
      const upload = await getUpload(table, MODEL, manifest.upload_id);
      const expected = isPromoted ? 'promoted' : 'registered';
      if (upload?.status !== expected || upload.version !== version.version)
        problems.push(
          `upload ${i}: ${upload?.status} as v${upload?.version}, not ${expected} as v${version.version}`,
        );
      const isHeld = decisions.some(({ held }) => held === version.version);
      if (!passes || !version.gate.passed || (waits && isHeld)) continue;
      if (this.#shouldBeChampion(version.version, manifest))
        problems.push(`upload ${i}: nothing forbids v${version.version}, and it was never promoted`);
    }
  }

  #shouldBeChampion(version: number, { source, schema }: Manifest): boolean {
    const { versions, decisions, champion } = this.#model;
    const mark = decisions.at(-1)?.high_water;
    const championData = versions.find((each) => each.version === champion)?.dataset_sha256;
    const championSchema = this.#world.learnt.find((each) => each.datasetSha256 === championData)?.schema;
    return (
      !this.#model.isRetired(version) &&
      !decisions.some(({ to }) => to === version) &&
      !(mark && isOlder(source, mark)) &&
      (!championSchema || championSchema.feature_order.join() === schema.feature_order.join())
    );
  }

  /** Long after the last decision, the store must hold the artifacts in use and nothing else. */
  #judgeStore(expectAll: (what: string, expected: unknown, got: unknown) => void): void {
    const inUse = this.#model.versions.filter(({ version }) => !this.#model.isRetired(version));
    const endings = ['drift.json', 'knn', 'report.html', 'report.json'];
    const expected = inUse.flatMap(({ artifact_sha256: name, schema_sha256: schema }) =>
      [...endings, `${schema}.schema.json`].map((ending) => `${MODEL}/${name}.${ending}`),
    );
    expectAll('the store', [...new Set(expected)].sort(), this.#s3.keys());
  }
}

type Asking = (
  table: RegistryTable,
  request: ManualDecision,
  isIntact: (entry: VersionEntry) => Promise<boolean>,
) => Promise<ManualOutcome>;

/** What people ask for. All of them mean the same alias. */
const REQUESTS: Readonly<Record<PlannedRequest['kind'], Asking>> = {
  promote: promoteByHand,
  retire: (table, request) => retireVersion(table, request),
  alias: (table, request, isIntact) => setAlias(table, { ...request, alias: 'canary' }, isIntact),
  unalias: (table, request) => removeAlias(table, { ...request, alias: 'canary' }),
};

/** The gates differ and the artifacts do not: the gate is not part of the artifact. */
const settingsOf = (gate: number) => ({
  ...DEFAULT_SETTINGS,
  gate: { ...DEFAULT_SETTINGS.gate, champion_margin: 0.02 + gate / 100 },
});

/** Retries for the test's own client, in place of the SDK's. */
async function retrying(
  send: () => Promise<unknown>,
  retries: number,
  invocation: Invocation,
): Promise<unknown> {
  for (let count = 0; ; count++) {
    try {
      return await send();
    } catch (error) {
      if (count >= retries || invocation.isDead || !(error instanceof NetworkFault)) throw error;
    }
  }
}
