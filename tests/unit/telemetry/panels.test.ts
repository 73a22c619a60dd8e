import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cloudWatchDashboard } from '../../../lib/deploy/cloudwatch-dashboard.ts';
import { grafanaDashboard } from '../../../lib/deploy/grafana-dashboard.ts';
import { METRICS, METRICS_NAMESPACE } from '../../../lib/telemetry/metric-names.ts';
import { panelRows } from '../../../lib/telemetry/panels.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/**
 * The metrics of AWS services, from the documentation of each, with the dimensions that the dashboards use.
 */
const AWS_METRICS: Readonly<Record<string, string>> = {
  'AWS/Lambda Errors': 'FunctionName',
  'AWS/Lambda Throttles': 'FunctionName',
  'AWS/Lambda Invocations': 'FunctionName',
  'AWS/Lambda Duration': 'FunctionName',
  'AWS/SQS ApproximateNumberOfMessagesVisible': 'QueueName',
  'AWS/Logs IncomingBytes': 'LogGroupName',
  'AWS/DynamoDB ConsumedReadCapacityUnits': 'TableName',
  'AWS/DynamoDB ConsumedWriteCapacityUnits': 'TableName',
};

interface Asked {
  readonly metric: string;
  readonly dimensions: string;
}

const own = Object.fromEntries(
  Object.values(METRICS).map(({ name, dimensions }) => [
    `${METRICS_NAMESPACE} ${name}`,
    ['service', ...dimensions].join(),
  ]),
);

type Widget = {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title?: string; metrics?: unknown[][] };
};
const { widgets } = cloudWatchDashboard() as { widgets: Widget[] };

function askedOf(line: unknown[]): Asked[] {
  const [first] = line;
  if (typeof first === 'object' && first !== null && 'expression' in first) {
    const searches = [
      ...String(first.expression).matchAll(/SEARCH\('\{(\w+),([\w,]+)\} MetricName="(\w+)"/g),
    ];
    if (searches.length === 0) throw new Error(`no search in ${String(first.expression)}`);
    return searches.map(([, namespace, dimensions, name]) => ({
      metric: `${namespace} ${name}`,
      dimensions: dimensions!,
    }));
  }
  const [namespace, name, ...rest] = line as string[];
  const dimensions = rest.slice(0, -1).filter((_, i) => i % 2 === 0);
  return [{ metric: `${namespace} ${name}`, dimensions: dimensions.join() }];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Panels that overlap or exceed the 24 columns. */
function misplaced(boxes: readonly Box[]): Box[] {
  return boxes.filter(
    (box, i) => box.x + box.w > 24 || boxes.slice(i + 1).some((other) => overlap(box, other)),
  );
}

describe('the dashboards', () => {
  it('both have a row for requests, for the model, for the data and for the cost', () => {
    const titles = panelRows().map(({ title }) => title);
    expect(titles).toEqual(['Requests, errors, duration', 'Model', 'Data', 'Cost']);
    const panels = grafanaDashboard().panels!;
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(titles);
    expect(widgets.filter(({ type }) => type === 'text')).toHaveLength(titles.length);
  });

  it('show every panel on at least one, under its own title', () => {
    const titles = panelRows().flatMap(({ panels }) => panels.map(({ title }) => title));
    expect(new Set(titles).size).toBe(titles.length);
    const shown = [
      ...widgets.map(({ properties }) => properties.title),
      ...grafanaDashboard().panels!.map(({ title }) => title),
    ];
    expect(titles.filter((title) => !shown.includes(title))).toEqual([]);
  });

  it('ask CloudWatch for metrics that exist, with the dimensions that they have', () => {
    const asked = widgets.flatMap(({ properties }) => (properties.metrics ?? []).flatMap(askedOf));
    expect(asked.length).toBeGreaterThan(40);
    const known = { ...AWS_METRICS, ...own };
    expect(asked.filter(({ metric, dimensions }) => known[metric] !== dimensions)).toEqual([]);
  });

  it('place their panels without overlap', () => {
    expect(misplaced(widgets.map(({ x, y, width: w, height: h }) => ({ x, y, w, h })))).toEqual([]);
    expect(misplaced(grafanaDashboard().panels!.map(({ gridPos }) => gridPos!))).toEqual([]);
  });

  it('number the panels and the queries of Grafana', () => {
    const { panels } = JSON.parse(read('terraform/grafana-dashboard.json')) as {
      panels: { id: number; targets?: { refId: string }[] }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets = [] } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });
});

describe('alarms', () => {
  const alarms = [
    ...read('terraform/alarms.tf').matchAll(/resource "aws_cloudwatch_metric_alarm" "(\w+)"/g),
  ].map(([, name]) => name!);

  it('exist for every event that needs a person', () => {
    expect(alarms.toSorted()).toEqual([
      'api_5xx',
      'dead_letters',
      'drift',
      'error_rate',
      'errors',
      'exporter_silence',
      'latency',
      'pending_uploads',
      'throttles',
      'training_failed',
    ]);
  });

  it('each have a runbook and a line in its table, and every runbook has its alarm', () => {
    const document = read('terraform/RUNBOOKS.md');
    const named = (pattern: RegExp) => [...document.matchAll(pattern)].map(([, name]) => name!).toSorted();
    expect(named(/^## `(\w+)`/gm)).toEqual(alarms.toSorted());
    expect(named(/^\| `(\w+)` \|/gm)).toEqual(alarms.toSorted());
  });
});
