import { FUNCTION_NAMES, FUNCTIONS, type FunctionName, triggeredBy } from '../functions.ts';
import { METRICS, METRICS_NAMESPACE, type MetricKey, STATUS_CLASSES } from './metric-names.ts';

/**
 * The panels of both dashboards, CloudWatch's and Grafana's: health, quality, input and cost.
 *
 * In the CloudWatch part, `${...}` stands for values that Terraform knows: name and table.
 */
export interface Panel {
  readonly title: string;
  /** Grafana's name of the unit, for both. */
  readonly unit: 'short' | 'reqps' | 'percentunit' | 's' | 'ms' | 'bytes';
  /** Prometheus queries; empty when only AWS has the data. */
  readonly prometheus: readonly PrometheusQuery[];
  /** Lines of a CloudWatch widget; empty when only /metrics has the data. */
  readonly cloudWatch: readonly CloudWatchLine[];
}

export interface PrometheusQuery {
  readonly expr: string;
  /** `{{label}}` stands for a label's value. */
  readonly legend: string;
}

export type CloudWatchLine =
  | { readonly kind: 'expression'; readonly expression: string; readonly label?: string }
  | {
      readonly kind: 'metric';
      readonly namespace: string;
      readonly name: string;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly stat: string;
      readonly label: string;
    };

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Functions that events trigger. Their failed events end in a queue. */
const EVENT_FUNCTIONS = FUNCTION_NAMES.filter((name) => triggeredBy(FUNCTIONS[name]) === 'event');

const RANGE = '[$__rate_interval]';
const rate = (metric: string) => `rate(${metric}${RANGE})`;
const by = (label: string, expr: string) => `sum by (${label}) (${expr})`;

/** From top to bottom. */
export function panelRows(): PanelRow[] {
  return [
    { title: 'Requests, errors, duration', panels: [requests(), errorShare(), latency(), failures()] },
    { title: 'Model', panels: [...predictionPanels(), ...modelPanels(), ...driftPanels()] },
    { title: 'Data', panels: dataPanels() },
    { title: 'Cost', panels: costPanels() },
  ];
}

function requests(): Panel {
  return {
    title: 'Requests by status',
    unit: 'reqps',
    prometheus: [{ expr: by('status', rate('classifier_requests_total')), legend: '{{status}}' }],
    cloudWatch: STATUS_CLASSES.map((status) => total('requestCount', status, `status="${status}"`)),
  };
}

function errorShare(): Panel {
  const [errors, all] = [total('errorCount', ''), total('requestCount', '')].map(
    ({ expression }) => expression,
  );
  return {
    title: 'Share of requests answered with a 5xx',
    unit: 'percentunit',
    prometheus: [
      {
        expr: `sum(${rate('classifier_errors_total')}) / sum(${rate('classifier_requests_total')})`,
        legend: '5xx',
      },
    ],
    cloudWatch: [{ kind: 'expression', expression: `${errors} / ${all}`, label: '5xx' }],
  };
}

function latency(): Panel {
  const buckets = by('le', rate('classifier_prediction_duration_seconds_bucket'));
  return {
    title: 'Prediction latency inside the function',
    unit: 's',
    prometheus: [0.5, 0.9, 0.99].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, ${buckets})`,
      legend: `p${quantile * 100}`,
    })),
    cloudWatch: ['p50', 'p90', 'p99'].map((stat) =>
      own('predictionLatency', { route: 'POST /predict' }, stat, `${stat}, ms`),
    ),
  };
}

function failures(): Panel {
  return {
    title: 'Invocations that gave no answer, and those refused',
    unit: 'short',
    prometheus: [
      { expr: by('function', rate('classifier_invocation_failures_total')), legend: '{{function}}' },
      { expr: by('function', rate('classifier_throttles_total')), legend: '{{function}} refused' },
    ],
    cloudWatch: [
      ...FUNCTION_NAMES.map((name) => lambda(name, 'Errors', 'Sum')),
      ...FUNCTION_NAMES.map((name) => lambda(name, 'Throttles', 'Sum')),
    ],
  };
}

function predictionPanels(): Panel[] {
  const predictions = by('model', rate('classifier_predictions_total'));
  return [
    {
      title: 'Predictions by class',
      unit: 'short',
      prometheus: [
        { expr: by('model, class', rate('classifier_predictions_total')), legend: '{{model}} {{class}}' },
      ],
      cloudWatch: [each('predictions', 'Sum')],
    },
    {
      title: 'Mean confidence of requests',
      unit: 'percentunit',
      prometheus: [
        {
          expr: `${by('model', rate('classifier_prediction_confidence_sum'))} / ${by('model', rate('classifier_prediction_confidence_count'))}`,
          legend: '{{model}}',
        },
      ],
      cloudWatch: [each('confidence', 'Average')],
    },
    {
      title: 'Instances outside of the training data',
      unit: 'percentunit',
      prometheus: [
        {
          expr: `${by('model', rate('classifier_novel_instances_total'))} / ${predictions}`,
          legend: '{{model}}',
        },
      ],
      cloudWatch: [each('novelInstances', 'Sum')],
    },
  ];
}

function modelPanels(): Panel[] {
  return [
    {
      title: 'Macro-F1 on held-out rows',
      unit: 'percentunit',
      prometheus: [{ expr: 'classifier_model_macro_f1', legend: '{{model}}' }],
      cloudWatch: [each('modelMacroF1', 'Average')],
    },
    {
      title: 'Look-ups that found the model ready',
      unit: 'percentunit',
      prometheus: [
        {
          expr: `${rate('classifier_model_cache_hits_total')} / ${rate('classifier_model_lookups_total')}`,
          legend: 'hits',
        },
      ],
      cloudWatch: [own('cacheHit', {}, 'Average', 'hits')],
    },
    {
      title: 'Stale answers',
      unit: 'short',
      prometheus: [{ expr: by('model', rate('classifier_stale_answers_total')), legend: '{{model}}' }],
      cloudWatch: [each('staleAnswers', 'Sum')],
    },
    {
      title: 'Loading a model',
      unit: 's',
      prometheus: [
        {
          expr: `${by('model', rate('classifier_model_load_seconds_sum'))} / ${by('model', rate('classifier_model_load_seconds_count'))}`,
          legend: '{{model}}',
        },
      ],
      cloudWatch: [each('modelLoadTime', 'Maximum')],
    },
  ];
}

/** Panels of a release that watches for drift. */
function driftPanels(): Panel[] {
  const panel = (title: string, unit: Panel['unit'], name: string, gauge: string): Panel[] => {
    const key = (Object.keys(METRICS) as MetricKey[]).find((known) => METRICS[known].name === name);
    if (key === undefined) return [];
    return [
      {
        title,
        unit,
        prometheus: [{ expr: gauge, legend: '{{model}}' }],
        cloudWatch: [each(key, 'Maximum')],
      },
    ];
  };
  return [
    ...panel('Features that drifted', 'short', 'DriftedFeatures', 'classifier_model_drifted_features'),
    ...panel('Accuracy by feedback', 'percentunit', 'LiveAccuracy', 'classifier_model_live_accuracy'),
  ];
}

function dataPanels(): Panel[] {
  return [
    {
      title: 'Rows accepted and rejected',
      unit: 'short',
      prometheus: [
        { expr: `sum(${rate('classifier_rows_accepted_total')})`, legend: 'accepted' },
        { expr: by('reason', rate('classifier_rows_rejected_total')), legend: 'rejected: {{reason}}' },
      ],
      cloudWatch: [total('rowsAccepted', 'accepted'), total('rowsRejected', 'rejected')],
    },
    {
      title: 'Files refused',
      unit: 'short',
      prometheus: [{ expr: by('code', rate('classifier_files_refused_total')), legend: '{{code}}' }],
      cloudWatch: [each('filesRefused', 'Sum')],
    },
    {
      title: 'Trainings and the verdicts of the quality gate',
      unit: 'short',
      prometheus: [
        { expr: by('outcome', rate('classifier_trainings_total')), legend: '{{outcome}}' },
        { expr: by('outcome', rate('classifier_gate_outcomes_total')), legend: 'gate: {{outcome}}' },
      ],
      cloudWatch: [each('trainings', 'Sum'), each('gateOutcomes', 'Sum')],
    },
    {
      title: 'What trainings spend their time on',
      unit: 's',
      prometheus: [{ expr: by('phase', rate('classifier_training_phase_seconds_sum')), legend: '{{phase}}' }],
      cloudWatch: [each('trainingDuration', 'Sum')],
    },
    {
      title: 'Age of the oldest unprocessed upload',
      unit: 's',
      prometheus: [{ expr: 'classifier_pending_upload_age_seconds', legend: 'age' }],
      cloudWatch: [own('pendingUploadAge', {}, 'Maximum', 'age, s')],
    },
    {
      title: 'Events that failed for good',
      unit: 'short',
      prometheus: [],
      cloudWatch: EVENT_FUNCTIONS.map((name) => ({
        kind: 'metric',
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: `\${name}-${name}-dead-letters` },
        stat: 'Maximum',
        label: name,
      })),
    },
  ];
}

function costPanels(): Panel[] {
  return [
    {
      title: 'Requests a day',
      unit: 'short',
      prometheus: [
        { expr: `86400 * ${by('route', rate('classifier_requests_total'))} > 0`, legend: '{{route}}' },
      ],
      cloudWatch: FUNCTION_NAMES.map((name) => lambda(name, 'Invocations', 'Sum')),
    },
    {
      title: 'Time that functions ran',
      unit: 's',
      prometheus: [
        { expr: by('route', rate('classifier_prediction_duration_seconds_sum')), legend: '{{route}}' },
      ],
      cloudWatch: FUNCTION_NAMES.map((name) => lambda(name, 'Duration', 'Sum')),
    },
    {
      title: 'Cold starts',
      unit: 'short',
      prometheus: [{ expr: by('function', rate('classifier_cold_starts_total')), legend: '{{function}}' }],
      cloudWatch: [each('coldStarts', 'Sum')],
    },
    {
      title: 'Instances in a request',
      unit: 'short',
      prometheus: [
        {
          expr: `${by('route', rate('classifier_request_instances_sum'))} / ${by('route', rate('classifier_request_instances_count'))}`,
          legend: '{{route}}',
        },
      ],
      cloudWatch: [each('batchSize', 'Average')],
    },
    {
      title: 'Bytes logged',
      unit: 'bytes',
      prometheus: [],
      cloudWatch: FUNCTION_NAMES.map((name) => ({
        kind: 'metric',
        namespace: 'AWS/Logs',
        name: 'IncomingBytes',
        dimensions: { LogGroupName: `/aws/lambda/\${name}-${name}` },
        stat: 'Sum',
        label: name,
      })),
    },
    {
      title: 'Reads and writes of the registry',
      unit: 'short',
      prometheus: [],
      cloudWatch: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map((name) => ({
        kind: 'metric',
        namespace: 'AWS/DynamoDB',
        name,
        dimensions: { TableName: `\${table}` },
        stat: 'Sum',
        label: name,
      })),
    },
    {
      title: 'Age of the numbers in /metrics',
      unit: 's',
      prometheus: [{ expr: 'classifier_metrics_snapshot_age_seconds', legend: 'age' }],
      cloudWatch: [own('requestCount', { route: 'GET /metrics', status: '2xx' }, 'Sum', 'scrapes')],
    },
  ];
}

function own(
  key: MetricKey,
  dimensions: Readonly<Record<string, string>>,
  stat: string,
  label: string,
): CloudWatchLine {
  const { name } = METRICS[key];
  return {
    kind: 'metric',
    namespace: METRICS_NAMESPACE,
    name,
    dimensions: { service: `\${name}`, ...dimensions },
    stat,
    label,
  };
}

const lambda = (functionName: FunctionName, name: string, stat: string): CloudWatchLine => ({
  kind: 'metric',
  namespace: 'AWS/Lambda',
  name,
  dimensions: { FunctionName: `\${name}-${functionName}` },
  stat,
  label: `${functionName} ${name.toLowerCase()}`,
});

/** A search for the existing series of this system's metric: models come and go. */
function search(key: MetricKey, stat: string, filter = ''): string {
  const { name, dimensions } = METRICS[key];
  const set = [METRICS_NAMESPACE, 'service', ...dimensions].join();
  return `SEARCH('{${set}} MetricName="${name}" service="\${name}"${filter === '' ? '' : ` ${filter}`}', '${stat}', 60)`;
}

const each = (key: MetricKey, stat: string): CloudWatchLine => ({
  kind: 'expression',
  expression: search(key, stat),
});

const total = (key: MetricKey, label: string, filter = '') =>
  ({ kind: 'expression', expression: `SUM(${search(key, 'Sum', filter)})`, label }) as const;
