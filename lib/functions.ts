/** The buckets, one for each stage of the data. */
export const BUCKET_STAGES = ['raw', 'processed', 'models', 'predictions', 'batches', 'results'] as const;

export type BucketStage = (typeof BUCKET_STAGES)[number];

/** What starts a function. */
export type Trigger =
  /** Requests: API_ROUTES says of which routes. */
  | { readonly kind: 'routes' }
  /** The gateway, before a request whose route needs a scope. */
  | { readonly kind: 'authorizer' }
  /** An object that is created in a bucket, its key ending in `suffix`; any key when that is null. */
  | { readonly kind: 'object'; readonly stage: BucketStage; readonly suffix: string | null }
  /** A clock, in whole minutes: people at a laptop wait for what comes of it. */
  | { readonly kind: 'schedule'; readonly deployedMinutes: number; readonly localMinutes: number };

/** A variable that only one function gets. */
export type OwnVariable =
  | 'BATCH_STATE_MACHINE'
  | 'EVENT_BUS'
  | 'FUNCTION_PREFIX'
  | 'INGEST_FUNCTION'
  | 'PREDICT_LOG_GROUP'
  | 'SET_STATE_MACHINE'
  | 'TRAIN_FUNCTION';

/** What is said of each function. */
export interface FunctionFacts {
  readonly trigger: Trigger;
  /** How long one call may take; the API waits for 30 s at most. */
  readonly timeoutSeconds: number;
  /** The processor's share grows with it, one whole at 1769. */
  readonly memoryMb: number;
  /** The most calls at once on a laptop, hence the most processes. */
  readonly localConcurrency: number;
  /** Variables that only this function gets. Their values come from where it runs. */
  readonly environment: readonly OwnVariable[];
  /** Settings that differ from their defaults on a laptop, where a person looks right after sending. */
  readonly localSettings: Readonly<Record<string, string>>;
}

/**
 * Every function, named as its folder is. Terraform, the laptop's stack, the bundler, the metrics, the
 * dashboards, the rollout and the cost sheet take theirs from here; a test holds that each has its folder.
 */
export const FUNCTIONS = {
  authorize: {
    trigger: { kind: 'authorizer' },
    timeoutSeconds: 10,
    memoryMb: 512,
    // As many as predict has: it must not be the narrower gate, since a throttled authorizer is a 500.
    localConcurrency: 20,
    environment: [],
    localSettings: {},
  },
  batch: {
    // A file in the batches bucket starts a batch, and the state machine that runs it calls for each step.
    // One function for all steps: they need the same rights, and a worker is warm for the next.
    trigger: { kind: 'object', stage: 'batches', suffix: null },
    timeoutSeconds: 900,
    memoryMb: 3008,
    // One lot for each processor of a small machine, beside whatever else a batch does.
    localConcurrency: 3,
    environment: ['BATCH_STATE_MACHINE'],
    localSettings: { BATCH_CONCURRENCY: '2' },
  },
  batches: {
    // Apart from `models`: it may start executions, and sign addresses of the buckets of batches.
    trigger: { kind: 'routes' },
    timeoutSeconds: 29,
    memoryMb: 512,
    localConcurrency: 2,
    environment: ['BATCH_STATE_MACHINE'],
    localSettings: {},
  },
  console: {
    // Apart from `models`: it reads nothing but its own files, so its role allows nothing.
    trigger: { kind: 'routes' },
    timeoutSeconds: 10,
    memoryMb: 512,
    // A browser asks for the page and its files at once.
    localConcurrency: 2,
    environment: [],
    localSettings: {},
  },
  events: {
    // Deployed only where events are asked for. Each run reads two logs of each model, from where it stopped.
    // On a laptop it runs when the registry changes, and this only makes up for a run that failed.
    trigger: { kind: 'schedule', deployedMinutes: 5, localMinutes: 5 },
    timeoutSeconds: 300,
    memoryMb: 512,
    localConcurrency: 1,
    environment: ['EVENT_BUS'],
    localSettings: {},
  },
  housekeeping: {
    // Each run reads the table once per upload; what it looks for is rare, and an hour old before it is lost.
    trigger: { kind: 'schedule', deployedMinutes: 60, localMinutes: 5 },
    timeoutSeconds: 300,
    memoryMb: 512,
    localConcurrency: 1,
    environment: ['INGEST_FUNCTION', 'TRAIN_FUNCTION'],
    localSettings: {},
  },
  ingest: {
    // Every created object: a key that is no CSV is refused with a report, where a filter would just lose it.
    trigger: { kind: 'object', stage: 'raw', suffix: null },
    timeoutSeconds: 900,
    memoryMb: 1769,
    // Files that wait, and beside them the parts of a set.
    localConcurrency: 2,
    environment: ['SET_STATE_MACHINE'],
    localSettings: { SET_CONCURRENCY: '2' },
  },
  metrics: {
    trigger: { kind: 'routes' },
    timeoutSeconds: 29,
    memoryMb: 512,
    localConcurrency: 2,
    environment: ['FUNCTION_PREFIX'],
    // Here a read of CloudWatch costs nothing.
    localSettings: { METRICS_REFRESH_SECONDS: '1' },
  },
  models: {
    trigger: { kind: 'routes' },
    timeoutSeconds: 29,
    memoryMb: 512,
    localConcurrency: 4,
    environment: [],
    localSettings: {},
  },
  monitor: {
    // It reads the log of the hours that it has not seen, and compares what is new.
    trigger: { kind: 'schedule', deployedMinutes: 60, localMinutes: 5 },
    timeoutSeconds: 300,
    memoryMb: 1024,
    localConcurrency: 1,
    environment: ['PREDICT_LOG_GROUP'],
    // Here a line is in the log a moment after it was written.
    localSettings: { PREDICTION_LOG_SETTLE_SECONDS: '1' },
  },
  predict: {
    trigger: { kind: 'routes' },
    timeoutSeconds: 29,
    memoryMb: 1769,
    localConcurrency: 20,
    environment: [],
    localSettings: {
      MODEL_REFRESH_SECONDS: '2',
      // Whoever tries feedback here has made a handful of predictions: each must be one that it finds.
      PREDICTION_LOG_SAMPLE_RATE: '1',
      PREDICTION_LOG_FEATURES: 'true',
    },
  },
  train: {
    // The manifest is put last: with it a data set is complete.
    trigger: { kind: 'object', stage: 'processed', suffix: '/manifest.json' },
    timeoutSeconds: 900,
    memoryMb: 3008,
    localConcurrency: 1,
    environment: [],
    localSettings: {},
  },
  uploads: {
    // Apart from `models`: it may write to the raw bucket, and a preview needs the whole of ingestion.
    trigger: { kind: 'routes' },
    timeoutSeconds: 29,
    memoryMb: 1769,
    localConcurrency: 4,
    environment: [],
    localSettings: {},
  },
} as const satisfies Readonly<Record<string, FunctionFacts>>;

export type FunctionName = keyof typeof FUNCTIONS;

/** The functions that answer routes of the API. */
export type RouteFunctionName = {
  [Name in FunctionName]: (typeof FUNCTIONS)[Name]['trigger']['kind'] extends 'routes' ? Name : never;
}[FunctionName];

/** All functions, in the order of their names. */
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];

/** What is said of a function; undefined of a name that no function has. */
export const factsOf = (name: string): FunctionFacts | undefined =>
  Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name as FunctionName] : undefined;

/**
 * Whether somebody waits for its answer ("http"), or nobody does and failed events end in a dead-letter queue
 * ("event").
 */
export const triggeredBy = ({ trigger: { kind } }: FunctionFacts): 'http' | 'event' =>
  kind === 'routes' || kind === 'authorizer' ? 'http' : 'event';
