import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { BatchDependencies } from '../../functions/batch/dependencies.ts';
import { startDropped } from '../../functions/batch/start-dropped.ts';
import { runTask } from '../../functions/batch/tasks.ts';
import { predictTable } from '../../lib/batch/predict-table.ts';
import type { ResultChoices } from '../../lib/batch/result-choices.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { functionArn } from '../../lib/local/lambda/function-definition.ts';
import { filledIn } from '../../lib/local/step-functions/state-machine.ts';
import { settledBatch } from '../../lib/registry/batch-execution.ts';
import { type BatchEntry, listBatches } from '../../lib/registry/batches.ts';
import { promoteByHand, retireVersion } from '../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../lib/registry/versions.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { batchKeys } from '../../lib/storage/batch-keys.ts';
import { BATCH_METADATA } from '../../lib/storage/batch-metadata.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import BATCH_DEFINITION from '../../terraform/state-machines/batch.asl.json' with { type: 'json' };
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { memoryFile } from '../helpers/csv-ingest.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { plainTable } from '../helpers/table-variants.ts';
import { writeTable } from '../helpers/table-writer.ts';
import { trainedOn } from '../helpers/train-csv.ts';
import { versionDraft } from '../helpers/version-draft.ts';
import { xorshift } from '../helpers/xorshift.ts';
import { FaultyMachine, killAtCallsOf, type StepFate } from './faulty-machine.ts';

const BUCKETS = { batches: 'batches', results: 'results', models: 'models' } as const;
const TABLE = plainTable(4, 60);

/** The servers and the model of all schedules; each schedule has a model name of its own. */
export interface BatchWorld {
  readonly s3: S3Fixture;
  readonly registry: TestRegistry;
  readonly artifact: Uint8Array<ArrayBuffer>;
  schedules: number;
  close(): Promise<void>;
}

export async function openBatchWorld(): Promise<BatchWorld> {
  const [s3, registry, artifact] = await Promise.all([
    openS3Fixture(),
    openTestRegistry(),
    trainedOn(writeTable(TABLE)),
  ]);
  for (const Bucket of Object.values(BUCKETS)) {
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  killAtCallsOf(s3.client);
  const close = async () => {
    await Promise.all([s3.remove(), registry.close()]);
  };
  return { s3, registry, artifact, schedules: 0, close };
}

export type Fate = StepFate | 'restarted' | 'told_again';

/** What happens in a schedule beside the batch itself. */
export interface Trouble {
  /** Share of the calls of each step that fail at the first tries. */
  readonly share: number;
  /** Fails in all tries: a lot that kills whoever reads it. */
  readonly poisonLot?: number;
  /** Fails, and is passed over, as some interpreters do with a child of a map. */
  readonly swallowedLot?: number;
  /** Done once, when the first lot is predicted. */
  readonly meanwhile?: 'retire' | 'delete_input';
}

export interface BatchSchedule {
  readonly world: BatchWorld;
  readonly seed: number;
  readonly trouble?: Trouble;
  /** The file; a random one by default. */
  readonly file?: DroppedFile;
}

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What its metadata ask for; plain CSV by default. */
  readonly choices?: ResultChoices;
}

const PLAIN: ResultChoices = { explain: false, probabilities: false, format: 'csv' };

export interface BatchOutcome {
  readonly entry: BatchEntry;
  /** What the whole file gives in one run, or the code of its refusal. */
  readonly expected: { readonly output: string } | { readonly refused: string };
  /** Undefined when there is none. */
  readonly output: string | undefined;
  /** Keys of the schedule in the results bucket. */
  readonly keys: readonly string[];
  readonly batches: number;
  readonly fates: Readonly<Partial<Record<Fate, number>>>;
}

/** Runs one batch to its end. Everything depends on the seed, but for the order in which lots are done. */
export async function runBatchSchedule({ world, seed, trouble, file }: BatchSchedule): Promise<BatchOutcome> {
  const schedule = new Schedule(world, seed, trouble ?? { share: 0 });
  const dropped = file ?? randomFile(schedule.random);
  await schedule.prepare(dropped);
  const entry = await schedule.run();
  return await schedule.outcome(entry, dropped);
}

class Schedule {
  readonly random: () => number;
  readonly #world: BatchWorld;
  readonly #model: string;
  readonly #trouble: Trouble;
  readonly #fates: Partial<Record<Fate, number>> = {};
  readonly #deps: BatchDependencies;
  readonly #machine: FaultyMachine<Task>;
  #isMeanwhileDone = false;
  #key = '';
  #versionId: string | undefined;

  constructor(world: BatchWorld, seed: number, trouble: Trouble) {
    this.random = xorshift(seed * 2_654_435_761 + 1);
    this.#world = world;
    this.#trouble = trouble;
    this.#model = `m${++world.schedules}`;
    this.#machine = new FaultyMachine<Task>({
      definition: filledIn(BATCH_DEFINITION, {
        batch_function_arn: functionArn({ region: 'us-east-1', accountId: '000000000000' }, 'batch'),
      }),
      random: this.random,
      share: trouble.share,
      run: (task) => runTask(task, this.#deps),
      nameOf: ({ task, lot }) => `${task} ${lot ?? ''}`,
      isPoison: ({ task, lot }) => task === 'predict' && lot === trouble.poisonLot,
      isSwallowed: ({ task, lot }) => task === 'predict' && lot === trouble.swallowedLot,
      before: (task) => this.#doMeanwhile(task),
      maxCalls: 8,
      onFate: (fate) => this.#count(fate),
      now: () => NOW_MS,
    });
    this.#deps = {
      s3: world.s3.client,
      table: world.registry.table,
      executions: this.#machine.client,
      batchesBucket: BUCKETS.batches,
      resultsBucket: BUCKETS.results,
      modelsBucket: BUCKETS.models,
      models: { last: undefined },
      lotRows: 3 + Math.floor(this.random() * 12),
      concurrency: 1 + Math.floor(this.random() * 4),
      maxFileBytes: 100_000_000,
      now: () => NOW_MS,
      logger: quiet,
    };
  }

  async prepare({ name, bytes, choices = PLAIN }: DroppedFile): Promise<void> {
    const { s3, registry, artifact } = this.#world;
    const model = this.#model;
    const sha256 = sha256Hex(artifact);
    const artifactKey = `${model}/${sha256}.knn`;
    await s3.client.send(new PutObjectCommand({ Bucket: BUCKETS.models, Key: artifactKey, Body: artifact }));
    const draft = { ...versionDraft(model, 'd'), artifact_sha256: sha256, artifact_key: artifactKey };
    await registerVersion(registry.table, draft);
    await registerVersion(registry.table, { ...draft, fingerprint: 'e'.repeat(64) });
    await promoteByHand(registry.table, this.#decision(1, 0), async () => true);
    this.#key = `${model}/${name}`;
    const at = { Bucket: BUCKETS.batches, Key: this.#key };
    const put = new PutObjectCommand({ ...at, Body: bytes, Metadata: metadataFor(choices) });
    this.#versionId = (await s3.client.send(put)).VersionId;
  }

  #decision(version: number, basedOn: number) {
    return { model: this.#model, version, basedOn, actor: 'test', reason: 'test', decidedAt: TIME };
  }

  /** Tells of the file, several times and again while it runs, until the batch has ended. */
  async run(): Promise<BatchEntry> {
    const tell = () => startDropped(this.#created(), this.#deps);
    await Promise.all([tell(), tell()]);
    for (let round = 0; ; round++) {
      const { entries } = await listBatches(this.#deps.table, this.#model, { limit: 10 });
      const entry = entries[0] && (await settledBatch(entries[0], this.#deps));
      // A batch is done before its parts are deleted.
      if (entry && entry.state !== 'running' && this.#machine.isIdle) return entry;
      if (round > 2000) throw new Error(`the batch of ${this.#key} does not end`);
      if (this.#trouble.share > 0 && this.random() < 0.2) {
        this.#count('restarted');
        await this.#machine.restart();
      }
      if (this.#trouble.share > 0 && this.random() < 0.2) {
        this.#count('told_again');
        await tell();
      }
      // Rarely: each look asks the servers that the steps need.
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  #created() {
    return {
      bucket: BUCKETS.batches,
      key: this.#key,
      versionId: this.#versionId,
      sizeBytes: 1,
      sequencer: '01',
      eventTime: TIME,
    };
  }

  async #doMeanwhile({ task, lot }: Task): Promise<void> {
    const { meanwhile } = this.#trouble;
    if (task !== 'predict' || lot !== 1 || meanwhile === undefined || this.#isMeanwhileDone) return;
    this.#isMeanwhileDone = true;
    const { s3, registry } = this.#world;
    if (meanwhile === 'delete_input') {
      const at = { Bucket: BUCKETS.batches, Key: this.#key, VersionId: this.#versionId };
      await s3.client.send(new DeleteObjectCommand(at));
      return;
    }
    await promoteByHand(registry.table, this.#decision(2, 1), async () => true);
    await retireVersion(registry.table, this.#decision(1, 2));
  }

  #count(fate: Fate): void {
    this.#fates[fate] = (this.#fates[fate] ?? 0) + 1;
  }

  async outcome(entry: BatchEntry, file: DroppedFile): Promise<BatchOutcome> {
    await this.#machine.close();
    const { client } = this.#world.s3;
    const model = this.#model;
    const bucket = BUCKETS.results;
    const written = await readObject(client, {
      bucket,
      key: batchKeys(model, entry.batch_id).predictions(entry.format),
    });
    const keys = await Promise.all(
      [`${model}/`, `_parts/${model}/`].map(async (Prefix) => {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
        return Contents.map(({ Key = '' }) => Key.replace(`/${entry.batch_id}/`, '/*/'));
      }),
    );
    return {
      entry,
      expected: await whole(this.#world.artifact, file),
      output: written && Buffer.from(written).toString('latin1'),
      keys: keys.flat(),
      batches: (await listBatches(this.#deps.table, model, { limit: 10 })).entries.length,
      fates: this.#fates,
    };
  }
}

interface Task {
  readonly task: string;
  readonly lot?: number;
}

const TIME = '2026-11-30T00:00:00.000Z';
const NOW_MS = 1_796_000_000_000;
const quiet = Object.assign(createLogger(), {
  info: () => undefined,
  warn: () => undefined,
});

const metadataFor = ({ explain, probabilities, format }: ResultChoices) => ({
  [BATCH_METADATA.explain]: String(explain),
  [BATCH_METADATA.probabilities]: String(probabilities),
  [BATCH_METADATA.format]: format,
});

async function whole(
  artifact: Uint8Array<ArrayBuffer>,
  { name, bytes, choices = PLAIN }: DroppedFile,
): Promise<BatchOutcome['expected']> {
  const parts: Uint8Array[] = [];
  const how = { contract: undefined, ...choices, json: false };
  try {
    await predictTable(
      openModel(artifact),
      memoryFile(bytes, [], name),
      { write: (chunk) => void parts.push(chunk) },
      { ...how, onFault: () => undefined, onProgress: () => undefined },
    );
    return { output: Buffer.concat(parts).toString('latin1') };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { refused: error.code };
  }
}

/** Most are text, whose lots are cut anywhere. */
const FORMATS = ['csv', 'csv', 'csv', 'parquet'] as const;

const NOTES = ['', 'plain', '"a\nb"', '"say ""so"""', '"\r\n\n"', 'ä€', '"x;y,z"', '  padded '];

/** A table with notes that hold line ends, rows that cannot be predicted, and at times a fault. */
export function randomFile(random: () => number): DroppedFile {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const lineEnd = pick(['\n', '\r\n']);
  const rows = 16 + Math.floor(random() * 32);
  const isTrue = () => random() < 0.25;
  const choices = { explain: isTrue(), probabilities: isTrue(), format: pick(FORMATS) };
  // A result in Parquet is cut where its blocks begin, so that only a long file has several lots.
  const fillers = choices.format === 'parquet' && random() < 0.2 ? [1, 2, 3, 4] : [];
  const filling = fillers.map((at) => String(at).repeat(60_000)).join(',');
  const header = ['note', ...fillers.map((at) => `filler ${at}`), ...TABLE.map(({ name }) => name)].join(',');
  const lines = Array.from({ length: rows }, () => {
    const row = Math.floor(random() * TABLE[0]!.cells.length);
    const cells = TABLE.map(({ cells }) => (random() < 0.02 ? '"wrong"' : (cells[row] ?? '')));
    if (random() < 0.02) cells.pop();
    return random() < 0.02 ? '' : [pick(NOTES), ...(filling ? [filling] : []), ...cells].join(',');
  });
  if (random() < 0.1) lines[Math.floor(random() * rows)] = pick(['a"b,1,2', '"open,1,2,3', '"x"y,1']);
  const text = `${[header, ...lines].join(lineEnd)}${random() < 0.5 ? lineEnd : ''}`;
  const way = pick(['plain', 'plain', 'mark', 'gzip', 'utf16'] as const);
  if (way === 'gzip') return { name: 'file.csv.gz', bytes: gzipSync(text), choices };
  if (way === 'utf16') return { name: 'file.csv', bytes: Buffer.from(`\ufeff${text}`, 'utf16le'), choices };
  return { name: 'file.csv', bytes: Buffer.from(way === 'mark' ? `\ufeff${text}` : text), choices };
}

/** How an outcome differs from what it must be; empty when it does not. */
export function differencesOf({ entry, expected, output, keys, batches, fates }: BatchOutcome): string[] {
  const differences: string[] = [];
  const model = entry.model;
  const wanted = 'refused' in expected ? 'refused' : 'done';
  if (entry.state !== wanted)
    differences.push(`expected ${wanted}, got ${entry.state}: ${entry.reason ?? ''}`);
  if ('refused' in expected && !entry.reason?.startsWith(`${expected.refused}:`))
    differences.push(`expected a refusal ${expected.refused}, got ${entry.reason}`);
  if ('output' in expected && output !== expected.output)
    differences.push('the predictions differ from those of one run');
  const results = keys.filter((key) => !key.startsWith('_parts/'));
  const final = [`predictions.${entry.format}`, 'rejects.csv', 'report.json'].map(
    (file) => `${model}/*/${file}`,
  );
  if (wanted === 'done' && results.join() !== final.join())
    differences.push(`unexpected results ${results.join()}`);
  // What a restart left behind may write after the parts were deleted: nobody reads it, and it expires.
  if (wanted === 'done' && !fates.restarted && results.length < keys.length)
    differences.push(`parts were left: ${keys.join()}`);
  if (wanted === 'refused' && results.length > 0) differences.push(`results of a refused file ${results}`);
  if (batches !== 1) differences.push(`${batches} batches of one file`);
  if (entry.attempt !== 1) differences.push(`attempt ${entry.attempt}`);
  return differences;
}
