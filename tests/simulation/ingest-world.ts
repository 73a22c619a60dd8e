import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient, type DynamoDBClientConfig, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { reconcile } from '../../functions/housekeeping/reconcile.ts';
import type { IngestDependencies } from '../../functions/ingest/dependencies.ts';
import { ingestObject } from '../../functions/ingest/ingest.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { byCodeUnits } from '../../lib/code-units.ts';
import { type Manifest, uploadId } from '../../lib/dataset/manifest.ts';
import { createRegistryTable } from '../../lib/local/dynamodb.ts';
import { encodeKey } from '../../lib/local/s3/key-encoding.ts';
import { isUploadName } from '../../lib/names.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { recordUpload } from '../../lib/registry/uploads.ts';
import { createdObjects } from '../../lib/storage/object-events.ts';
import { newestObject } from '../../lib/storage/object-keys.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import {
  type Actor,
  type AppliedWrite,
  drawn,
  type Fate,
  FaultyNetwork,
  fateOf,
  faultsIn,
  Invocation,
  immediateRetries,
  NetworkFault,
  type Sabotage,
  sabotageClient,
} from '../helpers/faulty-client.ts';
import { NO_SETS } from '../helpers/no-sets.ts';

/** The servers of the schedules. Each schedule has its own buckets and tables. */
export interface IngestWorld {
  readonly s3: S3Fixture;
  readonly registry: TestRegistry;
  schedules: number;
  close(): Promise<void>;
}

export async function openIngestWorld(): Promise<IngestWorld> {
  const [s3, registry] = await Promise.all([openS3Fixture(), openTestRegistry()]);
  const close = async () => {
    await Promise.all([s3.remove(), registry.close()]);
  };
  return { s3, registry, schedules: 0, close };
}

export interface ScheduleOutcome {
  /** How the final state differs from the state after a single delivery; empty when it does not. */
  readonly differences: readonly string[];
  /** All calls in order, with their fates. */
  readonly log: readonly string[];
  readonly fates: Readonly<Partial<Record<Fate, number>>>;
  /** The traits of this schedule, for counting. */
  readonly traits: readonly string[];
}

/** A file that is uploaded before the deliveries begin. */
interface PlannedFile {
  readonly key: string;
  readonly body: string | Uint8Array;
  readonly contentEncoding?: string;
  /** The label that the object's metadata name. */
  readonly label?: string;
}

/** One created object, with its notification. */
interface Uploaded {
  readonly key: string;
  readonly versionId: string;
  readonly record: unknown;
}

const MAX_FILE_BYTES = 20_000;
const ATTEMPTS = 3;

/** A table of 40 rows with columns in the given order and some invalid cells. */
function table(
  name: string,
  columns: readonly string[],
  invalidCells: Readonly<Record<number, string>> = {},
): string {
  const rows = Array.from({ length: 40 }, (_, row) => {
    const cells: Record<string, string> = {
      a: invalidCells[row] ?? (drawn(name, row, 'a') * 10).toFixed(2),
      b: row % 13 === 5 ? '' : String(Math.floor(drawn(name, row, 'b') * 1000)),
      colour: ['red', 'green', 'blue'][Math.floor(drawn(name, row, 'colour') * 3)]!,
      species: row % 2 === 0 ? 'x' : 'y',
    };
    return columns.map((column) => cells[column]).join(',');
  });
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}

const ORDER = ['a', 'b', 'colour', 'species'];
const OTHER_ORDER = ['colour', 'b', 'a', 'species'];

/** The uploads: every kind of key and verdict, and several versions of one key. */
const FILES: readonly PlannedFile[] = [
  { key: 'wine/good.csv', body: table('1', ORDER) },
  { key: 'wine/good.csv', body: table('2', OTHER_ORDER) },
  { key: 'wine/good.csv', body: table('3', ORDER, { 7: 'seven' }) },
  { key: 'wine/odd a+b é.CSV', body: table('4', OTHER_ORDER, { 3: '1e999' }) },
  { key: 'plain.csv', body: table('5', ORDER) },
  { key: 'iris/rejects.csv', body: table('6', OTHER_ORDER, { 3: '0x10', 30: '=1+1' }) },
  { key: 'wine/quoting.csv', body: `${table('7', ORDER)}"1,2,red,x\n` },
  { key: 'wine/many-bad.csv', body: table('8', ORDER, { 1: '1e999', 2: '1e999', 3: '1e999', 4: '1e999' }) },
  { key: 'iris/empty.csv', body: '' },
  { key: 'packed.csv', body: table('9', ORDER), contentEncoding: 'gzip' },
  { key: 'iris/large.csv', body: table('10', ORDER).repeat(40) },
  { key: 'too/deep/for/x.csv', body: table('11', ORDER) },
  { key: 'Bad_Model/x.csv', body: table('12', ORDER) },
  { key: 'notes.txt', body: 'no table' },
  { key: 'notes.md', body: 'no table' },
  { key: 'wine/tabs.tsv', body: table('13', ORDER).replaceAll(',', '\t') },
  { key: 'wine/packed.csv.gz', body: gzipSync(table('14', ORDER)) },
  { key: 'wine/named.csv', body: table('15', ORDER), label: 'colour' },
  { key: 'iris/schema.json', body: '{"label":"species"}' },
];
const CONTRACTS = [
  { key: 'wine/schema.json', body: '{"ignore":["colour"]}' },
  { key: 'wine/schema.json', body: '{"missing_tokens":["red"]}' },
  { key: 'wine/schema.json', body: '{"lable":"species"}' },
  { key: 'wine/schema.json', body: '{"label":"colour"}' },
] as const;

/** A change during the deliveries that decides the result of later deliveries. */
const CHANGES = ['nothing', 'contract', 'champion', 'deletion'] as const;
type Change = (typeof CHANGES)[number];

/** The properties of a schedule. All depend only on the seed. */
interface Plan {
  /**
   * The change follows directly after the first receipt: then it falls between the deliveries of one file,
   * which is rare otherwise.
   */
  readonly isFocused: boolean;
  readonly files: readonly PlannedFile[];
  readonly firstContract: PlannedFile | undefined;
  /** The last file is deleted before any delivery. */
  readonly hasDeleted: boolean;
  readonly change: Change;
  readonly laterContract: PlannedFile;
  readonly isTrained: boolean;
  readonly ending: 'redelivery' | 'dead_letters' | 'reconcile';
  readonly concurrency: number;
  readonly faultShare: number;
  readonly sdkRetries: number;
}

function planOf(seed: number): Plan {
  const pick = <T>(what: string, choices: readonly T[]): T =>
    choices[Math.floor(drawn(seed, what) * choices.length)]!;
  // Every fourth schedule tests the frozen basis: a change that decides the result of a file, during its
  // deliveries.
  const isFocused = drawn(seed, 'focused') < 0.25;
  const shuffled = FILES.map((file, i) => ({ file, i, at: drawn(seed, 'file', i) }))
    .filter(({ file }) => !isFocused || /^wine\/(good|odd)/.test(file.key))
    .sort((a, b) => a.at - b.at);
  const chosen = shuffled
    .slice(0, pick('files', isFocused ? [1, 2] : [2, 3, 4, 5]))
    .sort((a, b) => a.i - b.i);
  return {
    isFocused,
    files: chosen.map(({ file }) => file),
    firstContract: pick(
      'first contract',
      isFocused ? [undefined, CONTRACTS[0]] : [undefined, undefined, ...CONTRACTS],
    ),
    hasDeleted: !isFocused && drawn(seed, 'gone') < 0.3,
    change: pick<Change>('change', isFocused ? ['contract', 'champion', 'deletion'] : CHANGES),
    laterContract: pick('later contract', isFocused ? CONTRACTS.slice(0, 2) : CONTRACTS),
    isTrained: drawn(seed, 'trained') < 0.6,
    ending: pick('ending', ['redelivery', 'dead_letters', 'dead_letters', 'reconcile']),
    concurrency: pick('concurrency', isFocused ? [2, 4] : [1, 2, 4, 16]),
    faultShare: pick('faults', isFocused ? [0, 0.1, 0.25] : [0, 0.03, 0.1, 0.25, 0.5]),
    sdkRetries: pick('retries', [0, 0, 1]),
  };
}

/** The work of an invocation. */
type Work = (deps: IngestDependencies) => Promise<void>;

/** The buckets and the table of one run of a schedule, or of one of its reference runs. */
interface Stage {
  readonly processedBucket: string;
  readonly tableName: string;
}

/** Runs the schedule of a seed, and compares its final state with the state after a single delivery. */
export async function runSchedule(
  world: IngestWorld,
  options: { readonly seed: number; readonly sabotage?: Sabotage | undefined },
): Promise<ScheduleOutcome> {
  return new Schedule(world, options.seed, options.sabotage).run();
}

class Schedule {
  readonly #world: IngestWorld;
  readonly #seed: number;
  readonly #plan: Plan;
  readonly #name: string;
  readonly #network: FaultyNetwork;
  readonly #actors: Actor[] = [];
  readonly #problems: string[] = [];
  readonly #deleted: Uploaded[] = [];
  readonly #sabotage: Sabotage | undefined;
  /** Invocations whose attempts all failed: the content of the dead-letter queues. */
  readonly #deadLetters: Work[] = [];
  /** By upload id: the step after which its manifest or its refusal existed. */
  readonly #verdicts = new Map<string, number>();
  /** Manifests for which training was notified. */
  readonly #notified = new Set<string>();
  /** Uploads that only the reconciler drove: only S3 knows their sequencer. */
  #redriven: ReadonlySet<string> = new Set();
  /** All uploads; those made while deliveries ran come last. */
  #uploads: readonly Uploaded[] = [];
  #stage: Stage | undefined;
  #isChangeComing = false;

  constructor(world: IngestWorld, seed: number, sabotage: Sabotage | undefined) {
    this.#world = world;
    this.#seed = seed;
    this.#plan = planOf(seed);
    this.#name = `s${world.schedules++}`;
    this.#sabotage = sabotage;
    this.#network = new FaultyNetwork({
      seed,
      sabotage: (client) => sabotageClient(client, sabotage),
      fateOf: (call, isRead) => fateOf(seed, this.#plan.faultShare, call, isRead),
      onApplied: (write) => {
        this.#judgeWrite(write);
        if (this.#plan.isFocused && isFreezing(write, this.#plan.change)) this.#change();
        if (write.command === 'PutObjectCommand' && write.target.endsWith('/manifest.json'))
          this.#notifyTraining(write.target);
      },
    });
  }

  async run(): Promise<ScheduleOutcome> {
    const { firstContract, files, change } = this.#plan;
    await this.#createBucket(this.#rawBucket);
    const uploads: Uploaded[] = [];
    for (const file of [...(firstContract ? [firstContract] : []), ...files])
      uploads.push(await this.#upload(file));
    this.#uploads = uploads;
    const gone = this.#plan.hasDeleted ? uploads.at(-1)! : undefined;
    if (gone) await this.#delete(gone);

    const before = await this.#singleDelivery('before', uploads.map(eventOf));
    const references = [before.snapshot];
    this.#stage = await this.#createStage('run');
    this.#deliver(uploads);
    if (change !== 'nothing' && !this.#plan.isFocused) this.#change();
    await this.#network.run(this.#actors, this.#plan.concurrency);
    if (change !== 'nothing') {
      const later = this.#uploads.slice(uploads.length).map(eventOf);
      const after = await this.#singleDelivery('after', this.#uploads.map(eventOf));
      references.push(after.snapshot, await this.#goOn(before.stage, later));
    }
    await this.#end();
    const actual = await this.#snapshot(this.#stage);
    const deleted = new Set(this.#deleted.map(objectIdOf));
    return {
      differences: [
        ...this.#problems,
        ...differences(this.#uploads, actual, references, this.#redriven, deleted),
        ...(await this.#missedContract(actual)),
      ],
      log: this.#network.log,
      fates: this.#network.fates,
      traits: [
        `change ${change}${this.#plan.isFocused ? ' right after a receipt' : ''}`,
        `ending ${this.#plan.ending}`,
        `concurrency ${this.#plan.concurrency}`,
        `faults ${this.#plan.faultShare}`,
        ...(this.#redriven.size > 0 ? ['redriven by the reconciler alone'] : []),
      ],
    };
  }

  get #rawBucket(): string {
    return `raw-${this.#name}`;
  }

  async #createBucket(name: string): Promise<void> {
    const { client } = this.#world.s3;
    await client.send(new CreateBucketCommand({ Bucket: name }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  }

  async #createStage(kind: string): Promise<Stage> {
    const stage = { processedBucket: `${kind}-${this.#name}`, tableName: `${kind}-${this.#name}` };
    await this.#createBucket(stage.processedBucket);
    await createRegistryTable(this.#world.registry.endpoint, stage.tableName);
    await appendChampion(this.#plainDeps(stage).table, 1, ['b', 'a', 'colour']);
    return stage;
  }

  async #upload({ key, body, contentEncoding, label }: PlannedFile): Promise<Uploaded> {
    const { VersionId } = await this.#world.s3.client.send(
      new PutObjectCommand({
        Bucket: this.#rawBucket,
        Key: key,
        Body: Buffer.from(body),
        ...(contentEncoding === undefined ? {} : { ContentEncoding: contentEncoding }),
        ...(label === undefined ? {} : { Metadata: { label } }),
      }),
    );
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-01-01T00:00:00.123Z',
      s3: {
        bucket: { name: this.#rawBucket },
        object: {
          key: encodeKey(key),
          size: Buffer.byteLength(body),
          versionId: VersionId!,
          sequencer: VersionId!.slice(0, 8),
        },
      },
    };
    return { key, versionId: VersionId!, record };
  }

  async #delete(upload: Uploaded): Promise<void> {
    this.#deleted.push(upload);
    const { key, versionId } = upload;
    await this.#world.s3.client.send(
      new DeleteObjectCommand({ Bucket: this.#rawBucket, Key: key, VersionId: versionId }),
    );
  }

  /** Dependencies without faults. */
  #plainDeps(stage: Stage): IngestDependencies {
    return this.#depsOf(stage, this.#world.s3.client, this.#world.registry.client);
  }

  /**
   * Dependencies without faults, but with the schedule's sabotage: the final deliveries must not repair its
   * effects.
   */
  #endingDeps(): IngestDependencies {
    if (this.#sabotage === undefined) return this.#plainDeps(this.#stage!);
    const { s3, dynamodb } = this.#newClients();
    sabotageClient(s3, this.#sabotage);
    sabotageClient(dynamodb, this.#sabotage);
    return this.#depsOf(this.#stage!, s3, dynamodb);
  }

  #newClients(retryStrategy?: NonNullable<DynamoDBClientConfig['retryStrategy']>) {
    const { s3, registry } = this.#world;
    const common = {
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      region: 'us-east-1',
      ...(retryStrategy ? { retryStrategy } : {}),
    };
    return {
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
  }

  #faultyDeps(invocation: Invocation): IngestDependencies {
    const { s3, dynamodb } = this.#newClients(immediateRetries(this.#plan.sdkRetries, invocation));
    this.#network.attach(s3, invocation);
    this.#network.attach(dynamodb, invocation);
    return this.#depsOf(this.#stage!, s3, dynamodb);
  }

  #depsOf(stage: Stage, s3: S3Client, dynamodb: DynamoDBClient): IngestDependencies {
    return {
      s3,
      table: new RegistryTable(dynamodb, stage.tableName),
      processedBucket: stage.processedBucket,
      modelsBucket: 'none',
      ...NO_SETS,
      maxFileBytes: MAX_FILE_BYTES,
      codeVersion: 'test',
      threads: 1,
      now: Date.now,
      // Here redelivery is tested, more often than attempts are made: liveness-world.ts counts them.
      maxAttempts: 1000,
      emit: () => undefined,
      logger: SILENT,
    };
  }

  /** Each event up to five times, sometimes several in one notification, and a test event. */
  #deliver(uploads: readonly Uploaded[]): void {
    const five = Math.floor(drawn(this.#seed, 'five') * uploads.length);
    const times = (i: number) => (i === five ? 5 : 1 + Math.floor(drawn(this.#seed, 'times', i) * 3));
    const records = uploads.flatMap((upload, i) => Array.from({ length: times(i) }, () => upload.record));
    const shuffled = records
      .map((record, i) => ({ record, at: drawn(this.#seed, 'order', i) }))
      .sort((a, b) => a.at - b.at)
      .map(({ record }) => record);
    for (let i = 0; shuffled.length > 0; i++) {
      const several = drawn(this.#seed, 'several', i) < 0.2 ? 3 : 1;
      const event = { Records: shuffled.splice(0, several) };
      this.#act(`delivery ${i}`, (deps) => handle(event, deps));
    }
    this.#act('test event', (deps) => handle({ Service: 'Amazon S3', Event: 's3:TestEvent' }, deps));
  }

  /** Runs beside the others, with as many attempts as Lambda gives an asynchronous invocation. */
  #act(name: string, invoke: Work): void {
    const actor: Actor = { name, isFinished: false, isInProgress: false };
    this.#actors.push(actor);
    void this.#attempts(actor, invoke).finally(() => this.#network.finished(actor));
  }

  async #attempts(actor: Actor, invoke: Work): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const name = `${actor.name}, attempt ${attempt}:`;
      await this.#network.begin(actor, name);
      const invocation = new Invocation(name, actor, this.#network.step);
      actor.isInProgress = true;
      try {
        await Promise.race([invoke(this.#faultyDeps(invocation)), invocation.death]);
        return;
      } catch (error) {
        this.#network.end(invocation);
        const unexpected = faultsIn(error).filter((fault) => !(fault instanceof NetworkFault));
        for (const fault of unexpected) this.#problems.push(`${invocation.name} threw ${String(fault)}`);
      } finally {
        actor.isInProgress = false;
      }
    }
    this.#deadLetters.push(invoke);
  }

  /**
   * What a redelivery must not do, whatever the bytes. A manifest is written once, because each write starts
   * a training. An invocation that begins after the verdict writes no object, because training may be reading
   * them. A notice that is put again makes the same event.
   */
  #judgeWrite({ target, invocation }: AppliedWrite): void {
    const id = /[0-9a-f]{64}/.exec(target)?.[0];
    if (id === undefined || target.startsWith('MODEL#') || target.startsWith('NOTICES ')) return;
    const verdictAt = this.#verdicts.get(id);
    if (verdictAt !== undefined && invocation.beganAt > verdictAt)
      this.#problems.push(`${invocation.name} began after the verdict, and wrote ${target}`);
    if (!isVerdict(target)) return;
    if (verdictAt !== undefined) this.#problems.push(`${invocation.name} wrote the verdict ${target} again`);
    else this.#verdicts.set(id, this.#network.step);
  }

  /** S3's notification of a manifest; twice, because S3 may deliver twice. */
  #notifyTraining(manifestKey: string): void {
    if (!this.#plan.isTrained) return;
    this.#notified.add(manifestKey);
    const upload = manifestKey.split('/').at(-2)!;
    for (const time of [1, 2]) {
      const ordinal = this.#actors.length;
      this.#act(`training ${ordinal}, time ${time}`, (deps) =>
        train(manifestKey, deps, this.#world.s3.client),
      );
    }
    this.#network.log.push(`notified   training of ${upload}`);
  }

  /** Makes the schedule's change, at a moment that the schedule chooses. */
  #change(): void {
    if (this.#isChangeComing) return;
    this.#isChangeComing = true;
    const actor: Actor = { name: 'change', isFinished: false, isInProgress: false };
    this.#actors.push(actor);
    const act = async () => {
      await this.#network.begin(actor, 'change');
      this.#network.log.push(`changed    ${this.#plan.change}`);
      await this.#makeChange();
    };
    void act().finally(() => this.#network.finished(actor));
  }

  async #makeChange(): Promise<void> {
    if (this.#plan.change === 'contract') {
      const later = await this.#upload(this.#plan.laterContract);
      this.#uploads = [...this.#uploads, later];
      for (const time of [1, 2])
        this.#act(`later contract, time ${time}`, (deps) => handle(eventOf(later), deps));
    }
    if (this.#plan.change === 'champion')
      await appendChampion(this.#plainDeps(this.#stage!).table, 2, CHANGED_ORDER);
    if (this.#plan.change !== 'deletion') return;
    const data = this.#uploads.filter(({ key }) => !key.endsWith('schema.json'));
    await this.#delete(data[Math.floor(drawn(this.#seed, 'deleted') * data.length)]!);
  }

  /**
   * The result of a single delivery of each event, on a separate stage, with the current content of the raw
   * bucket.
   */
  async #singleDelivery(
    when: 'before' | 'after',
    events: readonly unknown[],
  ): Promise<{ readonly stage: Stage; readonly snapshot: Snapshot }> {
    const stage = await this.#createStage(when);
    const deps = this.#plainDeps(stage);
    if (when !== 'before' && this.#plan.change === 'champion')
      await appendChampion(deps.table, 2, CHANGED_ORDER);
    return { stage, snapshot: await this.#goOn(stage, events) };
  }

  /** What further events leave on a stage: a contract that comes when the files were read already. */
  async #goOn(stage: Stage, events: readonly unknown[]): Promise<Snapshot> {
    const deps = this.#plainDeps(stage);
    for (const event of events) await handle(event, deps);
    if (this.#plan.isTrained) await this.#trainAll(deps);
    return this.#snapshot(stage);
  }

  async #trainAll(deps: IngestDependencies, but: ReadonlySet<string> = new Set()): Promise<void> {
    for (const key of await this.#keys(deps.processedBucket)) {
      if (key.endsWith('/manifest.json') && !but.has(key)) await train(key, deps, this.#world.s3.client);
    }
  }

  /**
   * After all attempts: every event is delivered once more, or a person redrives the dead-letter queues, or
   * the reconciler runs.
   */
  async #end(): Promise<void> {
    const deps = this.#endingDeps();
    if (this.#plan.ending === 'redelivery') {
      for (const upload of this.#uploads) await handle(eventOf(upload), deps);
    }
    if (this.#plan.ending === 'reconcile') {
      const before = await this.#snapshot(this.#stage!);
      await this.#reconcile(deps);
      const isKnown = (id: string) => before.uploads.get(id)?.has('ledger');
      const after = await this.#snapshot(this.#stage!);
      this.#redriven = new Set([...after.uploads.keys()].filter((id) => !isKnown(id)));
    }
    for (const work of this.#deadLetters) await work(deps);
    // Manifests that were written since then.
    if (this.#plan.isTrained) await this.#trainAll(deps, this.#notified);
  }

  /** The newest file must have been read under the contract that holds in the end. */
  async #missedContract(actual: Snapshot): Promise<string[]> {
    const { client } = this.#world.s3;
    const at = { bucket: this.#rawBucket, key: 'wine/schema.json' };
    const contract = await readObject(client, at);
    const newest = await newestObject(client, at.bucket, 'wine/', isUploadName);
    if (!contract || !newest || JSON.parse(Buffer.from(contract).toString()).lable) return [];
    const id = uploadId(newest.key, newest.versionId!, createHash('sha256').update(contract).digest('hex'));
    const { status } = JSON.parse(actual.uploads.get(id)?.get('ledger') ?? '{}') as { status?: string };
    if (status !== undefined && status !== 'received') return [];
    return [`${newest.key} ${id}: ${status ?? 'never read'} under the contract that holds`];
  }

  async #reconcile(deps: IngestDependencies): Promise<void> {
    await reconcile({
      ...deps,
      rawBucket: this.#rawBucket,
      graceSeconds: 0,
      now: () => Date.now() + 60_000,
      invokeAsync: async (target, event) => {
        if (target === 'ingest') await handle(event, deps);
      },
    });
  }

  async #keys(bucket: string): Promise<string[]> {
    const { Contents } = await this.#world.s3.client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  /** Everything that a stage holds, by upload. */
  async #snapshot({ processedBucket, tableName }: Stage): Promise<Snapshot> {
    const snapshot: Snapshot = { uploads: new Map(), receipts: new Map() };
    const { uploads } = snapshot;
    const add = (id: string, name: string, value: string) => {
      if (!uploads.has(id)) uploads.set(id, new Map());
      uploads.get(id)!.set(name, value);
    };
    for (const key of await this.#keys(processedBucket)) {
      const { Body, ContentType } = await this.#world.s3.client.send(
        new GetObjectCommand({ Bucket: processedBucket, Key: key }),
      );
      add(/[0-9a-f]{64}/.exec(key)![0], key, `${ContentType}\n${await Body!.transformToString('latin1')}`);
    }
    const { Items } = await this.#world.registry.client.send(new ScanCommand({ TableName: tableName }));
    for (const item of (Items ?? []).map((found) => unmarshall(found))) {
      const { write_id: _, ...entry } = item;
      const objectId = /^RECEIPT#(.*)/.exec(String(item.sk))?.[1];
      if (objectId !== undefined) snapshot.receipts.set(objectId, item.contract?.sha256 ?? null);
      if (String(item.sk).startsWith('UPLOAD#')) add(String(item.upload_id), 'ledger', canonicalJson(entry));
    }
    const { Uploads } = await this.#world.s3.client.send(
      new ListMultipartUploadsCommand({ Bucket: processedBucket }),
    );
    for (const { Key, UploadId } of Uploads ?? []) add(String(Key), `unfinished upload ${UploadId}`, '');
    return snapshot;
  }
}

interface Snapshot {
  /** By upload id: each object's content type and bytes, and the ledger's item. */
  readonly uploads: Map<string, Map<string, string>>;
  /** By the id of an object: the sha256 of the contract that it was received under. */
  readonly receipts: Map<string, string | null>;
}

const SILENT = createLogger();
SILENT.setLogLevel('SILENT');

const CHANGED_ORDER = ['colour', 'a', 'b'];
const eventOf = ({ record }: Uploaded) => ({ Records: [record] });
const objectIdOf = ({ key, versionId }: Uploaded) => uploadId(key, versionId, null);

/**
 * Whether a write froze what a change would decide otherwise: the contract of a receipt, or the basis of an
 * upload.
 */
const isFreezing = ({ command, target }: AppliedWrite, change: Change) =>
  command === 'UpdateItemCommand' && target.includes(change === 'contract' ? 'RECEIPT#' : 'UPLOAD#');

/** What says for good what became of an upload; the rejects of a refused one are put before it. */
const isVerdict = (key: string) => /\/manifest\.json$|\/refused\/.*\/report\.json$/.test(key);

/** As in the handler: every object is tried, then the faults are thrown. */
async function handle(event: unknown, deps: IngestDependencies): Promise<void> {
  const faults: unknown[] = [];
  for (const object of createdObjects(event)) {
    await ingestObject(object, deps).catch((error: unknown) => faults.push(error));
  }
  if (faults.length > 0) throw new AggregateError(faults);
}

/** The part of training that matters here: its records in the ledger. */
async function train(manifestKey: string, deps: IngestDependencies, s3: S3Client): Promise<void> {
  const bytes = await readObject(s3, { bucket: deps.processedBucket, key: manifestKey });
  const { model, upload_id, source } = JSON.parse(Buffer.from(bytes!).toString()) as Manifest;
  await recordUpload(deps.table, {
    model,
    upload_id,
    key: source.key,
    version_id: source.version_id,
    uploaded_at: source.uploaded_at,
    status: 'registered',
    detail: 'trained by the test',
    version: 1,
  });
}

/** Makes a version with this feature order the champion of model `wine`. */
async function appendChampion(
  registry: RegistryTable,
  number: number,
  featureOrder: readonly string[],
): Promise<void> {
  const pk = 'MODEL#wine';
  const digits = String(number).padStart(12, '0');
  const sha = '0'.repeat(64);
  await registry.putIfAbsent({
    pk,
    sk: `VERSION#${digits}`,
    ...{ model: 'wine', version: number, fingerprint: sha, dataset_sha256: sha, artifact_sha256: sha },
    ...{
      artifact_key: 'k',
      report_key: 'r',
      metrics: {},
      settings: {},
      lineage: {},
      registered_at: '2026-01-01T00:00:00.000Z',
    },
    gate: { passed: true, tests: [] },
    schema: { feature_order: featureOrder },
  });
  await registry.putIfAbsent({
    pk,
    sk: `DECISION#${digits}`,
    ...{ decision: number, action: 'promote', automatic: false, champion: number, high_water: null },
    ...{ actor: 'test', reason: 'test', from: null, to: number, decided_at: '2026-01-01T00:00:00.000Z' },
  });
}

/**
 * Each upload must be equal, as a whole, to the result of one of the references: the first reading of every
 * object, and each reading again under a contract.
 */
function differences(
  uploads: readonly Uploaded[],
  actual: Snapshot,
  references: readonly Snapshot[],
  redriven: ReadonlySet<string>,
  deleted: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  const expectedIds = new Set(references.flatMap((reference) => [...reference.uploads.keys()]));
  for (const id of actual.uploads.keys())
    if (!expectedIds.has(id)) found.push(`${id}: no single delivery leaves anything of it`);
  const firstReadings = uploads.map((upload) => {
    const id = uploadId(upload.key, upload.versionId, actual.receipts.get(objectIdOf(upload)) ?? null);
    return { id, isDeleted: deleted.has(objectIdOf(upload)) };
  });
  const isFirst = new Set(firstReadings.map(({ id }) => id));
  const again = [...actual.uploads.keys()]
    .filter((id) => !isFirst.has(id))
    .map((id) => ({ id, isDeleted: false }));
  for (const { id, isDeleted } of [...firstReadings, ...again]) {
    const seen = redriven.has(id) ? withoutSequencer : (state: FilesOfUpload) => state;
    const allowed = references
      .filter((reference) => reference.uploads.has(id))
      .map((reference) => seen(sorted(reference.uploads.get(id))));
    const state = seen(sorted(actual.uploads.get(id)));
    if (allowed.some((one) => JSON.stringify(one) === JSON.stringify(state))) continue;
    if (isDeleted && isGone(state, allowed)) continue;
    found.push(`${id}: ${describeMixture(state, allowed)}`);
  }
  return found;
}

/** Only S3's own notification knows the sequencer: uploads that only the reconciler drove have none. */
const withoutSequencer = (state: FilesOfUpload): FilesOfUpload =>
  Object.fromEntries(
    Object.entries(state).map(([name, text]) => [
      name,
      text.replace(/"sequencer": "[^"]*"/, '"sequencer": null').replace(/"sequencer":"[^"]*",/, ''),
    ]),
  );

/** The text from a little before the first difference from another text. */
function excerpt(text: string | undefined, other = ''): string {
  if (text === undefined) return 'absent';
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  const from = Math.max(0, at - 40);
  return JSON.stringify(text.slice(from, from + 100));
}

/**
 * True when the upload was deleted after a delivery had begun with it and died: the ledger has it as gone,
 * there is no verdict, and everything else equals what a single delivery would have left.
 */
function isGone(state: FilesOfUpload, allowed: readonly FilesOfUpload[]): boolean {
  const { ledger = '{}', ...files } = state;
  const { basis: _, ...entry } = JSON.parse(ledger) as Record<string, unknown>;
  if (entry.status !== 'gone' || !allowed.some((one) => one.ledger === canonicalJson(entry))) return false;
  return Object.entries(files).every(
    ([name, value]) => !isVerdict(name) && allowed.some((one) => one[name] === value),
  );
}

type FilesOfUpload = Readonly<Record<string, string>>;

const sorted = (files: ReadonlyMap<string, string> | undefined): FilesOfUpload =>
  Object.fromEntries([...(files ?? [])].sort(([a], [b]) => byCodeUnits(a, b)));

/** The reference that each part equals. A part that equals none is shown. */
function describeMixture(state: FilesOfUpload, allowed: readonly FilesOfUpload[]): string {
  const names = [...new Set([state, ...allowed].flatMap((one) => Object.keys(one)))];
  const parts = names.map((name) => {
    const equals = allowed.flatMap((one, i) => (one[name] === state[name] ? [i] : []));
    if (equals.length === allowed.length) return `${name} as expected`;
    if (equals.length > 0) return `${name} as in reference ${equals.join()}`;
    const others = allowed.map((one) => one[name]);
    return `${name} is ${excerpt(state[name], others[0])}, not ${others.map((text) => excerpt(text, state[name])).join(', nor ')}`;
  });
  return parts.join('\n    ');
}
