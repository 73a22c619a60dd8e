import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../../functions/events/collect.ts';
import { deliver } from '../../../../functions/events/deliver.ts';
import { type CloudEvent, cloudEvent } from '../../../../lib/events/event.ts';
import { eventsAfter } from '../../../../lib/events/outbox.ts';
import { createRegistryTable } from '../../../../lib/local/dynamodb.ts';
import { removeAlias, setAlias } from '../../../../lib/registry/alias-decisions.ts';
import { promoteAutomatically } from '../../../../lib/registry/automatic-promotion.ts';
import { promoteByHand } from '../../../../lib/registry/manual-decisions.ts';
import { notices, putNotice } from '../../../../lib/registry/notices.ts';
import { RegistryTable } from '../../../../lib/registry/table.ts';
import { recordUpload } from '../../../../lib/registry/uploads.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { sha256Hex } from '../../../../lib/sha256.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const TODAY = new Date(NOW_MS).toISOString();
/** A value of a row, as messages quote it. */
const SECRET = 'patient-4711 <script>\u202e';

let registry: TestRegistry;
let table: RegistryTable;
let tables = 0;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());
beforeEach(async () => {
  const name = `table-${tables++}`;
  await createRegistryTable(registry.endpoint, name);
  table = new RegistryTable(registry.client, name);
});

const collectNow = () => collect({ table, now: () => NOW_MS });
const outbox = async (): Promise<readonly CloudEvent[]> => (await eventsAfter(table, 0, 1000)).events;

async function register(model: string, n: number, changes = {}): Promise<void> {
  await registerVersion(table, {
    ...versionDraft(model, '0'),
    fingerprint: sha256Hex(`${model} ${n}`),
    registered_at: TODAY,
    ...changes,
  });
}

const promote = (model: string, version: number, basedOn: number, reason = 'r') =>
  promoteByHand(table, { model, version, basedOn, actor: 'ann', reason, decidedAt: TODAY }, async () => true);

const refuse = (status: 'refused' | 'training_failed' | 'failed', detail: string) =>
  recordUpload(table, {
    model: 'wine',
    upload_id: `u-${status}`,
    status,
    key: 'wine/a.csv',
    version_id: 'v',
    uploaded_at: TODAY,
    detail,
  });

describe('what happened', () => {
  it('is told once, versions before the decisions that name them', async () => {
    await register('wine', 1);
    await register('wine', 2);
    await promote('wine', 1, 0);
    await promote('wine', 2, 1);
    await promote('wine', 1, 2);
    expect(await collectNow()).toBe(5);
    expect(await collectNow()).toBe(0);
    const events = await outbox();
    expect(events.map(({ id, sequence }) => `${sequence} ${id}`)).toEqual([
      '1 wine/versions/1',
      '2 wine/decisions/1',
      '3 wine/versions/2',
      '4 wine/decisions/2',
      '5 wine/decisions/3',
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'classifier.version.rolled_back',
      source: '/models/wine',
      data: { from: 2, to: 1, automatic: false, actor: 'ann' },
    });
    for (const event of events) expect(cloudEvent.safeParse(event).success).toBe(true);
  });

  it('is told of a version that waits, and of aliases, after the versions that they name', async () => {
    for (const n of [1, 2]) await register('wine', n);
    await promoteAutomatically(table, {
      ...{ model: 'wine', version: 2, reason: 'r', heldBecause: SECRET, decidedAt: TODAY },
      source: { key: 'a.csv', sequencer: null, uploaded_at: TODAY },
      isCompatibleWith: async () => true,
    });
    const request = { model: 'wine', alias: 'canary', actor: 'ann', reason: SECRET, decidedAt: TODAY };
    await setAlias(table, { ...request, version: 2, basedOn: 1 }, async () => true);
    await removeAlias(table, { ...request, basedOn: 2 });
    await collectNow();
    const events = await outbox();
    expect(events.map(({ id }) => id)).toEqual([
      'wine/versions/1',
      'wine/versions/2',
      'wine/decisions/1',
      'wine/decisions/2',
      'wine/decisions/3',
    ]);
    expect(events.slice(2)).toMatchObject([
      {
        type: 'classifier.version.waiting',
        data: {
          ...{ held: 2, champion: null, automatic: true },
          summary: 'Model wine: v2 passed the quality gate and waits for approval.',
          links: { version: '/models/wine/versions/2' },
        },
      },
      {
        type: 'classifier.alias.changed',
        data: { alias: { name: 'canary', from: null, to: 2 }, links: { version: '/models/wine/versions/2' } },
      },
      {
        type: 'classifier.alias.changed',
        data: { summary: 'Model wine: the alias canary was taken from v2, by hand.' },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(SECRET);
    for (const event of events) expect(cloudEvent.safeParse(event).success).toBe(true);
  });

  it('is told where the logs have more entries than one page', async () => {
    for (let n = 1; n <= 52; n++) await register('wine', n);
    for (let n = 1; n <= 52; n++) await promote('wine', n, n - 1);
    expect(await collectNow()).toBe(104);
    const ids = (await outbox()).map(({ id }) => id);
    for (let n = 1; n <= 52; n++)
      expect(ids.indexOf(`wine/versions/${n}`)).toBeLessThan(ids.indexOf(`wine/decisions/${n}`));
  });

  it('is not told when it was long before events were switched on', async () => {
    await register('wine', 1, { registered_at: '2026-05-01T00:00:00.000Z' });
    await register('wine', 2);
    expect(await collectNow()).toBe(1);
    expect((await outbox()).map(({ id }) => id)).toEqual(['wine/versions/2']);
  });

  it('is told of a model that has nothing but a refused file', async () => {
    await refuse('refused', 'quoting: line 2');
    expect(await collectNow()).toBe(1);
    expect((await outbox())[0]).toMatchObject({
      type: 'classifier.upload.refused',
      data: { model: 'wine', code: 'quoting', upload_id: 'u-refused' },
    });
    for await (const kept of notices(table)) expect.unreachable(kept.sk);
  });
});

describe('no value of the data', () => {
  it('is in an event, whatever quotes it', async () => {
    await refuse('refused', `quoting: line 2: got "${SECRET}"; remove ${SECRET}`);
    await refuse('training_failed', `the class ${SECRET} has one row`);
    await refuse('failed', `Reading it failed: ${SECRET}`);
    await register('wine', 1, {
      gate: { passed: false, tests: [{ test: 'champion', outcome: 'failed', detail: `worse on ${SECRET}` }] },
      settings: { note: SECRET },
      schema: { label: SECRET },
      metrics: { macro_f1: 0.5, [SECRET]: 1 },
      lineage: {
        upload_id: 'u',
        source: { bucket: 'raw', key: 'wine/a.csv', version_id: 'v', sha256: 's', note: SECRET },
        largest_classes: [SECRET],
        understood: { label: { name: SECRET } },
        contract: { note: SECRET },
        code_version: { hidden: SECRET },
      },
    });
    await promote('wine', 1, 0, `because of ${SECRET}`);
    await putNotice(table, 'wine#drift#v1#x', {
      kind: 'drift',
      model: 'wine',
      version: 1,
      artifact_sha256: 'a',
      records: 100,
      from: TODAY,
      to: TODAY,
      columns: 3,
      drifting: 1,
    });
    expect(await collectNow()).toBe(7);
    const events = await outbox();
    // Terraform puts summaries into JSON as they are.
    for (const { data } of events) expect(data.summary).toMatch(/^[\w .,:;()-]+$/);
    const told = JSON.stringify(events);
    expect(told).not.toContain('4711');
    expect(told).not.toContain('script');
  });

  it('is taken for a code of a refusal', async () => {
    await refuse('refused', `${SECRET}: line 2`);
    await collectNow();
    expect((await outbox())[0]).toMatchObject({ data: { code: null } });
  });
});

describe('the outbox', () => {
  it('goes on behind the last event that was sent', async () => {
    await register('wine', 1);
    await register('wine', 2);
    await collectNow();
    const sent: string[] = [];
    const send = async ({ id }: CloudEvent) => {
      if (id === 'wine/versions/2' && !sent.includes('fault')) {
        sent.push('fault');
        throw new Error('the bus is out of reach');
      }
      sent.push(id);
    };
    await expect(deliver({ table, send, hasTime: () => true })).rejects.toThrow('out of reach');
    expect(await deliver({ table, send, hasTime: () => true })).toEqual({ delivered: 1, isDone: true });
    expect(sent).toEqual(['wine/versions/1', 'fault', 'wine/versions/2']);
  });

  it('waits for the next call when time runs out', async () => {
    await register('wine', 1);
    await collectNow();
    const send = async () => undefined;
    expect(await deliver({ table, send, hasTime: () => false })).toEqual({ delivered: 0, isDone: false });
    expect(await deliver({ table, send, hasTime: () => true })).toEqual({ delivered: 1, isDone: true });
  });

  it('sends nothing later that came while it had no target', async () => {
    await register('wine', 1);
    await collectNow();
    await deliver({ table, send: undefined, hasTime: () => true });
    const sent: string[] = [];
    const send = async ({ id }: CloudEvent) => void sent.push(id);
    await register('wine', 2);
    await collectNow();
    await deliver({ table, send, hasTime: () => true });
    expect(sent).toEqual(['wine/versions/2']);
  });
});
