import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishVersion } from '../../../../functions/train/publish-version.ts';
import { type Manifest, summaryOf } from '../../../../lib/dataset/manifest.ts';
import { isArtifactIntact } from '../../../../lib/registry/artifact-check.ts';
import { claimsOn, putTombstone } from '../../../../lib/registry/artifact-claims.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../../../lib/registry/item-size.ts';
import { retireVersion } from '../../../../lib/registry/manual-decisions.ts';
import { getVersion } from '../../../../lib/registry/versions.ts';
import { deleteObjectVersion } from '../../../../lib/storage/object-versions.ts';
import { headObject, putObject, readObject } from '../../../../lib/storage/objects.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import { DEFAULT_SETTINGS } from '../../../../lib/training/settings.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { type LearntModel, learnModels } from '../../../helpers/learnt-models.ts';
import { MemoryS3 } from '../../../helpers/memory-s3.ts';

let registry: TestRegistry;
let learnt: readonly LearntModel[];
beforeAll(async () => {
  registry = await openTestRegistry();
  learnt = learnModels(2);
});
afterAll(() => registry.close());

/** Each test has its own model. */
let model = 'm0';
let store: MemoryS3;
beforeEach(() => {
  model = `m${Number(model.slice(1)) + 1}`;
  store = new MemoryS3();
});

const logger = createLogger();
logger.setLogLevel('SILENT');
const s3 = () => store.client((_command, _input, send) => send());
const learn = vi.fn(async () => learnt[0]!);
beforeEach(() => learn.mockClear());

const manifest = (): Manifest => ({
  model,
  upload_id: '1'.repeat(64),
  dataset_sha256: learnt[0]!.datasetSha256,
  source: {
    bucket: 'raw',
    key: `${model}/a.csv`,
    version_id: 'v',
    size_bytes: 1,
    sha256: null,
    uploaded_at: '2026-01-01T00:00:00.000Z',
    sequencer: '01',
  },
  rows: { read: 40, accepted: 40, rejected: 0, blank: 0 },
  schema: learnt[0]!.schema,
  label: 'class',
  classes: ['a', 'b'],
  files: { data: 'd', rejects: 'r', report: 'p', report_page: 'q' },
  code_version: 'test',
});

const publish = (settings = DEFAULT_SETTINGS, client = s3(), given = manifest()) =>
  publishVersion(given, learn, {
    s3: client,
    table: registry.table,
    modelsBucket: 'models',
    settings,
    codeVersion: 'test',
    logger,
    now: () => Date.UTC(2026, 0, 2),
  });

const versionIdAt = async (key: string) => (await headObject(s3(), { bucket: 'models', key }))?.versionId;

const textAt = async (key: string) =>
  Buffer.from((await readObject(s3(), { bucket: 'models', key }))!).toString('utf8');

/** Deletes the object at a key, as a person would. */
async function remove(key: string): Promise<void> {
  await deleteObjectVersion(s3(), { bucket: 'models', key, versionId: (await versionIdAt(key))! });
}

const retire = (version: number) =>
  retireVersion(registry.table, {
    model,
    version,
    basedOn: 0,
    actor: 'ann',
    reason: 'test',
    decidedAt: '2026-01-02T00:00:00.000Z',
  });

describe('publishVersion', () => {
  it('claims the artifact, then stores and verifies it, and registers the version last', async () => {
    const order: string[] = [];
    const put = registry.table.putIfAbsent.bind(registry.table);
    const puts = vi.spyOn(registry.table, 'putIfAbsent').mockImplementation((item) => {
      order.push(item.sk.replace(/[#][0-9a-f]{64}/g, '').replace(/#0+/, ' '));
      return put(item);
    });
    const noted = store.client((command, input, send) => {
      order.push(
        `${command} ${String(input.Key)
          .split('.')
          .slice(1)
          .join('.')
          .replace(/^[0-9a-f]{64}\./, '')}`,
      );
      return send();
    });
    const entry = await publish(DEFAULT_SETTINGS, noted);
    puts.mockRestore();
    expect(order).toEqual([
      'ARTIFACT#CLAIM',
      'PutObjectCommand knn',
      'GetObjectCommand knn',
      'PutObjectCommand schema.json',
      'GetObjectCommand schema.json',
      'PutObjectCommand drift.json',
      'PutObjectCommand report.json',
      'PutObjectCommand report.html',
      model,
      'VERSION 1',
      'FINGERPRINT',
    ]);
    expect(await claimsOn(registry.table, model, entry.artifact_sha256)).toEqual([entry.fingerprint]);
    expect(await isArtifactIntact(s3(), 'models', entry)).toBe(true);
  });

  it('does not train again when the version is registered and its artifact exists', async () => {
    const first = await publish();
    expect(await publish()).toEqual(await getVersion(registry.table, model, first.version));
    expect(learn).toHaveBeenCalledTimes(1);
  });

  it('trains again when requests change their form, which the sha256 of the data does not show', async () => {
    const plain = await publish();
    const said = (schema: Partial<Manifest['schema']>) =>
      publish(DEFAULT_SETTINGS, s3(), { ...manifest(), schema: { ...manifest().schema, ...schema } });
    const [column] = manifest().schema.columns;
    const strict = await said({ columns: [{ ...column!, required: true }] });
    const indexed = await said({ ignored: ['id'] });
    const dates = (format: 'iso' | 'dd/mm/yyyy') =>
      said({ columns: [{ name: 'x', type: 'datetime', nullable: false, min: null, max: null, format }] });
    const european = await dates('dd/mm/yyyy');
    expect(new Set([plain, strict, indexed, european].map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect((await dates('iso')).fingerprint).toBe(plain.fingerprint);
    expect((await said({})).fingerprint).toBe(plain.fingerprint);
  });

  it('trains again to restore a missing artifact', async () => {
    const first = await publish();
    await remove(first.artifact_key);
    expect((await publish()).version).toBe(first.version);
    expect(learn).toHaveBeenCalledTimes(2);
    expect(await isArtifactIntact(s3(), 'models', first)).toBe(true);
  });

  it('fails, and says what to do, when training again gives other bytes than the missing ones', async () => {
    const first = await publish();
    await remove(first.artifact_key);
    learn.mockResolvedValueOnce(learnt[1]!);
    await expect(publish()).rejects.toThrow(
      /gave other bytes: expected [0-9a-f]{64}, got .*retire the version/,
    );
  });

  it('restores a missing schema, and says what to do when this upload has another one', async () => {
    const first = await publish();
    expect(JSON.parse(await textAt(first.schema_key!))).toEqual(manifest().schema);
    await remove(first.schema_key!);
    expect((await publish()).version).toBe(first.version);
    expect(await isArtifactIntact(s3(), 'models', first)).toBe(true);
    await remove(first.schema_key!);
    const other = { ...manifest(), schema: { ...manifest().schema, missing_tokens: ['none'] } };
    const again = publish(DEFAULT_SETTINGS, s3(), other);
    await expect(again).rejects.toThrow(/the schema of "m\d+" v1 is gone.*restore m\d+\/.*schema\.json/);
  });

  it('registers a schema of more than DynamoDB takes', async () => {
    const categories = Array.from({ length: 4000 }, (_, i) => `${'中'.repeat(100)}${i}`);
    const column = { type: 'categorical', nullable: false, categories, allowed: null } as const;
    const columns = ['b', 'c', 'd'].map((name) => ({ ...column, name }));
    const schema = { ...manifest().schema, columns };
    const { version, schema_key } = await publish(DEFAULT_SETTINGS, s3(), { ...manifest(), schema });
    expect(JSON.parse(await textAt(schema_key!))).toEqual(schema);
    const item = await registry.table.get(`MODEL#${model}`, `VERSION#00000000000${version}`);
    expect(JSON.stringify(item).length).toBeLessThan(10_000);
  });

  it('writes items within their bound for a table that is as large as it may be in everything', async () => {
    const name = (i: number) => `${i}${'\u{1f40e}'.repeat(124)}`;
    const names = Array.from({ length: 999 }, (_, i) => name(i));
    const understood = summaryOf(
      {
        format: 'csv',
        compression: 'gzip',
        encoding: 'windows-1252',
        delimiter: ';',
        decimal: ',',
        line_end: 'mixed',
        header: true,
        skipped_lines: 10_000,
        label: { name: name(999), chosen_by: 'position', likelier: names.slice(0, 3) },
        ignored: names.map((each) => ({ name: each, reason: 'contract' })),
        columns: names.map((each) => ({ name: each, kind: 'numeric', written_as: 'currency', gaps: names })),
      },
      [],
    );
    const source = {
      ...manifest().source,
      key: `${model}/${'é'.repeat(500)}.csv`,
      version_id: 'v'.repeat(1024),
    };
    const columns = names.map((each) => ({ ...manifest().schema.columns[0]!, name: each }));
    const schema = { ...manifest().schema, columns, label: name(999), feature_order: names, ignored: names };
    const classesBySize = names;
    learn.mockResolvedValueOnce({ ...learnt[0]!, trained: { ...learnt[0]!.trained, classesBySize } });
    const { version } = await publish(DEFAULT_SETTINGS, s3(), { ...manifest(), understood, source, schema });
    const item = marshall((await registry.table.get(`MODEL#${model}`, `VERSION#00000000000${version}`))!);
    expect(itemBytes(item)).toBeGreaterThan(50_000);
    expect(itemBytes(item)).toBeLessThan(MAX_ITEM_BYTES);
  });

  it('does not restore the artifact of a retired version', async () => {
    const first = await publish();
    await retire(1);
    await remove(first.artifact_key);
    expect((await publish()).version).toBe(1);
    expect(learn).toHaveBeenCalledTimes(1);
    expect(await isArtifactIntact(s3(), 'models', first)).toBe(false);
  });

  it('writes again what a deletion is about to remove, including reports and baseline', async () => {
    const { artifact_key, report_key, artifact_sha256, schema_key } = await publish();
    await retire(1);
    const others = ['report.html', 'drift.json'].map((end) => report_key.replace('report.json', end));
    const keys = [artifact_key, report_key, schema_key!, ...others];
    const doomed = await Promise.all(
      keys.map(async (key) => ({ key, versionId: (await versionIdAt(key))! })),
    );
    for (const { key, versionId } of doomed)
      await putTombstone(registry.table, { model, artifactSha256: artifact_sha256, key }, versionId);
    const gate = { ...DEFAULT_SETTINGS.gate, champion_margin: 0.1 };
    const second = await publish({ ...DEFAULT_SETTINGS, gate });
    expect(second).toMatchObject({ version: 2, artifact_sha256 });
    for (const at of doomed) await deleteObjectVersion(s3(), { bucket: 'models', ...at });
    expect(await isArtifactIntact(s3(), 'models', second)).toBe(true);
    expect(store.keys()).toEqual(keys.sort());
    // Once is enough: no deletion is about to remove the new objects.
    const ids = await Promise.all(keys.map(versionIdAt));
    await publish({ ...DEFAULT_SETTINGS, gate: { ...gate, champion_margin: 0.2 } });
    expect(await Promise.all(keys.map(versionIdAt))).toEqual(ids);
  });

  it('refuses to register an artifact when the bucket holds other bytes', async () => {
    const key = `${model}/${learnt[0]!.trained.artifactSha256}.knn`;
    await putObject(s3(), { bucket: 'models', key }, 'spoilt', 'any');
    await expect(publish()).rejects.toThrow(/expected that sha256, the bucket holds [0-9a-f]{64}/);
    expect(await getVersion(registry.table, model, 1)).toBeUndefined();
  });
});

describe('isArtifactIntact', () => {
  it('is false of other bytes and of none', async () => {
    const entry = await publish();
    const key = entry.artifact_key;
    await putObject(s3(), { bucket: 'models', key }, 'spoilt', 'any');
    expect(await isArtifactIntact(s3(), 'models', entry)).toBe(false);
    await remove(key);
    expect(await isArtifactIntact(s3(), 'models', entry)).toBe(true);
    await remove(key);
    expect(await isArtifactIntact(s3(), 'models', entry)).toBe(false);
  });

  it('refuses data that is too large to train on before anything is read, and says what would fit', async () => {
    const rows = { read: 1e9, accepted: 1e9, rejected: 0, blank: 0 };
    const refused = publish(DEFAULT_SETTINGS, s3(), { ...manifest(), rows });
    await expect(refused).rejects.toThrow(/^training on 1000000000 rows of .* GB; send about \d+ rows/);
    await expect(refused).rejects.toMatchObject({ code: 'memory' });
    expect(learn).not.toHaveBeenCalled();
  });
});
