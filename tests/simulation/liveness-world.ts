import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { type ReconcileReport, reconcile } from '../../functions/housekeeping/reconcile.ts';
import { ingestObject } from '../../functions/ingest/ingest.ts';
import { type Learn, trainFromManifest } from '../../functions/train/train.ts';
import type { Executions } from '../../lib/aws/executions.ts';
import { isTrainingRunning } from '../../lib/aws/training-executions.ts';
import { createRegistryTable } from '../../lib/local/dynamodb.ts';
import { encodeKey } from '../../lib/local/s3/key-encoding.ts';
import { MAX_ATTEMPTS } from '../../lib/registry/attempts.ts';
import type { Item } from '../../lib/registry/item-reads.ts';
import { RegistryTable, type SetChange } from '../../lib/registry/table.ts';
import { isFinished, type UploadEntry, uploadEntry } from '../../lib/registry/uploads.ts';
import { createdObjects } from '../../lib/storage/object-events.ts';
import { headObject } from '../../lib/storage/objects.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { drawn } from '../helpers/faulty-client.ts';
import { type LearntModel, learnModels } from '../helpers/learnt-models.ts';
import { NO_SETS } from '../helpers/no-sets.ts';
import { type LivenessPlan, leavesAnAttempt, livenessPlan, type Stage } from './liveness-plan.ts';

/** Mechanisms that a test can take out, to see that it notices. */
export const LIVENESS_SABOTAGES = [
  'counted_before',
  'attempt_limit',
  'failed_state',
  'drive_count',
  'delete_marker',
  'running_training',
] as const;

export type LivenessSabotage = (typeof LIVENESS_SABOTAGES)[number];

/** The servers of the schedules. Each schedule has its own buckets and its own table. */
export interface LivenessWorld {
  readonly s3: S3Fixture;
  readonly registry: TestRegistry;
  readonly learnt: LearntModel;
  schedules: number;
  close(): Promise<void>;
}

export async function openLivenessWorld(): Promise<LivenessWorld> {
  const [s3, registry] = await Promise.all([openS3Fixture(), openTestRegistry()]);
  const close = async () => {
    await Promise.all([s3.remove(), registry.close()]);
  };
  return { s3, registry, learnt: learnModels(1)[0]!, schedules: 0, close };
}

export interface LivenessOutcome {
  /** What has no end, or was begun too often; empty when everything ended. */
  readonly problems: readonly string[];
  /** What happened, in order. */
  readonly log: readonly string[];
  /** How many uploads ended with each status. */
  readonly endings: Readonly<Record<string, number>>;
}

/** Runs the schedule of a seed, until long after everything must have ended. */
export async function runLiveness(world: LivenessWorld, options: LivenessOptions): Promise<LivenessOutcome> {
  return await new Schedule(world, options).run();
}

export interface LivenessOptions {
  readonly seed: number;
  readonly sabotage?: LivenessSabotage | undefined;
  /** Whether every data set exceeds the train function, and a state machine trains on it. */
  readonly trainsElsewhere?: boolean;
}

/** Hours after the deliveries. Reading and training may each be started again three times. */
const HOURS = 12;
/** The most hours that a job waits for its turn. */
const MAX_WAIT_HOURS = 4;
/** In the last hours, nothing may happen. */
const QUIET_HOURS = 3;
const HOUR_MS = 3_600_000;

const SILENT = createLogger();
SILENT.setLogLevel('SILENT');

/** One event on its way to a function, or to the job of an execution. */
interface Delivery {
  readonly stage: Stage;
  readonly event: unknown;
  readonly execution?: Execution;
}

/** One execution of the state machine that trains. */
interface Execution {
  readonly input: string;
  isRunning: boolean;
  /** Hours until its job gets its turn. */
  waitsHours: number;
}

/** What every data set exceeds. */
const NARROW = { seconds: 1e-9, bytes: 1 };

/** One attempt of Lambda at an event. */
interface Invocation {
  readonly stage: Stage;
  /** The object of the event. */
  readonly key: string;
  readonly death: PromiseWithResolvers<never>;
  isDead: boolean;
  hasBegun: boolean;
  /** Whether it only starts the training elsewhere. */
  readonly handsOver: boolean;
}

class Killed extends Error {}

class Schedule {
  readonly #world: LivenessWorld;
  readonly #seed: number;
  readonly #plan: LivenessPlan;
  readonly #sabotage: LivenessSabotage | undefined;
  readonly #name: string;
  readonly #log: string[] = [];
  readonly #problems: string[] = [];
  /** How often work was begun on an event's object, seen from its calls and not from the ledger. */
  readonly #begun = new Map<string, number>();
  readonly #queue: Delivery[] = [];
  readonly #hidden = new Set<string>();
  readonly #trainsElsewhere: boolean;
  readonly #executions = new Map<string, Execution>();
  #passedMs = 0;
  #failed = 0;
  #draws = 0;

  constructor(world: LivenessWorld, { seed, sabotage, trainsElsewhere = false }: LivenessOptions) {
    this.#world = world;
    this.#seed = seed;
    this.#plan = livenessPlan(seed);
    this.#sabotage = sabotage;
    this.#trainsElsewhere = trainsElsewhere;
    this.#name = `live-${world.schedules++}`;
  }

  async run(): Promise<LivenessOutcome> {
    await this.#prepare();
    for (const file of this.#plan.files) await this.#upload(file.key, file.body);
    await this.#drain();
    const gone = this.#plan.deleted === undefined ? undefined : this.#plan.files[this.#plan.deleted]!.key;
    if (gone !== undefined) await this.#delete(gone);
    for (let hour = 1; hour <= this.#hours; hour++) await this.#keepHouse(hour);
    const endings = await this.#judgeEnd();
    return { problems: this.#problems, log: this.#log, endings };
  }

  /** Each of the times that training is started, its job may wait. */
  get #hours(): number {
    return this.#trainsElsewhere ? HOURS + MAX_ATTEMPTS * MAX_WAIT_HOURS : HOURS;
  }

  get #nowMs(): number {
    return Date.now() + this.#passedMs;
  }

  get #buckets() {
    return { raw: `raw-${this.#name}`, processed: `processed-${this.#name}`, models: `models-${this.#name}` };
  }

  /** A number in [0, 1): the next of this schedule. */
  #draw(what: string): number {
    return drawn(this.#seed, what, this.#draws++);
  }

  async #prepare(): Promise<void> {
    const { s3, registry } = this.#world;
    for (const Bucket of Object.values(this.#buckets)) {
      await s3.client.send(new CreateBucketCommand({ Bucket }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    await createRegistryTable(registry.endpoint, this.#name);
  }

  async #upload(key: string, body: string): Promise<void> {
    const Bucket = this.#buckets.raw;
    const put = new PutObjectCommand({ Bucket, Key: key, Body: body });
    const { VersionId } = await this.#world.s3.client.send(put);
    for (let i = 0; i < this.#plan.deliveries; i++)
      this.#notify('ingest', Bucket, key, body.length, VersionId);
  }

  /** A notification of S3, which may be lost. */
  #notify(stage: Stage, bucket: string, key: string, size: number, versionId?: string): void {
    if (this.#draw('lost') < this.#plan.lostShare) {
      this.#log.push(`lost       ${stage} ${bare(key)}`);
      return;
    }
    const object = { key: encodeKey(key), size, ...(versionId === undefined ? {} : { versionId }) };
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date(this.#nowMs).toISOString(),
      s3: { bucket: { name: bucket }, object },
    };
    this.#queue.push({ stage, event: { Records: [record] } });
  }

  /** Hides an object, as `aws s3 rm` does. */
  async #delete(key: string): Promise<void> {
    await this.#world.s3.client.send(new DeleteObjectCommand({ Bucket: this.#buckets.raw, Key: key }));
    this.#hidden.add(key);
    this.#log.push(`deleted    ${key}`);
  }

  /** Runs all events, and those that they cause, each with the attempts that Lambda makes. */
  async #drain(): Promise<void> {
    for (let delivery = this.#queue.shift(); delivery; delivery = this.#queue.shift())
      await this.#deliver(delivery);
  }

  async #deliver({ stage, event, execution }: Delivery): Promise<void> {
    await this.#attempts({ stage, event, ...(execution && { execution }) });
    if (execution) execution.isRunning = false;
  }

  /** Lambda and the state machine both try three times. */
  async #attempts({ stage, event, execution }: Delivery): Promise<void> {
    const [object] = [...createdObjects(event)];
    const handsOver = stage === 'train' && this.#trainsElsewhere && execution === undefined;
    for (let attempt = 1; attempt <= 3; attempt++) {
      const death = Promise.withResolvers<never>();
      // The race below reports it. One that is rejected after the race is no fault: the work was over.
      death.promise.catch(() => undefined);
      const key = `${object!.key} ${object!.versionId ?? ''}`;
      const invocation: Invocation = { stage, key, death, isDead: false, hasBegun: false, handsOver };
      try {
        const work =
          stage === 'ingest'
            ? ingestObject(object!, this.#ingestDeps(invocation))
            : trainFromManifest(object!, this.#trainDeps(invocation), this.#learn);
        const { kind } = await Promise.race([work, death.promise]);
        this.#log.push(`${kind.padEnd(10)} ${stage} ${bare(object!.key)}, attempt ${attempt}`);
        return;
      } catch (error) {
        invocation.isDead = true;
        this.#log.push(
          `threw      ${stage} ${bare(object!.key)}, attempt ${attempt}: ${bare(String(error))}`,
        );
        // Lambda waits a minute or two. A function that ran out of time did so after a quarter of an hour.
        this.#passedMs += error instanceof Killed && this.#draw('death') < 0.5 ? 900_000 : 90_000;
      }
    }
  }

  /** The state machine, whose calls do not fail. */
  readonly #machine: Executions = {
    start: async (name, input) => {
      const text = JSON.stringify(input);
      const known = this.#executions.get(name);
      if (known) return known.isRunning && known.input === text;
      const execution = {
        input: text,
        isRunning: true,
        waitsHours: Math.floor((MAX_WAIT_HOURS + 1) * this.#draw('turn')),
      };
      this.#executions.set(name, execution);
      if (execution.waitsHours === 0) this.#queue.push({ stage: 'train', event: input, execution });
      return true;
    },
    find: async (name) => {
      const known = this.#executions.get(name);
      return known && { status: known.isRunning ? 'running' : 'ended', cause: undefined };
    },
  };

  /** Gives jobs their turn. */
  #passHour(): void {
    for (const execution of this.#executions.values()) {
      if (execution.waitsHours === 0) continue;
      execution.waitsHours -= 1;
      if (execution.waitsHours === 0)
        this.#queue.push({ stage: 'train', event: JSON.parse(execution.input), execution });
    }
  }

  /** Nothing is started again or ended while the job of it waits for its turn. */
  async #judgeWaiting({ retrained, ended }: ReconcileReport): Promise<void> {
    const running = [...this.#executions].filter(([, { isRunning }]) => isRunning);
    if (running.length === 0) return;
    const ids = new Set(running.map(([name]) => name.slice(0, 64)));
    const uploads = await this.#uploads();
    // The report names keys, of which another upload may be started again.
    const isOnly = (key: string) => uploads.filter((upload) => upload.key === key).length === 1;
    for (const { key } of uploads.filter(({ upload_id }) => ids.has(upload_id)))
      if (!this.#hidden.has(key) && isOnly(key) && [...retrained, ...ended].includes(key))
        this.#problems.push(`housekeeping did not wait for the training on ${key}`);
  }

  async #keepHouse(hour: number): Promise<void> {
    this.#passedMs += HOUR_MS;
    const report = await this.#reconcile();
    const { reingested, retrained, ended } = report;
    await this.#judgeWaiting(report);
    this.#passHour();
    this.#log.push(`hour ${hour}     again ${[...reingested, ...retrained]}; ended ${ended}`);
    for (const key of [...reingested, ...retrained].filter((each) => this.#hidden.has(each)))
      this.#problems.push(`${key} was deleted, and was started again`);
    if (hour > this.#hours - QUIET_HOURS && reingested.length + retrained.length + ended.length > 0)
      this.#problems.push(
        `after ${hour} hours, housekeeping still does something: ${JSON.stringify(report)}`,
      );
    await this.#drain();
  }

  async #reconcile(): Promise<ReconcileReport> {
    const { s3, dynamodb } = this.#clients();
    if (this.#sabotage === 'delete_marker') hideMarkers(s3);
    return await reconcile({
      s3,
      table: this.#table(dynamodb),
      rawBucket: this.#buckets.raw,
      processedBucket: this.#buckets.processed,
      graceSeconds: 3000,
      invokeAsync: async (stage, event) => void this.#queue.push({ stage, event }),
      ...(this.#trainsElsewhere &&
        this.#sabotage !== 'running_training' && {
          isTrainingRunning: (id: string) => isTrainingRunning(this.#machine, id),
        }),
      emit: () => undefined,
      logger: SILENT,
      now: () => this.#nowMs,
    });
  }

  #ingestDeps(invocation: Invocation) {
    const { processed, models } = this.#buckets;
    const more = { processedBucket: processed, modelsBucket: models, maxFileBytes: 100_000, threads: 1 };
    return { ...this.#deps(invocation), ...NO_SETS, ...more };
  }

  #trainDeps(invocation: Invocation) {
    const elsewhere = invocation.handsOver ? { executions: this.#machine, bounds: NARROW } : {};
    const common = { ...this.#deps(invocation), modelsBucket: this.#buckets.models };
    return { ...common, settings: DEFAULT_SETTINGS, ...elsewhere };
  }

  #deps(invocation: Invocation) {
    const { s3, dynamodb } = this.#clients(invocation);
    return {
      s3,
      table: this.#table(dynamodb),
      codeVersion: 'test',
      emit: () => undefined,
      logger: SILENT,
      now: () => this.#nowMs,
    };
  }

  /** Every data set gives the same small model: what is learnt does not matter here. */
  readonly #learn: Learn = async ({ files }, bucket, _phases, { s3 }) => {
    await headObject(s3, { bucket, key: files.data });
    return this.#world.learnt;
  };

  #table(client: DynamoDBClient): RegistryTable {
    return new SabotagedTable(client, this.#name, this.#sabotage);
  }

  /** Clients of one invocation, whose calls may fail; without one, of housekeeping, whose calls do not. */
  #clients(invocation?: Invocation) {
    const { s3, registry } = this.#world;
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const common = { credentials, region: 'us-east-1', maxAttempts: 1 };
    const clients = {
      s3: new S3Client({
        ...common,
        endpoint: s3.endpoint,
        forcePathStyle: true,
        requestHandler: s3.client.config.requestHandler,
      }),
      dynamodb: new DynamoDBClient({
        ...common,
        endpoint: registry.endpoint,
        requestHandler: registry.client.config.requestHandler,
      }),
    };
    if (invocation) {
      this.#attach(clients.s3, invocation);
      this.#attach(clients.dynamodb as unknown as S3Client, invocation);
    }
    return clients;
  }

  /** Sends a client's calls through the fault of this schedule. */
  #attach(client: S3Client, invocation: Invocation): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const command = String(context.commandName);
        const target = targetOf(args.input as Readonly<Record<string, unknown>>);
        this.#noteBegun(invocation, command, target);
        const fault = this.#faultOf(invocation, command, target);
        if (invocation.isDead || fault === 'killed') return await this.#kill(invocation);
        if (fault === 'denied' || fault === 'item_size') throw ERRORS[fault]();
        const reply = await next(args);
        if (command === 'PutObjectCommand' && target.endsWith('/manifest.json'))
          this.#notify('train', this.#buckets.processed, target, 1);
        return fault === 'killed_after' ? await this.#kill(invocation) : reply;
      },
      { step: 'initialize', name: 'fault' },
    );
  }

  #faultOf({ stage, isDead }: Invocation, command: string, target: string) {
    const { faulty, kind, failures, mendedAfterHours } = this.#plan;
    if (isDead || stage !== faulty.stage || this.#passedMs >= mendedAfterHours * HOUR_MS) return undefined;
    if (!faulty.command.test(command) || !faulty.target.test(target)) return undefined;
    return this.#failed++ < failures ? kind : undefined;
  }

  /** Ends an invocation: its code never goes on. */
  #kill(invocation: Invocation): Promise<never> {
    invocation.isDead = true;
    invocation.death.reject(new Killed('killed'));
    return new Promise(() => undefined);
  }

  /** The first call of the work itself: what only looks at what was done before makes none of these. */
  #noteBegun(invocation: Invocation, command: string, target: string): void {
    const isFirst =
      invocation.stage === 'ingest'
        ? command === 'HeadObjectCommand'
        : command === 'GetObjectCommand' && target.endsWith('/manifest.json');
    if (!isFirst || invocation.handsOver || invocation.hasBegun || invocation.isDead) return;
    invocation.hasBegun = true;
    const what = `${invocation.stage} of ${bare(invocation.key)}`;
    const key = `${invocation.stage} ${invocation.key}`;
    const times = (this.#begun.get(key) ?? 0) + 1;
    this.#begun.set(key, times);
    if (times > MAX_ATTEMPTS) this.#problems.push(`${what} was begun for the ${times}th time`);
  }

  async #uploads(): Promise<UploadEntry[]> {
    const { Items = [] } = await this.#world.registry.client.send(new ScanCommand({ TableName: this.#name }));
    const items = Items.map((item) => unmarshall(item));
    return items
      .filter(({ sk }) => String(sk).startsWith('UPLOAD#'))
      .map((item) => z.parse(uploadEntry, item));
  }

  async #judgeEnd(): Promise<Record<string, number>> {
    const uploads = await this.#uploads();
    for (const upload of uploads) this.#judgeUpload(upload);
    for (const { key } of this.#plan.files) {
      if (!uploads.some((upload) => upload.key === key)) this.#problems.push(`${key} has no entry at all`);
    }
    const endings: Record<string, number> = {};
    for (const { status } of uploads) endings[status] = (endings[status] ?? 0) + 1;
    return endings;
  }

  #judgeUpload(upload: UploadEntry): void {
    const { key, status, detail } = upload;
    if (!isFinished(upload)) this.#problems.push(`${key} is still ${status}`);
    if (status === 'failed' && !/ failed \d times|never began/.test(detail ?? ''))
      this.#problems.push(`${key} failed without a reason: ${detail}`);
    if (status === 'failed' && leavesAnAttempt(this.#plan))
      this.#problems.push(`${key} failed, though an attempt was left: ${detail}`);
  }
}

/** The product's table without one of its mechanisms. */
class SabotagedTable extends RegistryTable {
  readonly #sabotage: LivenessSabotage | undefined;

  constructor(client: DynamoDBClient, tableName: string, sabotage: LivenessSabotage | undefined) {
    super(client, tableName);
    this.#sabotage = sabotage;
  }

  override async addMember(pk: string, sk: string, change: SetChange): Promise<Item | undefined> {
    const { max: _, ...unlimited } = change;
    if (this.#sabotage === 'counted_before' && change.set === 'begun') return { pk, sk };
    if (this.#sabotage === 'drive_count' && change.set === 'driven') return { pk, sk };
    return await super.addMember(pk, sk, this.#sabotage === 'attempt_limit' ? unlimited : change);
  }

  override async advance(...given: Parameters<RegistryTable['advance']>): Promise<boolean> {
    if (this.#sabotage === 'failed_state' && given[3].status === 'failed') return true;
    return await super.advance(...given);
  }
}

/** Hides delete markers from a client. */
function hideMarkers(s3: S3Client): void {
  s3.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      (result.output as { DeleteMarkers?: unknown }).DeleteMarkers = undefined;
      return result;
    },
    { step: 'initialize', name: 'hideMarkers' },
  );
}

/** Errors as the SDK throws them. */
const ERRORS = {
  denied: () => Object.assign(new Error('not authorized'), { name: 'AccessDenied', $metadata: {} }),
  item_size: () =>
    Object.assign(new Error('Item size has exceeded the maximum allowed size'), {
      name: 'ValidationException',
      $metadata: {},
    }),
} as const;

/** The object's key, or the item's key, or what a query asks for. */
function targetOf(input: Readonly<Record<string, unknown>>): string {
  if (typeof input.Key === 'string') return input.Key;
  const { pk, sk } = (input.Key ?? input.Item ?? {}) as { pk?: { S: string }; sk?: { S: string } };
  if (pk && sk) return `${pk.S} ${sk.S}`;
  return JSON.stringify(input.ExpressionAttributeValues ?? input.Prefix ?? '');
}

/** A text without the ids that differ from run to run. */
const bare = (text: string) =>
  text.replaceAll(/[0-9a-f]{64}/g, '<id>').replaceAll(/ [A-Za-z0-9_.-]{16,}$/g, '');
