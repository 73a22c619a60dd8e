import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CurrentSnapshot } from '../../../../functions/metrics/current-snapshot.ts';
import { expose } from '../../../../functions/metrics/expose.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../../../functions/metrics/snapshot.ts';
import { SnapshotStore } from '../../../../functions/metrics/snapshot-store.ts';
import { takeSnapshot } from '../../../../functions/metrics/take-snapshot.ts';
import { FUNCTION_NAMES } from '../../../../lib/functions.ts';
import { promoteByHand } from '../../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';
import { lambdaSeries, seriesKeyOf } from '../../../../lib/telemetry/metric-series.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 5, 1, 12);

const logger = createLogger();
const logged = vi.spyOn(logger, 'error').mockImplementation(() => undefined);

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

/** Each test uses a later time than the one before, so that the shared item does not affect it. */
let nowMs = START_MS;
const clock = () => ({ wallMs: nowMs, steadyMs: nowMs });
beforeEach(() => {
  nowMs += 400 * 86_400_000;
});

const empty = (ms: number, count: number): Snapshot => ({
  takenMs: ms,
  year: new Date(ms).getUTCFullYear(),
  totals: { requests: count },
  settled: { days: { startMs: 0, endMs: 0, sums: {} }, hours: { startMs: 0, endMs: 0, sums: {} } },
  newest: {},
  models: [],
});

/** An instance of the function. Its CloudWatch counts up with every read. */
function instance(
  take = async (before: Snapshot | undefined, ms: number) => {
    const sameYear = before?.year === new Date(ms).getUTCFullYear();
    return empty(ms, sameYear ? before.totals.requests! + 1 : 0);
  },
) {
  const taken = vi.fn(take);
  const wall = { stepMs: 0 };
  const clock = () => ({ wallMs: nowMs + wall.stepMs, steadyMs: nowMs });
  const store = new SnapshotStore(registry.table);
  const current = new CurrentSnapshot({
    refreshSeconds: 60,
    firstWaitMs: 0,
    logger,
    clock,
    store,
    take: taken,
  });
  return { taken, wall, get: () => current.get() };
}

describe('currentSnapshot', () => {
  it('reads CloudWatch once in an interval for all instances, and all serve the same', async () => {
    const instances = Array.from({ length: 5 }, () => instance());
    await instances[0]!.get();
    nowMs += 61_000;
    const answers = await Promise.all(instances.map(({ get }) => get()));
    const reads = instances.reduce((sum, { taken }) => sum + taken.mock.calls.length, 0);
    expect(reads).toBe(2);
    // Calls during the read serve the previous snapshot.
    expect(new Set(answers.map(({ totals }) => totals.requests)).size).toBeLessThanOrEqual(2);
    const later = await Promise.all(instances.map(({ get }) => get()));
    expect(new Set(later.map(({ totals }) => totals.requests)).size).toBe(1);
    expect(instances.reduce((sum, { taken }) => sum + taken.mock.calls.length, 0)).toBe(2);
  });

  it('serves the last snapshot when CloudWatch cannot be read, and tries again in the next interval', async () => {
    const { get } = instance();
    const before = await get();
    nowMs += 61_000;
    const broken = instance(async () => {
      throw new Error('throttled');
    });
    expect(await broken.get()).toEqual(before);
    expect(logged).toHaveBeenLastCalledWith('the metrics could not be refreshed', expect.any(Error));
    expect(await get()).toEqual(before);
    nowMs += 61_000;
    expect((await get()).totals.requests).toBe(before.totals.requests! + 1);
  });

  it('drops the read of a slow instance when another one stored a snapshot meanwhile', async () => {
    const quick = instance();
    const first = await quick.get();
    nowMs += 61_000;
    const slow = instance(async (_before, ms) => {
      await quick.get();
      nowMs += 61_000;
      await quick.get();
      return empty(ms, 1_000_000);
    });
    const served = await slow.get();
    expect(served.totals.requests).toBe(first.totals.requests! + 1);
    expect(await quick.get()).toEqual(served);
  });

  it.each([-3_600_000, 3_600_000])(
    'is refreshed in every interval while one of two instances has a wall clock that is off by %d ms',
    async (stepMs) => {
      const [right, wrong] = [instance(), instance()];
      await right.get();
      wrong.wall.stepMs = stepMs;
      for (let i = 0; i < 4; i++) {
        nowMs += 61_000;
        const before = await (i % 2 === 0 ? wrong : right).get();
        nowMs += 61_000;
        const after = await right.get();
        expect(after.totals.requests).toBeGreaterThan(before.totals.requests!);
        expect(Math.abs(after.takenMs - nowMs)).toBeLessThan(60_000);
      }
    },
  );

  it('is refreshed when all wall clocks were ahead and are set back', async () => {
    const one = instance();
    one.wall.stepMs = 3_600_000;
    const ahead = await one.get();
    one.wall.stepMs = 0;
    nowMs += 61_000;
    expect((await one.get()).totals.requests).toBe(ahead.totals.requests! + 1);
  });

  it('starts again with each year, and a clock that is behind does not bring the old year back', async () => {
    const { get } = instance();
    nowMs = Date.UTC(new Date(nowMs).getUTCFullYear(), 11, 31, 23, 59, 59);
    await get();
    nowMs += 61_000;
    const newYear = await get();
    expect(newYear.totals.requests).toBe(0);
    nowMs -= 10 * MINUTE_MS;
    expect(await get()).toEqual(newYear);
    nowMs += 10 * MINUTE_MS;
  });

  it('answers 503 with a problem when there is no snapshot and CloudWatch cannot be read', async () => {
    const other = await openTestRegistry();
    const store = new SnapshotStore(other.table);
    const take = () => Promise.reject(new Error('no credentials'));
    const current = new CurrentSnapshot({ store, take, refreshSeconds: 60, firstWaitMs: 0, logger, clock });
    const expected = { status: 503, code: 'no_snapshot', headers: { 'retry-after': '15' } };
    await expect(current.get()).rejects.toMatchObject(expected);
    await other.close();
    await expect(current.get()).rejects.toMatchObject(expected);
  });

  it('waits for the first snapshot while another instance takes it', async () => {
    const other = await openTestRegistry();
    const store = new SnapshotStore(other.table);
    const deps = { store, refreshSeconds: 60, firstWaitMs: 20_000, logger, clock };
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const taking = new CurrentSnapshot({
      ...deps,
      take: async (_before, ms) => {
        begun.resolve();
        await release.promise;
        return empty(ms, 7);
      },
    }).get();
    await begun.promise;
    const second = new CurrentSnapshot({ ...deps, take: () => Promise.reject(new Error('claimed twice')) });
    const waiting = second.get();
    release.resolve();
    expect((await Promise.all([taking, waiting])).map(({ totals }) => totals.requests)).toEqual([7, 7]);
    await other.close();
  });
});

const HOSTILE = ['"quoted"', 'new\nline', 'back\\slash', '{brace="x"} 1', '\u2028\u{1f600}é', '# HELP x'];

describe('the exposition', () => {
  const cloudWatch = new CloudWatchClient({});
  mockClient(cloudWatch)
    .on(GetMetricDataCommand)
    .callsFake(({ MetricDataQueries }: { MetricDataQueries: { Id: string }[] }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id }) => ({ Id, Values: [2], Timestamps: [new Date(0)] })),
    }));
  const sources = () => ({ cloudWatch, table: registry.table, functionPrefix: 'x-' });

  async function withChampion(model: string, classes: readonly string[]): Promise<void> {
    const draft = versionDraft(model, '1');
    const lineage = { ...draft.lineage, largest_classes: classes.slice(0, 20) };
    await registerVersion(registry.table, { ...draft, lineage });
    const decided = { basedOn: 0, actor: 'test', reason: 'test', decidedAt: new Date(nowMs).toISOString() };
    await promoteByHand(registry.table, { model, version: 1, ...decided }, async () => true);
  }

  const textOf = async () => {
    const snapshot = await takeSnapshot(sources(), undefined, nowMs);
    return expose(decodeSnapshot(encodeSnapshot(snapshot)), 'x-', nowMs + 5000);
  };
  const samplesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('has as many series for 10,000 classes with hostile names as for 20 plain ones', async () => {
    await withChampion(
      'plain',
      Array.from({ length: 20 }, (_, i) => `class ${i}`),
    );
    const plain = samplesOf(await textOf()).filter((line) => line.includes('model="plain"'));
    await withChampion(
      'hostile',
      Array.from({ length: 10_000 }, (_, i) => `${HOSTILE[i % HOSTILE.length]}${i}`),
    );
    const text = await textOf();
    const hostile = samplesOf(text).filter((line) => line.includes('model="hostile"'));
    expect(hostile.length).toBe(plain.length);
    const sample =
      /^[a-z_][a-z0-9_]*(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\})? (\d+(\.\d+)?(e[+-]?\d+)?|\+Inf)$/u;
    expect(samplesOf(text).filter((line) => !sample.test(line))).toEqual([]);
    expect(text).toContain('label="new\\nline1"');
  });

  it('names every series once, types every family once, and gives the age of its numbers', async () => {
    const text = await textOf();
    const names = samplesOf(text).map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(names).size).toBe(names.length);
    const types = text.match(/^# TYPE \S+/gm)!;
    expect(new Set(types).size).toBe(types.length);
    expect(text).toContain('classifier_metrics_snapshot_age_seconds 5\n');
  });

  it('counts the calls that Lambda refused, for every function under its deployed name', async () => {
    const { totals } = await takeSnapshot(sources(), undefined, nowMs);
    const refused = Object.fromEntries(
      FUNCTION_NAMES.map((name, i) => [seriesKeyOf(lambdaSeries(`x-${name}`, 'Throttles')), i + 1]),
    );
    expect(Object.keys(totals)).toEqual(expect.arrayContaining(Object.keys(refused)));
    const snapshot = { ...(await takeSnapshot(sources(), undefined, nowMs)), totals: refused };
    const samples = samplesOf(expose(snapshot, 'x-', nowMs)).filter((line) => line.includes('throttles'));
    expect(samples).toEqual(
      FUNCTION_NAMES.map((name, i) => `classifier_throttles_total{function="${name}"} ${i + 1}`),
    );
  });

  it('has cumulative buckets that end at the count, whatever CloudWatch returns', async () => {
    const snapshot = await takeSnapshot(sources(), undefined, nowMs);
    const totals = Object.fromEntries(
      Object.entries(snapshot.totals).map(([key, total], i) => [
        key,
        key.includes('TC(') ? (i * 7) % 13 : key.includes('SampleCount') ? 9 : total,
      ]),
    );
    const text = expose({ ...snapshot, totals }, 'x-', nowMs);
    const buckets = [
      ...text.matchAll(/duration_seconds_bucket\{route="POST \/predict",le="(.+?)"\} (\d+)/g),
    ].map(([, , value]) => Number(value));
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toBe(9);
  });
});
