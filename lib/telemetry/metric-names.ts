import { API_ROUTES, type RouteKey } from '../http/routes.ts';

/**
 * Every metric that this system emits: its CloudWatch name, unit, and its one dimension set. What is not in here is
 * not emitted, and what reads metrics (the exporter, dashboards, alarms) takes the names from here.
 *
 * Dimensions are bounded: routes and status classes come from fixed lists, models from the registry.
 */
export const METRICS_NAMESPACE = 'Classifier';

/** The `service` dimension that Powertools puts on every metric. */
export const SERVICE = 'classifier';

export const METRICS = {
  requestCount: { name: 'RequestCount', unit: 'Count', dimensions: ['route', 'status'] },
  errorCount: { name: 'ErrorCount', unit: 'Count', dimensions: ['route'] },
  predictionLatency: { name: 'PredictionLatency', unit: 'Milliseconds', dimensions: ['route'] },
  modelLoadTime: { name: 'ModelLoadTime', unit: 'Milliseconds', dimensions: ['model'] },
  /** Answers from a version that the registry did not confirm in time; its models are those that have a champion. */
  staleAnswers: { name: 'StaleAnswerCount', unit: 'Count', dimensions: ['model'] },
  rowsAccepted: { name: 'RowsAccepted', unit: 'Count', dimensions: ['model'] },
  rowsRejected: { name: 'RowsRejected', unit: 'Count', dimensions: ['model'] },
  filesRefused: { name: 'FilesRefused', unit: 'Count', dimensions: ['model'] },
  trainingDuration: { name: 'TrainingDuration', unit: 'Milliseconds', dimensions: ['model'] },
  predictionsGathered: { name: 'PredictionsGathered', unit: 'Count', dimensions: ['model'] },
  /** Gauges of the champion, told at every run of the monitor while there are recent predictions. */
  driftTestedRecords: { name: 'DriftTestedRecords', unit: 'Count', dimensions: ['model'] },
  /** Columns that drift: features, and beside them the predicted class and the confidence. */
  driftedFeatures: { name: 'DriftedFeatures', unit: 'Count', dimensions: ['model'] },
  /** 1 when any column drifts, else 0. */
  driftDetected: { name: 'DriftDetected', unit: 'Count', dimensions: ['model'] },
  /** Gauges of the champion: the share of its labelled predictions that were right, and how many are labelled. */
  liveAccuracy: { name: 'LiveAccuracy', unit: 'NoUnit', dimensions: ['model'] },
  feedbackCount: { name: 'FeedbackCount', unit: 'Count', dimensions: ['model'] },
  modelMacroF1: { name: 'ModelMacroF1', unit: 'NoUnit', dimensions: ['model'] },
} as const;

export type MetricKey = keyof typeof METRICS;

/** The routes whose latency is measured. */
export const PREDICTION_ROUTES = [
  'POST /predict',
  'POST /models/{model}/predict',
] as const satisfies readonly RouteKey[];

export type Route = RouteKey | 'other';

/** The routes that requests are counted by; anything else is counted as `other`. */
export const ROUTES: readonly Route[] = [...API_ROUTES.map(({ routeKey }) => routeKey), 'other'];

export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;

/** Upper bounds of the latency histogram's buckets, in milliseconds. */
export const LATENCY_BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500] as const;
