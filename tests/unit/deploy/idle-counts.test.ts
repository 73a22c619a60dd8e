import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { totalUsd } from '../../../lib/cost/cost-lines.ts';
import { beyondFree, idleMonth } from '../../../lib/deploy/cost.ts';
import { idleTotals } from '../../../lib/deploy/cost-document.ts';
import { ALARMS, IDLE_COUNTS } from '../../../lib/deploy/idle-counts.ts';

const folder = new URL('../../../terraform/', import.meta.url);
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('what bills an idle system', () => {
  it('knows every alarm of terraform/alarms.tf, and how often it is made', () => {
    const resource =
      /^resource "aws_cloudwatch_metric_alarm" "(\w+)" \{\n(?: {2}(?:for_each|count) += (.+)\n)?/gm;
    const found = [...read('terraform/alarms.tf').matchAll(resource)].map(([, name, each]) => [name, each]);
    expect(Object.entries(ALARMS).map(([name, { each }]) => [name, each])).toEqual(found);
    const others = readdirSync(folder).filter((name) => name.endsWith('.tf') && name !== 'alarms.tf');
    expect(others.length).toBeGreaterThan(5);
    for (const name of others)
      expect(read(`terraform/${name}`), name).not.toContain('resource "aws_cloudwatch_metric_alarm"');
  });

  it('counts an alarm on two metrics twice', () => {
    const queried = /id += "percent"[\s\S]*?for_each = \{ requests = "Count", faults = "5xx" \}/;
    expect(read('terraform/alarms.tf')).toMatch(queried);
    expect(ALARMS.error_rate!.metrics).toBe(2);
    expect(IDLE_COUNTS.alarms).toBeGreaterThan(IDLE_COUNTS.alarmResources);
  });

  it('has the free tier once for each price', () => {
    const lines = idleMonth({ alarms: 14, dashboards: 1, schedules: 0, queues: 0 });
    expect(totalUsd(beyondFree(lines))).toBeCloseTo(0.4);
    expect(totalUsd(beyondFree(idleMonth({ ...IDLE_COUNTS, alarms: 0, dashboards: 3 })))).toBeLessThan(1);
  });

  it('is what the first document says', () => {
    const { full, withFreeTier } = idleTotals();
    expect(read('README.md')).toContain(`[${full} a month before the free tier, ${withFreeTier} with it;`);
  });
});
