import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { collect } from '../../functions/events/collect.ts';
import { deliver } from '../../functions/events/deliver.ts';
import type { CloudEvent } from '../../lib/events/event.ts';
import { driftId } from '../../lib/events/notice-events.ts';
import { eventsAfter, noteDelivered } from '../../lib/events/outbox.ts';
import { createRegistryTable } from '../../lib/local/dynamodb.ts';
import { removeAlias, setAlias } from '../../lib/registry/alias-decisions.ts';
import { type BatchEntry, getRankedBatch, recordBatch } from '../../lib/registry/batches.ts';
import { decisionLog } from '../../lib/registry/decisions.ts';
import { promoteByHand, retireVersion } from '../../lib/registry/manual-decisions.ts';
import { isTold, putNotice } from '../../lib/registry/notices.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import {
  endAcceptedUpload,
  getRankedUpload,
  recordUpload,
  type UploadStatus,
} from '../../lib/registry/uploads.ts';
import { registerVersion, versionLog } from '../../lib/registry/versions.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import type { GateVerdict } from '../../lib/training/gate-verdict.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import {
  type Actor,
  drawn,
  FaultyNetwork,
  fateOf,
  faultsIn,
  Invocation,
  immediateRetries,
  NetworkFault,
} from '../helpers/faulty-client.ts';
import { versionDraft } from '../helpers/version-draft.ts';

/** Mechanisms that can be taken away, to see that the rules notice. */
export const EVENT_SABOTAGES = ['notice_before_step', 'sent_before_noted', 'cursor_after_append'] as const;
export type EventSabotage = (typeof EVENT_SABOTAGES)[number];

export interface EventsWorld {
  readonly registry: TestRegistry;
  schedules: number;
  close(): Promise<void>;
}

export async function openEventsWorld(): Promise<EventsWorld> {
  const registry = await openTestRegistry();
  return { registry, schedules: 0, close: () => registry.close() };
}

export interface EventsOutcome {
  readonly problems: readonly string[];
  readonly log: readonly string[];
  /** Events that the bus got, and how many of them it had before. */
  readonly sent: number;
  readonly repeated: number;
  readonly crashes: number;
}

const MODELS = ['m1', 'm2'];
const START_MS = Date.UTC(2026, 0, 31);
const ATTEMPTS = 3;
const LATEST = '2026-01-31T00:00:00.000Z';

/**
 * One schedule: trainings, people, ingestion and monitoring write to the registry, while calls of the events
 * function run beside them and beside each other. Any call to the registry or to the bus may fail, lose its
 * reply, arrive late, or be the last thing that an invocation does; some work is never done again.
 */
export async function runEvents(
  world: EventsWorld,
  seed: number,
  sabotage?: EventSabotage,
): Promise<EventsOutcome> {
  return await new Schedule(world, seed, sabotage).run();
}

class Schedule {
  readonly #world: EventsWorld;
  readonly #seed: number;
  readonly #sabotage: EventSabotage | undefined;
  readonly #tableName: string;
  readonly #network: FaultyNetwork;
  readonly #actors: Actor[] = [];
  readonly #problems: string[] = [];
  /** The keys of items that were updated. */
  readonly #applied = new Set<string>();
  /** What the bus got, in order. */
  readonly #bus: CloudEvent[] = [];

  constructor(world: EventsWorld, seed: number, sabotage: EventSabotage | undefined) {
    this.#world = world;
    this.#seed = seed;
    this.#sabotage = sabotage;
    this.#tableName = `events-${world.schedules++}`;
    const share = 0.03 + drawn(seed, 'share') * 0.12;
    this.#network = new FaultyNetwork({
      seed,
      fateOf: (call, isRead) => fateOf(seed, share, call, isRead),
      onApplied: ({ command, target }) => {
        if (command === 'UpdateItemCommand') this.#applied.add(target);
      },
    });
  }

  async run(): Promise<EventsOutcome> {
    await createRegistryTable(this.#world.registry.endpoint, this.#tableName);
    for (const model of MODELS) {
      for (let i = 0; i < 2; i++) this.#act(`trainer ${model} ${i}`, (table) => this.#train(table, model, i));
      this.#act(`person ${model}`, (table) => decideByHand(table, model));
      this.#act(`ingest ${model}`, (table) => ingest(table, model, this.#draw('end', model)));
      this.#act(`batch ${model}`, (table) => runBatch(table, model, this.#draw('batch', model)));
      this.#act(`monitor ${model}`, (table) => putNotice(table, driftKey(model), drift(model)));
    }
    for (let i = 0; i < 3; i++)
      this.#act(`events ${i}`, (table, invocation) => this.#tell(table, invocation));
    await this.#network.run(this.#actors, 3);
    const table = this.#table(undefined);
    while ((await this.#tell(table, undefined)) > 0);
    await this.#judge(table);
    const { log, fates } = this.#network;
    const crashes =
      (fates.dies_before ?? 0) + (fates.dies_after ?? 0) + (fates.dies_with_call_on_its_way ?? 0);
    const repeated = this.#bus.length - new Set(this.#bus.map(({ id }) => id)).size;
    return { problems: this.#problems, log, sent: this.#bus.length, repeated, crashes };
  }

  #draw(...parts: (string | number)[]): number {
    return drawn(this.#seed, ...parts);
  }

  async #train(table: RegistryTable, model: string, i: number): Promise<void> {
    const draft = { ...versionDraft(model, '0'), fingerprint: sha256Hex(`${model} ${i}`) };
    const passed = this.#draw('gate', model, i) < 0.7;
    const gate = passed ? draft.gate : FAILED_GATE;
    const { entry } = await registerVersion(table, { ...draft, gate, registered_at: LATEST });
    if (passed) await promoteOnTop(table, model, entry.version);
  }

  /** One call of the events function. */
  async #tell(table: RegistryTable, invocation: Invocation | undefined): Promise<number> {
    const count = await collect({ table, now: () => START_MS });
    const put = async (event: CloudEvent) => {
      const send = async () => ({ taken: this.#bus.push(event) });
      await (invocation
        ? this.#network.call(invocation, 'PutEvents', { Key: `event ${event.sequence}` }, send)
        : send());
    };
    const send = async (event: CloudEvent) => {
      if (this.#sabotage === 'sent_before_noted') await noteDelivered(table, event.sequence);
      await put(event);
    };
    const { delivered } = await deliver({ table, send, hasTime: () => true });
    return count + delivered;
  }

  #act(name: string, work: (table: RegistryTable, invocation: Invocation) => Promise<unknown>): void {
    const actor: Actor = { name, isFinished: false, isInProgress: false };
    this.#actors.push(actor);
    void this.#attempts(actor, work).finally(() => this.#network.finished(actor));
  }

  async #attempts(
    actor: Actor,
    work: (table: RegistryTable, invocation: Invocation) => Promise<unknown>,
  ): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const name = `${actor.name}, attempt ${attempt}:`;
      await this.#network.begin(actor, name);
      const invocation = new Invocation(name, actor, this.#network.step);
      actor.isInProgress = true;
      try {
        await Promise.race([work(this.#table(invocation), invocation), invocation.death]);
        return;
      } catch (error) {
        this.#network.end(invocation);
        for (const fault of faultsIn(error).filter((each) => !(each instanceof NetworkFault)))
          this.#problems.push(`${name} threw ${String(fault)}`);
      } finally {
        actor.isInProgress = false;
      }
    }
  }

  /** The table as one invocation reaches it; without one, without faults. */
  #table(invocation: Invocation | undefined): RegistryTable {
    const { client } = this.#world.registry;
    if (!invocation) return new RegistryTable(client, this.#tableName);
    const strategy = immediateRetries(1, invocation);
    const own = Object.create(client, {
      middlewareStack: { value: client.middlewareStack.clone() },
      config: { value: { ...client.config, retryStrategy: async () => strategy } },
    }) as DynamoDBClient;
    this.#network.attach(own, invocation);
    return new SabotagedTable(own, this.#tableName, this.#sabotage);
  }

  async #judge(table: RegistryTable): Promise<void> {
    const { events: outbox } = await eventsAfter(table, 0, 10_000);
    if (outbox.some(({ sequence }, i) => sequence !== i + 1)) this.#problems.push('the outbox has a gap');
    const firsts = new Map<string, CloudEvent>();
    for (const event of this.#bus) {
      const known = firsts.get(event.id);
      if (!known) firsts.set(event.id, event);
      else if (JSON.stringify({ ...known, sequence: 0 }) !== JSON.stringify({ ...event, sequence: 0 }))
        this.#problems.push(`${event.id} was told in two ways`);
    }
    const order = [...firsts.keys()];
    for (const model of MODELS) {
      const logs = await this.#expected(table, model);
      for (const id of logs.flat().filter((each) => !firsts.has(each))) this.#problems.push(`${id} was lost`);
      for (const log of logs) {
        const places = log.map((id) => order.indexOf(id));
        if (places.some((place, i) => i > 0 && place < places[i - 1]!))
          this.#problems.push(`${log.join(', ')} were told out of order`);
      }
    }
  }

  /** The ids that must be told of a model, by the registry; each list in its order. */
  async #expected(table: RegistryTable, model: string): Promise<string[][]> {
    const versions = await versionLog(table, model);
    const decisions = await decisionLog(table, model);
    const upload = await getRankedUpload(table, model, `upload-${model}`);
    const batch = await getRankedBatch(table, model, batchOf(model).batch_id);
    const decisionIds = decisions.map(({ decision }) => `${model}/decisions/${decision}`);
    return [
      versions.flatMap(({ version, gate }) => [
        `${model}/versions/${version}`,
        ...(gate.passed ? [] : [`${model}/versions/${version}/gate`]),
      ]),
      decisionIds,
      ...decisions.map(({ from, to, alias }, i) => {
        const named = [from, to, alias?.from, alias?.to].map((version) => version ?? 0);
        return [`${model}/versions/${Math.max(...named)}`, decisionIds[i]!];
      }),
      upload && isTold(upload.entry.status)
        ? [`${model}/uploads/upload-${model}/${upload.entry.status}-${upload.rank * 10}`]
        : [],
      batch && batch.entry.state !== 'running'
        ? [`${model}/batches/${batch.entry.batch_id}/${batch.entry.state}-${batch.rank}`]
        : [],
      this.#applied.has(`NOTICES ${driftKey(model)}`) ? [driftId(drift(model))] : [],
    ];
  }
}

const FAILED_GATE: GateVerdict = {
  passed: false,
  tests: [{ test: 'floor', outcome: 'failed', detail: 'macro-F1 0.1 is below the floor' }],
};

async function promoteOnTop(table: RegistryTable, model: string, version: number): Promise<void> {
  const decision = (await decisionLog(table, model)).length;
  const request = { model, version, basedOn: decision, actor: 'ann', reason: 'r', decidedAt: LATEST };
  await promoteByHand(table, request, async () => true);
}

/** Names the second version for a while, rolls back to the first one, and retires the second. */
async function decideByHand(table: RegistryTable, model: string): Promise<void> {
  const name = { model, alias: 'canary', actor: 'ann', reason: 'r', decidedAt: LATEST };
  const newest = async () => (await decisionLog(table, model)).length;
  await setAlias(table, { ...name, version: 2, basedOn: await newest() }, async () => true);
  await removeAlias(table, { ...name, basedOn: await newest() });
  await promoteOnTop(table, model, 1);
  const basedOn = (await decisionLog(table, model)).length;
  await retireVersion(table, {
    model,
    version: 2,
    basedOn,
    actor: 'ann',
    reason: 'r',
    decidedAt: LATEST,
  });
}

/** The steps of an upload by how it ends; the last one may be overtaken by another delivery. */
const ENDS: readonly (readonly UploadStatus[])[] = [
  ['received', 'refused'],
  ['received', 'failed'],
  ['received', 'failed', 'accepted', 'registered'],
  ['received', 'accepted', 'training_failed'],
  ['received', 'accepted', 'failed'],
];

async function ingest(table: RegistryTable, model: string, draw: number): Promise<void> {
  const steps = ENDS[Math.floor(draw * ENDS.length)]!;
  let before: UploadStatus | undefined;
  for (const status of steps) {
    const entry = {
      model,
      upload_id: `upload-${model}`,
      status,
      key: `${model}/a.csv`,
      version_id: null,
      uploaded_at: LATEST,
    };
    if (status === 'failed' && before === 'accepted') await endAcceptedUpload(table, { ...entry, status });
    else await recordUpload(table, entry);
    before = status;
  }
}

const batchOf = (model: string): BatchEntry => ({
  model,
  batch_id: sha256Hex(`batch of ${model}`),
  state: 'running',
  attempt: 1,
  key: `${model}/a.csv`,
  version_id: null,
  size_bytes: 1,
  contract_version_id: null,
  version: 1,
  artifact_key: null,
  artifact_sha256: null,
  explain: false,
  probabilities: false,
  format: 'csv',
  started_at: LATEST,
});

/** A batch ends in any way; one that failed may be started again, or its commit may come late. */
async function runBatch(table: RegistryTable, model: string, draw: number): Promise<void> {
  const entry = batchOf(model);
  const ended = { ...entry, ended_at: LATEST };
  await recordBatch(table, entry);
  if (draw < 0.5) await recordBatch(table, { ...ended, state: 'failed' });
  if (draw < 0.25) await recordBatch(table, { ...entry, attempt: 2 });
  if (draw < 0.4 || draw > 0.7)
    await recordBatch(table, {
      ...ended,
      attempt: draw < 0.25 ? 2 : 1,
      state: draw > 0.8 ? 'refused' : 'done',
    });
}

const driftKey = (model: string) => `${model}#drift#v1#${LATEST}`;

const drift = (model: string) => ({
  kind: 'drift' as const,
  model,
  version: 1,
  artifact_sha256: sha256Hex(model),
  records: 100,
  from: LATEST,
  to: LATEST,
  columns: 3,
  drifting: 1,
});

/** A registry without one of its mechanisms. */
class SabotagedTable extends RegistryTable {
  readonly #sabotage: EventSabotage | undefined;

  constructor(client: DynamoDBClient, tableName: string, sabotage: EventSabotage | undefined) {
    super(client, tableName);
    this.#sabotage = sabotage;
  }

  override async advance(...given: Parameters<RegistryTable['advance']>): Promise<boolean> {
    const [pk, sk] = given;
    if (this.#sabotage === 'notice_before_step' && pk === 'NOTICES' && sk.includes('#upload#')) return true;
    return await super.advance(...given);
  }

  override async putIfAbsent(...given: Parameters<RegistryTable['putIfAbsent']>) {
    const [item] = given;
    if (this.#sabotage === 'cursor_after_append' && item.pk === 'EVENTS' && 'data' in item) {
      const { model } = item.data as { model: string };
      const { version = 0, decision = 0 } = item.data as { version?: number; decision?: number };
      const cursor = { model, versions: version, decisions: decision };
      await super.advance('EVENTS', `CURSOR#${model}`, version + decision, cursor);
    }
    return await super.putIfAbsent(...given);
  }
}
