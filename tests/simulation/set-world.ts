import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { IngestDependencies } from '../../functions/ingest/dependencies.ts';
import { ingestObject } from '../../functions/ingest/ingest.ts';
import { runSetTask } from '../../functions/ingest/set/tasks.ts';
import { type Manifest, uploadId } from '../../lib/dataset/manifest.ts';
import type { IngestReport } from '../../lib/dataset/report.ts';
import { functionArn } from '../../lib/local/lambda/function-definition.ts';
import { filledIn } from '../../lib/local/step-functions/state-machine.ts';
import { getUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { uploadKeys } from '../../lib/storage/upload-keys.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import SET_DEFINITION from '../../terraform/state-machines/ingest-set.asl.json' with { type: 'json' };
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import type { CutTable } from '../helpers/cut-table.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { NO_SETS } from '../helpers/no-sets.ts';
import { xorshift } from '../helpers/xorshift.ts';
import { FaultyMachine, killAtCallsOf, type StepFate } from './faulty-machine.ts';

const RAW = 'raw';
const PROCESSED = 'processed';
const TIME = '2026-11-30T00:00:00.000Z';

/** The servers of all schedules; each schedule has a model of its own. */
export interface SetWorld {
  readonly s3: S3Fixture;
  readonly registry: TestRegistry;
  schedules: number;
  close(): Promise<void>;
}

export async function openSetWorld(): Promise<SetWorld> {
  const [s3, registry] = await Promise.all([openS3Fixture(), openTestRegistry()]);
  for (const Bucket of [RAW, PROCESSED]) {
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  killAtCallsOf(s3.client);
  const close = async () => {
    await Promise.all([s3.remove(), registry.close()]);
  };
  return { s3, registry, schedules: 0, close };
}

export type SetFate = StepFate | 'restarted' | 'told_again' | 'sent_again' | 'late' | 'completed_again';

export interface SetTrouble {
  /** Share of the calls of each step that fail at the first tries, and how often the rest of it happens. */
  readonly share: number;
  /** Fails in all tries. */
  readonly poisonPart?: number;
  /** Fails, and is passed over, as some interpreters do with a child of a map. */
  readonly swallowedPart?: number;
  /** Deleted for good when the set is planned. */
  readonly deletedPart?: number;
}

export interface SetOutcome {
  readonly entry: UploadEntry;
  readonly manifest: Manifest | undefined;
  readonly report: IngestReport | undefined;
  readonly data: Uint8Array | undefined;
  /** Uploads of the model that have a manifest. */
  readonly manifests: readonly string[];
  readonly fates: Readonly<Partial<Record<SetFate, number>>>;
}

/** What a schedule is about. */
export interface SetSchedule {
  readonly world: SetWorld;
  readonly seed: number;
  readonly parts: CutTable['parts'];
  readonly trouble?: SetTrouble;
  readonly marker?: string;
  readonly contract?: string;
  readonly settings?: Partial<IngestDependencies>;
}

/** Puts the parts of a set in some order, completes it, and reads it to its end. */
export async function runSetSchedule(set: SetSchedule): Promise<SetOutcome> {
  const schedule = new Schedule(set);
  await schedule.prepare();
  return await schedule.run();
}

interface Told {
  readonly key: string;
  readonly versionId: string;
}

class Schedule {
  readonly #set: SetSchedule;
  readonly #random: () => number;
  readonly #folder: string;
  readonly #model: string;
  readonly #fates: Partial<Record<SetFate, number>> = {};
  readonly #deps: IngestDependencies;
  readonly #told: Told[] = [];
  readonly #versions = new Map<string, string>();
  readonly #machine: FaultyMachine<Task>;
  #marker: Told | undefined;

  constructor(set: SetSchedule) {
    this.#set = set;
    this.#random = xorshift(set.seed * 2_654_435_761 + 7);
    this.#model = `m${++set.world.schedules}`;
    this.#folder = `${this.#model}/2026-11`;
    const { share = 0, poisonPart, swallowedPart, deletedPart } = set.trouble ?? {};
    this.#machine = new FaultyMachine<Task>({
      definition: filledIn(SET_DEFINITION, {
        ingest_function_arn: functionArn({ region: 'us-east-1', accountId: '000000000000' }, 'ingest'),
      }),
      random: this.#random,
      share,
      run: (task) => runSetTask(task, this.#deps),
      nameOf: ({ upload_id, task, part }) => `${upload_id} ${task} ${part ?? ''}`,
      isPoison: ({ task, part }) => task === 'parse' && part === poisonPart,
      isSwallowed: ({ task, part }) => task === 'parse' && part === swallowedPart,
      before: async ({ task, part }) => {
        if (task === 'parse' && deletedPart !== undefined && part === deletedPart)
          await this.#delete(deletedPart);
      },
      maxCalls: 10,
      onFate: (fate) => this.#count(fate),
      now: Date.now,
    });
    this.#deps = {
      s3: set.world.s3.client,
      table: set.world.registry.table,
      processedBucket: PROCESSED,
      modelsBucket: 'none',
      maxFileBytes: 1_000_000,
      codeVersion: 'test',
      threads: 1,
      now: Date.now,
      // As in ingest-world.ts: redelivery is tested here, more often than attempts are made.
      maxAttempts: 1000,
      emit: () => undefined,
      logger: quiet,
      ...NO_SETS,
      executions: this.#machine.client,
      ...set.settings,
    };
  }

  async prepare(): Promise<void> {
    const { parts, contract, marker = '_COMPLETE' } = this.#set;
    if (contract !== undefined) await this.#put(`${this.#model}/schema.json`, contract);
    for (const { name, bytes } of this.#shuffled(parts)) {
      if (this.#happens('sent_again'))
        await this.#put(`${this.#folder}/${name}`, Buffer.from('of,another\n'));
      this.#told.push(await this.#put(`${this.#folder}/${name}`, bytes));
    }
    this.#marker = await this.#put(`${this.#folder}/${marker}`, new Uint8Array(0));
    this.#told.push(this.#marker);
  }

  #happens(fate: SetFate, scale = 0.3): boolean {
    const share = this.#set.trouble?.share ?? 0;
    if (share === 0 || this.#random() >= scale) return false;
    this.#count(fate);
    return true;
  }

  async #put(key: string, body: string | Uint8Array): Promise<Told> {
    const put = new PutObjectCommand({ Bucket: RAW, Key: key, Body: body });
    const versionId = (await this.#set.world.s3.client.send(put)).VersionId!;
    this.#versions.set(key, versionId);
    return { key, versionId };
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => [this.#random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  }

  async run(): Promise<SetOutcome> {
    for (const told of this.#shuffled(this.#told)) await this.#tell(told);
    const id = uploadId(this.#marker!.key, this.#marker!.versionId, await this.#contractSha());
    if (this.#happens('late')) await this.#put(`${this.#folder}/zz-late.csv`, 'nothing,that,agrees\n1,2,3\n');
    const entry = await this.#end(id);
    if (this.#happens('completed_again')) await this.#completeAgain();
    await this.#machine.close();
    return await this.#outcome(entry);
  }

  /** The same parts once more, as an upload of its own. */
  async #completeAgain(): Promise<void> {
    const late = `${this.#folder}/zz-late.csv`;
    await this.#set.world.s3.client.send(new DeleteObjectCommand({ Bucket: RAW, Key: late }));
    const again = await this.#put(this.#marker!.key, new Uint8Array(0));
    await this.#tell(again);
    await this.#end(uploadId(again.key, again.versionId, await this.#contractSha()));
  }

  async #contractSha(): Promise<string | null> {
    const { contract } = this.#set;
    return contract === undefined ? null : (await import('../../lib/sha256.ts')).sha256Hex(contract);
  }

  async #end(id: string): Promise<UploadEntry> {
    for (let round = 0; ; round++) {
      const entry = await getUpload(this.#deps.table, this.#model, id);
      if (entry && entry.status !== 'received' && this.#machine.isIdle) return entry;
      if (round > 2000) throw new Error(`the set ${id} does not end: ${entry?.status}`);
      if (this.#happens('restarted', 0.2)) await this.#machine.restart();
      if (this.#happens('told_again', 0.2)) await this.#tell(this.#marker!);
      // Rarely: each look asks the servers that the steps need.
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  async #tell({ key, versionId }: Told): Promise<void> {
    const object = { bucket: RAW, key, versionId, sizeBytes: 0, sequencer: '01', eventTime: TIME };
    const { kind } = await ingestObject(object, this.#deps);
    if (kind === 'failed') throw new Error(`${key} has failed`);
  }

  async #delete(part: number): Promise<void> {
    const Key = `${this.#folder}/${this.#set.parts[part]!.name}`;
    const VersionId = this.#versions.get(Key)!;
    await this.#set.world.s3.client.send(new DeleteObjectCommand({ Bucket: RAW, Key, VersionId }));
  }

  #count(fate: SetFate): void {
    this.#fates[fate] = (this.#fates[fate] ?? 0) + 1;
  }

  async #outcome(entry: UploadEntry): Promise<SetOutcome> {
    const { client } = this.#set.world.s3;
    const keys = uploadKeys(this.#model, entry.upload_id);
    const read = (key: string) => readObject(client, { bucket: PROCESSED, key });
    const json = async <T>(key: string) => {
      const bytes = await read(key);
      return bytes && (JSON.parse(Buffer.from(bytes).toString()) as T);
    };
    const listed = new ListObjectsV2Command({ Bucket: PROCESSED, Prefix: `${this.#model}/` });
    const { Contents = [] } = await client.send(listed);
    return {
      entry,
      manifest: await json<Manifest>(keys.manifest),
      report: await json<IngestReport>(entry.status === 'refused' ? keys.refusal : keys.report),
      data: await read(keys.data),
      manifests: Contents.map(({ Key = '' }) => Key).filter((key) => key.endsWith('/manifest.json')),
      fates: this.#fates,
    };
  }
}

interface Task {
  readonly task: string;
  readonly upload_id: string;
  readonly part?: number;
}

const quiet = Object.assign(createLogger(), {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});
