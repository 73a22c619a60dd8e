import { API_ROUTES, DEFAULT_ROUTE } from '../routes.ts';
import { logGroupOf } from './cloudwatch-logs/logs.ts';
import type { AuthorizerDefinition, RouteDefinition } from './http-api/http-api.ts';
import type { FunctionDefinition } from './lambda/host.ts';
import type { ScheduleDefinition } from './lambda/schedules.ts';
import type { BucketDefinition } from './s3/server.ts';

/** What the system consists of on a laptop: the same buckets, table, functions, triggers and routes as deployed. */

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';

export const RAW_BUCKET = 'classifier-raw';
export const PROCESSED_BUCKET = 'classifier-processed';
export const MODELS_BUCKET = 'classifier-models';
export const PREDICTIONS_BUCKET = 'classifier-predictions';
export const REGISTRY_TABLE = 'classifier-registry';

export const BUCKETS: readonly BucketDefinition[] = [
  {
    name: RAW_BUCKET,
    versioned: true,
    notifications: [{ id: 'ingest', functionName: 'ingest', events: ['s3:ObjectCreated:*'] }],
  },
  {
    name: PROCESSED_BUCKET,
    versioned: true,
    notifications: [
      { id: 'train', functionName: 'train', events: ['s3:ObjectCreated:*'], suffix: '/manifest.json' },
    ],
  },
  { name: MODELS_BUCKET, versioned: true, notifications: [] },
  { name: PREDICTIONS_BUCKET, versioned: true, notifications: [] },
];

/** Who may do what here: with tokens as deployed, or anyone as the user of this machine. */
export interface LocalAccess {
  readonly auth: boolean;
  /** Who decides, where no token says so. */
  readonly actor: string;
  /** Web pages that may use the API, as CORS_ALLOWED_ORIGINS has them. */
  readonly corsOrigins: string;
}

/** The routes, and whether the authorizer is asked: with tokens, for all that need a scope. */
export function routes(auth: boolean): RouteDefinition[] {
  const scoped = API_ROUTES.map(({ routeKey, functionName, scope }) => ({
    routeKey,
    functionName,
    isAuthorized: auth && scope !== null,
  }));
  return [...scoped, DEFAULT_ROUTE];
}

/** @param ttlSeconds how long what is said of a token stands: so long does a revoked one go on */
export function authorizer(ttlSeconds = 60): AuthorizerDefinition {
  return {
    functionName: 'authorize',
    identitySources: ['$request.header.Authorization', '$context.routeKey'],
    ttlSeconds,
  };
}

export const SCHEDULES: readonly ScheduleDefinition[] = [
  { name: 'reconcile', functionName: 'housekeeping', everySeconds: 300 },
  { name: 'monitor', functionName: 'monitor', everySeconds: 300 },
];

/** Timeout, memory and concurrency of each function. */
const LIMITS: Readonly<
  Record<string, Pick<FunctionDefinition, 'timeoutSeconds' | 'memorySizeMb' | 'maxConcurrency'>>
> = {
  ingest: { timeoutSeconds: 900, memorySizeMb: 1769, maxConcurrency: 2 },
  train: { timeoutSeconds: 900, memorySizeMb: 3008, maxConcurrency: 1 },
  predict: { timeoutSeconds: 29, memorySizeMb: 1769, maxConcurrency: 20 },
  housekeeping: { timeoutSeconds: 300, memorySizeMb: 512, maxConcurrency: 1 },
  monitor: { timeoutSeconds: 300, memorySizeMb: 1024, maxConcurrency: 1 },
  models: { timeoutSeconds: 29, memorySizeMb: 512, maxConcurrency: 4 },
  // As many as predict has: it must not be the narrower gate, since an authorizer that is throttled is a 500.
  authorize: { timeoutSeconds: 10, memorySizeMb: 512, maxConcurrency: 20 },
  metrics: { timeoutSeconds: 29, memorySizeMb: 512, maxConcurrency: 2 },
};

/** Where the functions find the laptop's AWS. */
export interface Endpoints {
  readonly s3: string;
  readonly dynamodb: string;
  readonly cloudwatch: string;
}

/** The functions with their settings: what Terraform sets when deployed, and the endpoints. */
export function functionDefinitions(
  bundles: readonly { readonly name: string; readonly file: string }[],
  endpoints: Endpoints,
  { auth, actor, corsOrigins }: LocalAccess,
): FunctionDefinition[] {
  const environment = {
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudwatch,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoints.cloudwatch,
    PREDICT_LOG_GROUP: logGroupOf('predict'),
    INGEST_FUNCTION: 'ingest',
    TRAIN_FUNCTION: 'train',
    RAW_BUCKET,
    PROCESSED_BUCKET,
    MODELS_BUCKET,
    PREDICTIONS_BUCKET,
    REGISTRY_TABLE,
    CODE_VERSION: 'local',
    ...(auth ? { AUTH: 'required' } : { AUTH: 'off', LOCAL_ACTOR: actor }),
    CORS_ALLOWED_ORIGINS: corsOrigins,
    // A person at a laptop looks right after sending: here a read of CloudWatch costs nothing.
    METRICS_REFRESH_SECONDS: '1',
    MODEL_REFRESH_SECONDS: '2',
    // Whoever tries feedback here has made a handful of predictions: each must be one that it finds.
    PREDICTION_LOG_SAMPLE_RATE: '1',
    PREDICTION_LOG_FEATURES: 'true',
  };
  return bundles.map(({ name, file }) => {
    const limits = LIMITS[name];
    if (!limits) throw new Error(`functions/${name} has no limits in lib/local/topology.ts`);
    return { name, bundle: file, environment, ...limits };
  });
}
