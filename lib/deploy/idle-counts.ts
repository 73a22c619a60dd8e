import { FUNCTION_NAMES, FUNCTIONS, type FunctionFacts, triggeredBy } from '../functions.ts';
import { METRICS, PREDICTION_ROUTES } from '../telemetry/metric-names.ts';
import type { IdleCounts } from './cost.ts';

/** The functions that are deployed by default: events are off. */
const DEPLOYED = FUNCTION_NAMES.filter((name) => name !== 'events');

const deployed = (suits: (facts: FunctionFacts) => boolean) =>
  DEPLOYED.filter((name) => suits(FUNCTIONS[name])).length;

const answering = deployed((facts) => triggeredBy(facts) === 'http');
const drift = Object.values(METRICS).some(({ name }: { name: string }) => name === 'DriftDetected');

/** What a resource of terraform/alarms.tf makes in a system with the defaults. */
interface Alarms {
  /** Its for_each or count, as it is written; undefined where it is one. */
  readonly each: string | undefined;
  readonly alarms: number;
  /** Metrics that they look at together: an alarm on a sum of ten is billed as ten. */
  readonly metrics: number;
}

const many = (each: string, alarms: number): Alarms => ({ each, alarms, metrics: alarms });
const one = (metrics = 1): Alarms => ({ each: undefined, alarms: 1, metrics });

/** Every resource of terraform/alarms.tf. A test compares it with that file, another with what is applied. */
export const ALARMS: Readonly<Record<string, Alarms>> = {
  errors: many('module.function', DEPLOYED.length),
  throttles: {
    each: '{ for index, names in chunklist(local.http_functions, 10) : index == 0 ? "" : format("-%d", index + 1) => names }',
    alarms: Math.ceil(answering / 10),
    metrics: answering,
  },
  latency: many('toset(local.telemetry.prediction_routes)', PREDICTION_ROUTES.length),
  dead_letters: many(
    'toset(local.event_functions)',
    deployed((facts) => triggeredBy(facts) === 'event'),
  ),
  api_5xx: one(),
  error_rate: one(2),
  pending_uploads: one(),
  training_failed: one(),
  drift: many('local.telemetry.drift_alarm_metric == null ? 0 : 1', drift ? 1 : 0),
  exporter_silence: many('var.metrics_are_scraped ? 1 : 0', 0),
};

const sumOf = (of: (alarms: Alarms) => number) =>
  Object.values(ALARMS).reduce((sum, each) => sum + of(each), 0);

/** What bills a new account in which nobody uses the system: Terraform's defaults. */
export const IDLE_COUNTS: IdleCounts & { readonly alarmResources: number } = {
  alarmResources: sumOf(({ alarms }) => alarms),
  alarms: sumOf(({ metrics }) => metrics),
  dashboards: 1,
  schedules: deployed(({ trigger }) => trigger.kind === 'schedule'),
  queues: deployed(({ trigger }) => trigger.kind === 'object'),
};
