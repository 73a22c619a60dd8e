import { afterEach, describe, expect, it, vi } from 'vitest';
import { cloudWatchDashboard } from '../../../lib/deploy/cloudwatch-dashboard.ts';
import { METRICS_NAMESPACE } from '../../../lib/telemetry/metric-names.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  vi.restoreAllMocks();
});

/** A process of a system with this name: its modules are read anew. */
async function systemNamed(name: string) {
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', name);
  const { EmfWriter } = await import('../../../lib/telemetry/emf-lines.ts');
  const { ownSeries } = await import('../../../lib/telemetry/metric-series.ts');
  const { newestGauges } = await import('../../../functions/metrics/newest-gauges.ts');
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  new EmfWriter().write([{ key: 'cacheHit', dimensions: {}, value: 1 }], '');
  vi.restoreAllMocks();
  return {
    emitted: (JSON.parse(written.join('')) as { service: string }).service,
    counted: ownSeries('cacheHit', {}, 'Sum').dimensions.service,
    newest: newestGauges(['m']).flatMap(({ rows }) => rows.map(({ series }) => series.dimensions.service)),
  };
}

describe('the metrics of a system', () => {
  it.each([
    ['second', 'second'],
    ['', 'classifier'],
  ])(
    'named "%s" have the service %s, where they are emitted and where they are read',
    async (name, service) => {
      const { emitted, counted, newest } = await systemNamed(name);
      expect([emitted, counted]).toEqual([service, service]);
      expect(newest.length).toBeGreaterThan(3);
      expect(new Set(newest)).toEqual(new Set([service]));
    },
  );

  it('are the only ones on its dashboard', () => {
    const { widgets } = cloudWatchDashboard() as { widgets: { properties: { metrics?: unknown[][] } }[] };
    const own = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter((line) => JSON.stringify(line).includes(METRICS_NAMESPACE));
    expect(own.length).toBeGreaterThan(15);
    const searches = (line: unknown[]) => JSON.stringify(line).split('SEARCH(').length - 1;
    const named = (line: unknown[]) => JSON.stringify(line).split(`service=\\"\${name}\\"`).length - 1;
    for (const line of own) {
      if (searches(line) > 0) expect(named(line)).toBe(searches(line));
      else expect(line).toContain(`\${name}`);
    }
  });
});
