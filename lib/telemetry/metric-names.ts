import { API_ROUTES, PROTOCOLS, type Protocol, type ProtocolRoute, type RouteKey } from '../routes.ts';
import { FITTING_PHASES } from '../training/phases.ts';

/**
 * Every metric that this system emits: its CloudWatch name, its unit and its one dimension set. Nothing else
 * is emitted, and every reader of metrics (the exporter, dashboards, alarms) takes the names from here.
 *
 * Dimensions are bounded: this file lists the values of all of them, except models, which are in the
 * registry.
 */
export const METRICS_NAMESPACE = 'Classifier';

/** The `service` dimension of a system that has no name, such as the laptop's. */
export const DEFAULT_SERVICE = 'classifier';

export const METRICS = {
  requestCount: { name: 'RequestCount', unit: 'Count', dimensions: ['route', 'status'] },
  /** Answers with a 5xx. */
  errorCount: { name: 'ErrorCount', unit: 'Count', dimensions: ['route'] },
  predictionLatency: { name: 'PredictionLatency', unit: 'Milliseconds', dimensions: ['route'] },
  /** The number of instances of an answered request. */
  batchSize: { name: 'BatchSize', unit: 'Count', dimensions: ['route'] },
  /**
   * One value per model look-up: 1 when the model was loaded and known to be current. Its average is the hit
   * rate.
   */
  cacheHit: { name: 'ModelCacheHit', unit: 'Count', dimensions: [] },
  coldStarts: { name: 'ColdStartCount', unit: 'Count', dimensions: ['function'] },
  modelLoadTime: { name: 'ModelLoadTime', unit: 'Milliseconds', dimensions: ['model'] },
  /**
   * Answers from a version that the registry did not confirm in time. Its models are those with a champion.
   */
  staleAnswers: { name: 'StaleAnswerCount', unit: 'Count', dimensions: ['model'] },
  predictions: { name: 'PredictionCount', unit: 'Count', dimensions: ['model', 'class'] },
  /** One value per request, in (0, 1): the mean over its instances. */
  confidence: { name: 'PredictionConfidence', unit: 'NoUnit', dimensions: ['model'] },
  /** Instances outside of the training data. */
  novelInstances: { name: 'NovelInstanceCount', unit: 'Count', dimensions: ['model'] },
  rowsAccepted: { name: 'RowsAccepted', unit: 'Count', dimensions: ['model'] },
  rowsRejected: { name: 'RowsRejected', unit: 'Count', dimensions: ['model', 'reason'] },
  filesRefused: { name: 'FilesRefused', unit: 'Count', dimensions: ['code'] },
  /** The age of the oldest upload that was neither refused nor trained; 0 when there is none. */
  pendingUploadAge: { name: 'PendingUploadAge', unit: 'Seconds', dimensions: [] },
  trainingDuration: { name: 'TrainingDuration', unit: 'Milliseconds', dimensions: ['phase'] },
  trainings: { name: 'TrainingCount', unit: 'Count', dimensions: ['outcome'] },
  gateOutcomes: { name: 'GateOutcomeCount', unit: 'Count', dimensions: ['outcome'] },
  predictionsGathered: { name: 'PredictionsGathered', unit: 'Count', dimensions: ['model'] },
  /** Gauges of the champion, emitted at every run of the monitor while there are recent predictions. */
  driftTestedRecords: { name: 'DriftTestedRecords', unit: 'Count', dimensions: ['model'] },
  /** The number of drifting columns: features, the predicted class and the confidence. */
  driftedFeatures: { name: 'DriftedFeatures', unit: 'Count', dimensions: ['model'] },
  /** 1 when any column drifts, else 0. */
  driftDetected: { name: 'DriftDetected', unit: 'Count', dimensions: ['model'] },
  /**
   * Gauges of the champion: the share of its labelled predictions that were right, and the number of labelled
   * ones.
   */
  liveAccuracy: { name: 'LiveAccuracy', unit: 'NoUnit', dimensions: ['model'] },
  feedbackCount: { name: 'FeedbackCount', unit: 'Count', dimensions: ['model'] },
  modelMacroF1: { name: 'ModelMacroF1', unit: 'NoUnit', dimensions: ['model'] },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export interface MetricDefinition {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds' | 'NoUnit';
  readonly dimensions: readonly string[];
}

export type MetricKey = keyof typeof METRICS;

/** What the latency of predictions is measured by. */
export const PREDICTION_ROUTES = [
  'POST /predict',
  'POST /models/{model}/predict',
  ...PROTOCOLS,
] as const satisfies readonly Route[];

export type Route = Exclude<RouteKey, ProtocolRoute['routeKey']> | Protocol | 'other';

/** What a request of a route is counted as: each series costs money, so a protocol's routes share theirs. */
export const countedAs = (route: (typeof API_ROUTES)[number]): Route =>
  'protocol' in route ? route.protocol : route.routeKey;

/** The routes that requests are counted by. Any other route is counted as `other`. */
export const ROUTES: readonly Route[] = [...new Set([...API_ROUTES.map(countedAs), 'other' as const])];

export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;

/** Upper bounds of the latency histogram's buckets, in milliseconds. */
export const LATENCY_BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500] as const;

/** The number of a model's classes that are counted one by one: its largest, as `0` to `19`. */
export const COUNTED_CLASSES = 20;

/**
 * The classes that predictions are counted by: positions in the list of a model's largest classes, which its
 * card names, and `other` for the rest.
 */
export const CLASS_CODES: readonly string[] = [
  ...Array.from({ length: COUNTED_CLASSES }, (_, place) => String(place)),
  'other',
];

/** The phases of a training, in this order. */
export const TRAINING_PHASES = ['read', 'champion', ...FITTING_PHASES, 'store'] as const;

export const TRAINING_OUTCOMES = ['promoted', 'kept', 'failed'] as const;

export const GATE_OUTCOMES = ['passed', 'warned', 'failed'] as const;
