import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { applyRetention, type RetentionReport } from '../../../../functions/housekeeping/retention.ts';
import { claimArtifact, tombstonedVersions } from '../../../../lib/registry/artifact-claims.ts';
import { decisionLog, newestDecision } from '../../../../lib/registry/decisions.ts';
import { promoteByHand, retireVersion } from '../../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { putObject } from '../../../../lib/storage/objects.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { MemoryS3 } from '../../../helpers/memory-s3.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';

let registry: TestRegistry;
let store: MemoryS3;
const logger = createLogger();
logger.setLogLevel('SILENT');
beforeAll(() => {
  vi.spyOn(logger, 'warn');
});
afterEach(async () => {
  await registry.close();
});
afterAll(() => vi.restoreAllMocks());

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const sha = (digit: string) => digit.repeat(64);
const isoBefore = (ms: number) => new Date(NOW - ms).toISOString();

/**
 * Adds model `m` with this many versions. Each has its own artifact and reports; all were registered 31 days
 * ago.
 */
async function start(count: number): Promise<void> {
  registry = await openTestRegistry();
  store = new MemoryS3();
  for (const digit of Array.from({ length: count }, (_, i) => (i + 1).toString(16))) await add(digit, digit);
}

async function add(fingerprintDigit: string, artifactDigit: string): Promise<void> {
  const name = `m/${sha(artifactDigit)}`;
  for (const ending of ['.knn', '.report.html', '.report.json'])
    await putObject(client(), { bucket: 'models', key: `${name}${ending}` }, artifactDigit, 'any');
  await registerVersion(registry.table, {
    ...versionDraft('m', fingerprintDigit),
    artifact_sha256: sha(artifactDigit),
    artifact_key: `${name}.knn`,
    registered_at: isoBefore(31 * DAY_MS),
  });
}

const client = () => store.client((_command, _input, send) => send());

async function decide(kind: 'promote' | 'retire', version: number, agoMs = 2 * DAY_MS): Promise<void> {
  const basedOn = (await newestDecision(registry.table, 'm'))?.decision ?? 0;
  const request = { model: 'm', version, basedOn, actor: 'ann', reason: 'test', decidedAt: isoBefore(agoMs) };
  const outcome =
    kind === 'promote'
      ? await promoteByHand(registry.table, request, async () => true)
      : await retireVersion(registry.table, request);
  expect(outcome.kind).toBe('decided');
}

const retain = (changed: Partial<Parameters<typeof applyRetention>[0]> = {}): Promise<RetentionReport> =>
  applyRetention({
    s3: client(),
    table: registry.table,
    modelsBucket: 'models',
    policy: { versions: 2, champions: 1, days: 30 },
    graceSeconds: 86_400,
    logger,
    now: () => NOW,
    ...changed,
  });

const names = () => [...new Set(store.keys().map((key) => key.slice(2, 3)))].join('');

describe('applyRetention', () => {
  it('retires by the rule, records who and why, and deletes nothing before the grace period is over', async () => {
    await start(4);
    await decide('promote', 1);
    expect(await retain()).toEqual({ retired: [{ model: 'm', version: 2 }], deleted: [], kept: [] });
    expect((await decisionLog(registry.table, 'm')).at(-1)).toEqual({
      decision: 2,
      action: 'retire',
      automatic: true,
      champion: 1,
      high_water: null,
      actor: 'housekeeping',
      reason: 'not among the newest 2 versions or the last 1 champions, and registered more than 30 days ago',
      from: 2,
      to: null,
      decided_at: '2026-06-01T00:00:00.000Z',
    });
    expect(names()).toBe('1234');
    expect(await retain({ now: () => NOW + DAY_MS - 1 })).toEqual({ retired: [], deleted: [], kept: [] });
    const { deleted } = await retain({ now: () => NOW + DAY_MS });
    expect(deleted).toEqual(['.knn', '.report.html', '.report.json'].map((end) => `m/${sha('2')}${end}`));
    expect(names()).toBe('134');
  });

  it('applies the rule again when another decision comes between the rule and its retirement', async () => {
    await start(4);
    await decide('promote', 1);
    const put = vi.spyOn(registry.table, 'putIfAbsent').mockImplementationOnce(async (item) => {
      // Version 2 would have been retired, but a person decided first.
      await decide('promote', 2);
      return await registry.table.putIfAbsent(item);
    });
    expect((await retain()).retired).toEqual([{ model: 'm', version: 1 }]);
    put.mockRestore();
  });

  it('deletes every S3 version of an object by its id', async () => {
    await start(2);
    await putObject(client(), { bucket: 'models', key: `m/${sha('1')}.knn` }, '1', 'any');
    await decide('retire', 1);
    expect((await retain()).deleted).toHaveLength(4);
    expect(names()).toBe('2');
    expect(await tombstonedVersions(registry.table, 'm', sha('1'))).toHaveLength(4);
  });

  it('keeps an artifact that a version in use also names', async () => {
    await start(1);
    await add('2', '1');
    await decide('retire', 1);
    expect(await retain()).toEqual({ retired: [], deleted: [], kept: [] });
    await decide('retire', 2, DAY_MS);
    expect((await retain()).deleted).toHaveLength(6);
  });

  it('keeps an artifact that a training has claimed until the claimed version is also retired', async () => {
    await start(1);
    await decide('retire', 1);
    await claimArtifact(registry.table, { model: 'm', artifactSha256: sha('1'), fingerprint: sha('2') });
    const report = await retain();
    expect(report.deleted).toEqual([]);
    expect(report.kept).toHaveLength(3);
    expect(report.kept[0]?.reason).toContain('claimed');
    await add('2', '1');
    expect((await retain()).deleted).toEqual([]);
    await decide('retire', 2, DAY_MS);
    expect((await retain()).deleted).toHaveLength(6);
    expect(names()).toBe('');
  });

  it('keeps an artifact that is claimed after its tombstone was written, and leaves the tombstone', async () => {
    await start(1);
    await decide('retire', 1);
    const put = registry.table.putIfAbsent.bind(registry.table);
    vi.spyOn(registry.table, 'putIfAbsent').mockImplementation(async (item) => {
      const outcome = await put(item);
      const claim = { pk: 'MODEL#m', sk: `ARTIFACT#${sha('1')}#CLAIM#${sha('2')}`, fingerprint: sha('2') };
      if (item.sk.includes('#TOMBSTONE#')) await put(claim);
      return outcome;
    });
    const report = await retain();
    expect(report.deleted).toEqual([]);
    expect(await tombstonedVersions(registry.table, 'm', sha('1'))).toHaveLength(3);
  });

  it('never deletes an object without a version id, and says why', async () => {
    await start(1);
    await decide('retire', 1);
    const unversioned = store.client(async (command, _input, send) => {
      const reply = (await send()) as { Versions?: { VersionId: string }[] };
      if (command === 'ListObjectVersionsCommand')
        for (const version of reply.Versions ?? []) version.VersionId = 'null';
      return reply;
    });
    const report = await retain({ s3: unversioned });
    expect(report.deleted).toEqual([]);
    expect(report.kept.map(({ reason }) => reason)).toEqual(
      Array(3).fill(expect.stringContaining('no version id')),
    );
    expect(logger.warn).toHaveBeenCalledWith(
      expect.any(String),
      expect.objectContaining({ key: report.kept[0]?.key }),
    );
    expect(names()).toBe('1');
  });

  it('processes the other models when one fails, and fails at the end', async () => {
    await start(2);
    await decide('retire', 1);
    await registry.table.putIfAbsent({ pk: 'MODELS', sk: 'a-broken-one' });
    await registry.table.putIfAbsent({
      pk: 'MODEL#a-broken-one',
      sk: 'DECISION#000000000001',
      action: 'dance',
    });
    await expect(retain()).rejects.toThrow('retention failed for 1 models');
    expect(names()).toBe('2');
  });

  it('sends S3 no request and reads no version while nothing can be due', async () => {
    await start(2);
    await decide('promote', 1);
    const list = vi.spyOn(registry.table, 'list');
    const s3 = store.client(async (command) => {
      throw new Error(`${command} was asked for`);
    });
    expect(await retain({ s3 })).toEqual({ retired: [], deleted: [], kept: [] });
    expect(list.mock.calls.filter(([, prefix]) => prefix === 'VERSION#')).toEqual([]);
  });
});
