import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { promoteAutomatically } from '../../../lib/registry/automatic-promotion.ts';
import { newestDecision, type SourcePosition } from '../../../lib/registry/decisions.ts';
import { RegistryTable } from '../../../lib/registry/table.ts';
import { freezeBasis, getUpload, recordUpload, type UploadEntry } from '../../../lib/registry/uploads.ts';
import { getVersion, registerVersion } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft as version } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const sha = (digit: string) => digit.repeat(64);

describe('registerVersion', () => {
  it('numbers versions from 1 without a gap', async () => {
    for (const digit of ['1', '2', '3']) await registerVersion(registry.table, version('gapless', digit));
    const numbers: unknown[] = [];
    for await (const item of registry.table.list('MODEL#gapless', 'VERSION#')) numbers.push(item.version);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('returns the version that already has the fingerprint', async () => {
    const first = await registerVersion(registry.table, version('twice', '1'));
    const second = await registerVersion(registry.table, {
      ...version('twice', '1'),
      artifact_sha256: sha('f'),
    });
    expect(first).toMatchObject({ created: true, entry: { version: 1 } });
    expect(second).toMatchObject({ created: false, entry: { version: 1, artifact_sha256: sha('b') } });
  });

  it('finds the fingerprint without its hint', async () => {
    await registry.table.putIfAbsent({
      pk: 'MODEL#nohint',
      sk: 'VERSION#000000000001',
      ...version('nohint', '1'),
      version: 1,
    });
    expect(await registerVersion(registry.table, version('nohint', '1'))).toMatchObject({ created: false });
  });

  it('is not misled by a wrong hint', async () => {
    await registry.table.putIfAbsent({ pk: 'MODEL#wronghint', sk: `FINGERPRINT#${sha('9')}`, version: 1 });
    await registerVersion(registry.table, version('wronghint', '1'));
    expect(await registerVersion(registry.table, version('wronghint', '9'))).toMatchObject({
      created: true,
      entry: { version: 2 },
    });
  });

  it('gives ten concurrent trainers of one data set one version, and of ten data sets ten', async () => {
    const same = await Promise.all(
      Array.from({ length: 10 }, () => registerVersion(registry.table, version('race', '1'))),
    );
    expect(new Set(same.map(({ entry }) => entry.version))).toEqual(new Set([1]));
    expect(same.filter(({ created }) => created)).toHaveLength(1);
    const different = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        registerVersion(registry.table, version('race', (i + 2).toString(16))),
      ),
    );
    expect(different.map(({ entry }) => entry.version).sort((a, b) => a - b)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });

  it('registers a data set once when a concurrent trainer registers it during the look-up', async () => {
    await registerVersion(registry.table, version('between', '1'));
    const newest = registry.table.newest.bind(registry.table);
    const list = registry.table.list.bind(registry.table);
    let reads = 0;
    const other = async () => {
      // The concurrent version is registered directly after the first of the two reads, whichever comes
      // first.
      if (++reads === 1) await registerVersion(registry.table, version('between', '2'));
    };
    vi.spyOn(registry.table, 'newest').mockImplementation(async (...given) => {
      const found = await newest(...given);
      await other();
      return found;
    });
    vi.spyOn(registry.table, 'list').mockImplementation(async function* (...given) {
      yield* list(...given);
      await other();
    });
    expect(await registerVersion(registry.table, version('between', '2'))).toMatchObject({
      created: false,
      entry: { version: 2 },
    });
    vi.restoreAllMocks();
    expect(await getVersion(registry.table, 'between', 3)).toBeUndefined();
  });

  it('sorts the tenth version after the ninth in key order', async () => {
    expect(await getVersion(registry.table, 'race', 10)).toMatchObject({ version: 10 });
    expect((await registry.table.newest('MODEL#race', 'VERSION'))?.version).toBe(11);
  });
});

describe('promoteAutomatically', () => {
  const promote = (model: string, number: number, source: SourcePosition, compatible = true) =>
    promoteAutomatically(registry.table, {
      model,
      version: number,
      source,
      reason: 'test',
      decidedAt: '2026-01-01T00:00:00.000Z',
      isCompatibleWith: async () => compatible,
    });
  const source = (key: string, sequencer: string | null, uploadedAt: string): SourcePosition => ({
    key,
    sequencer,
    uploaded_at: uploadedAt,
  });

  it('makes the first version champion, and a newer one after it', async () => {
    await promote('p1', 1, source('a.csv', '01', '2026-01-01'));
    await promote('p1', 2, source('a.csv', '02', '2026-01-02'));
    expect(await newestDecision(registry.table, 'p1')).toMatchObject({
      decision: 2,
      champion: 2,
      from: 1,
      to: 2,
    });
  });

  it('keeps the champion when an older upload of the same key arrives late, by sequencer, not by time', async () => {
    await promote('p2', 1, source('a.csv', '0F', '2026-01-01'));
    expect(await promote('p2', 2, source('a.csv', '0E', '2026-01-09'))).toEqual({
      promoted: false,
      refusal: 'older_source',
    });
    expect(await newestDecision(registry.table, 'p2')).toMatchObject({ decision: 1, champion: 1 });
  });

  it('orders different keys by the time of upload', async () => {
    await promote('p3', 1, source('a.csv', '01', '2026-01-02'));
    expect(await promote('p3', 2, source('b.csv', 'FF', '2026-01-01'))).toMatchObject({
      refusal: 'older_source',
    });
    expect(await promote('p3', 3, source('b.csv', '00', '2026-01-03'))).toMatchObject({
      promoted: true,
      decision: 2,
    });
  });

  it('never promotes a former champion, so that a redelivery cannot undo a rollback', async () => {
    await promote('p4', 1, source('a.csv', '01', '2026-01-01'));
    await promote('p4', 2, source('a.csv', '02', '2026-01-02'));
    expect(await promote('p4', 1, source('a.csv', '03', '2026-01-03'))).toMatchObject({
      refusal: 'was_champion_before',
    });
    expect(await promote('p4', 2, source('a.csv', '03', '2026-01-03'))).toMatchObject({
      refusal: 'was_champion_before',
    });
  });

  it('leaves a version with another schema to a person', async () => {
    await promote('p5', 1, source('a.csv', '01', '2026-01-01'));
    expect(await promote('p5', 2, source('a.csv', '02', '2026-01-02'), false)).toMatchObject({
      refusal: 'schema_changed',
    });
  });

  it('keeps the log gapless when ten promotions race, and ends with the newest source', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => promote('p6', i + 1, source('a.csv', `0${i}`, '2026-01-01'))),
    );
    const log: unknown[] = [];
    for await (const item of registry.table.list('MODEL#p6', 'DECISION#')) log.push(item.decision);
    expect(log).toEqual(log.map((_, i) => i + 1));
    expect(await newestDecision(registry.table, 'p6')).toMatchObject({ champion: 10 });
  });
});

describe('recordUpload', () => {
  const entry = (status: UploadEntry['status']): UploadEntry => ({
    model: 'wine',
    upload_id: sha('d'),
    status,
    key: 'wine/x.csv',
    version_id: null,
    uploaded_at: '2026-01-01T00:00:00.000Z',
  });

  it('only moves forward', async () => {
    expect(await recordUpload(registry.table, entry('received'))).toBe(true);
    expect(await recordUpload(registry.table, { ...entry('accepted'), detail: 'fine' })).toBe(true);
    expect(await recordUpload(registry.table, entry('received'))).toBe(false);
    expect(await recordUpload(registry.table, entry('refused'))).toBe(false);
    expect(await getUpload(registry.table, 'wine', sha('d'))).toMatchObject({
      status: 'accepted',
      detail: 'fine',
    });
  });

  it('keeps an upload promoted when a refused delivery reports later, or reported before', async () => {
    for (const [digit, order] of [
      ['1', ['registered', 'promoted']],
      ['2', ['promoted', 'registered']],
    ] as const) {
      for (const status of order)
        await recordUpload(registry.table, { ...entry(status), upload_id: sha(digit) });
      expect(await getUpload(registry.table, 'wine', sha(digit))).toMatchObject({ status: 'promoted' });
    }
  });

  it('removes an earlier explanation when one delivery commits what another found deleted', async () => {
    const found = { ...entry('gone'), upload_id: sha('e'), detail: 'The object was deleted.' };
    expect(await recordUpload(registry.table, found)).toBe(true);
    expect(await recordUpload(registry.table, { ...entry('accepted'), upload_id: sha('e') })).toBe(true);
    const upload = await getUpload(registry.table, 'wine', sha('e'));
    expect(upload).toMatchObject({ status: 'accepted' });
    expect(upload).not.toHaveProperty('detail');
  });

  it('freezes the basis of an upload once, also after a delivery found the object deleted', async () => {
    const gone = { ...entry('gone'), upload_id: 'f'.repeat(64) };
    await recordUpload(registry.table, gone);
    const [first, second] = ['v1', 'v2'].map((version) => ({
      contract_version_id: version,
      feature_order: null,
    }));
    expect(await freezeBasis(registry.table, gone, first!)).toEqual(first);
    expect(await freezeBasis(registry.table, gone, second!)).toEqual(first);
    expect(await getUpload(registry.table, gone.model, gone.upload_id)).toMatchObject({
      status: 'gone',
      basis: first,
    });
  });
});

describe('the table when AWS fails', () => {
  const item = { pk: 'MODEL#m', sk: 'VERSION#000000000001', version: 1 };
  const mocked = () => {
    const client = new DynamoDBClient({ maxAttempts: 1 });
    return { mock: mockClient(client), table: new RegistryTable(client, 'registry') };
  };
  const failed = new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
  });

  it('treats its own write id, found after a lost reply, as success', async () => {
    const { mock, table } = mocked();
    let written: PutItemCommandInput['Item'];
    mock.on(PutItemCommand).callsFake((input: PutItemCommandInput) => {
      written = input.Item;
      throw new Error('socket hang up');
    });
    mock.on(GetItemCommand).callsFake(() => ({ Item: written }));
    expect(await table.putIfAbsent(item)).toEqual({ kind: 'written' });
  });

  it("treats another write id as someone else's item", async () => {
    const { mock, table } = mocked();
    mock.on(PutItemCommand).rejects(failed);
    mock
      .on(GetItemCommand)
      .resolves({ Item: { pk: { S: item.pk }, sk: { S: item.sk }, write_id: { S: 'other' } } });
    expect(await table.putIfAbsent(item)).toMatchObject({ kind: 'present', item: { write_id: 'other' } });
  });

  it('passes throttling on when nothing was written', async () => {
    const { mock, table } = mocked();
    mock.on(PutItemCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    mock.on(GetItemCommand).resolves({});
    await expect(table.putIfAbsent(item)).rejects.toThrow('slow down');
  });

  it('asks for a consistent read whenever it reads back', async () => {
    const { mock, table } = mocked();
    mock.on(PutItemCommand).rejects(failed);
    mock.on(GetItemCommand).resolves({ Item: { pk: { S: item.pk }, sk: { S: item.sk } } });
    await table.putIfAbsent(item);
    expect(mock.commandCalls(GetItemCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });
});
