import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricKey } from '../../../lib/telemetry/metric-names.ts';

const ROOT = new URL('../../../', import.meta.url);

function sources(...folders: string[]): { file: string; text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({
        file: `${folder}${file}`,
        text: readFileSync(new URL(`${folder}${file}`, ROOT), 'utf8'),
      })),
  );
}

const production = sources('functions/', 'lib/').filter(({ file }) => !file.startsWith('lib/local/'));
const keys = Object.keys(METRICS) as MetricKey[];

describe('the metrics of this system', () => {
  it('are emitted only with the names of the names module', () => {
    const others = production.filter(
      ({ file, text }) =>
        file !== 'lib/telemetry/emf-lines.ts' && /addMetric\(|"?CloudWatchMetrics"?:/.test(text),
    );
    expect(others.map(({ file }) => file)).toEqual([]);
  });

  it('have unique names', () => {
    const names = keys.map((key) => METRICS[key].name);
    expect(new Set(names).size).toBe(names.length);
  });
});
