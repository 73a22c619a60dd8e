import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionFacts, triggeredBy } from '../functions.ts';
import { DEFAULT_ROUTE, GATEWAY_ROUTES } from '../routes.ts';
import { BUCKET_CORS } from '../storage/bucket-cors.ts';
import { METRICS, METRICS_NAMESPACE, PREDICTION_ROUTES } from '../telemetry/metric-names.ts';
import { cloudWatchDashboard } from './cloudwatch-dashboard.ts';
import { idleDocument, tableDocument } from './cost-document.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';
import { codeCell, markdownTable, replaceBetween, sentenceCell } from './markdown-table.ts';
import { type TerraformBlock, terraformBlocks } from './terraform-blocks.ts';

/**
 * `npm run terraform:files`: writes what Terraform takes from the code (its functions and routes, the names
 * of metrics, the dashboard), the dashboard for Grafana, and the tables of costs, inputs and outputs in
 * terraform/README.md. A test fails while they differ.
 */
const FOLDER = new URL('../../terraform/', import.meta.url);

const read = (path: string) => readFileSync(new URL(path, FOLDER), 'utf8');
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The generated files' text by path below terraform/. */
export async function terraformFiles(): Promise<Record<string, string>> {
  return {
    'functions.json': json(functions()),
    'routes.json': json(routes()),
    'bucket-cors.json': json(BUCKET_CORS),
    'metric-names.json': json({
      namespace: METRICS_NAMESPACE,
      metrics: METRICS,
      prediction_routes: PREDICTION_ROUTES,
      drift_alarm_metric: nameOf('DriftDetected'),
    }),
    'dashboard.json.tftpl': json(cloudWatchDashboard()),
    'grafana-dashboard.json': json(grafanaDashboard()),
    'README.md': await readme(),
  };
}

const functions = () =>
  Object.fromEntries(FUNCTION_NAMES.map((name) => [name, functionInput(FUNCTIONS[name])]));

/** One function as terraform/functions.tf reads it. */
function functionInput(facts: FunctionFacts) {
  const { trigger, timeoutSeconds, memoryMb, environment } = facts;
  return {
    triggered_by: triggeredBy(facts),
    timeout_seconds: timeoutSeconds,
    memory_mb: memoryMb,
    environment,
    schedule: trigger.kind === 'schedule' ? rate(trigger.deployedMinutes) : null,
    object_created: trigger.kind === 'object' ? { stage: trigger.stage, suffix: trigger.suffix } : null,
  };
}

/** Source: "Rate-based schedules" in the EventBridge Scheduler User Guide. */
function rate(minutes: number): string {
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `rate(${count} ${unit}${count === 1 ? '' : 's'})`;
}

/** Null for a release that does not emit it. */
const nameOf = (name: string) => Object.values(METRICS).find((metric) => metric.name === name)?.name ?? null;

function routes() {
  const closed = GATEWAY_ROUTES.map(({ routeKey, functionName, scope }) => [
    routeKey,
    { function: functionName, open: scope === null },
  ]);
  // What matches no route is answered 404 or 405 whoever asks.
  return Object.fromEntries([
    ...closed,
    [DEFAULT_ROUTE.routeKey, { function: DEFAULT_ROUTE.functionName, open: true }],
  ]);
}

async function readme(): Promise<string> {
  let text = read('README.md');
  for (const [name, content] of Object.entries({
    'idle cost': idleDocument(),
    'table cost': tableDocument(),
  }))
    text = replaceBetween(text, 'terraform/README.md', name, content);
  for (const [title, folder] of [
    ['system', ''],
    ['bootstrap', 'bootstrap/'],
  ] as const) {
    text = replaceBetween(
      text,
      'terraform/README.md',
      `${title} inputs`,
      inputs(await terraformBlocks(read(`${folder}variables.tf`), 'variable')),
    );
    text = replaceBetween(
      text,
      'terraform/README.md',
      `${title} outputs`,
      outputs(await terraformBlocks(read(`${folder}outputs.tf`), 'output')),
    );
  }
  return text;
}

const inputs = (blocks: readonly TerraformBlock[]) =>
  markdownTable(
    ['input', 'type', 'default', 'meaning'],
    blocks.map(({ name, attributes: { type, default: preset, description } }) => [
      codeCell(name),
      codeCell(type ?? 'any'),
      preset === undefined ? 'required' : codeCell(preset),
      sentenceCell(textOf(description)),
    ]),
  );

const outputs = (blocks: readonly TerraformBlock[]) =>
  markdownTable(
    ['output', 'meaning'],
    blocks.map(({ name, attributes: { description } }) => [
      codeCell(name),
      sentenceCell(textOf(description)),
    ]),
  );

/** A string of Terraform's, which JSON reads. */
const textOf = (literal = '""') => String(JSON.parse(literal));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await terraformFiles()))
    writeFileSync(new URL(path, FOLDER), text);
}
