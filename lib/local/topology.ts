import {
  type BucketStage,
  FUNCTION_NAMES,
  FUNCTIONS,
  type FunctionFacts,
  type FunctionName,
  factsOf,
  type OwnVariable,
  triggeredBy,
} from '../functions.ts';
import { DEFAULT_ROUTE, GATEWAY_ROUTES } from '../routes.ts';
import { BUCKET_CORS, type BucketCors } from '../storage/bucket-cors.ts';
import { logGroupOf } from './cloudwatch-logs/logs.ts';
import type { AuthorizerDefinition, RouteDefinition } from './http-api/http-api.ts';
import type { FunctionDefinition } from './lambda/host.ts';
import type { ScheduleDefinition } from './lambda/schedules.ts';
import type { CorsRule } from './s3/cors-rule.ts';
import type { NotificationRule } from './s3/event-record.ts';
import type { BucketDefinition } from './s3/server.ts';

/**
 * The parts of the system on a laptop: the same buckets, table, functions, triggers and routes as deployed.
 */

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';
const stateMachineArn = (name: string) =>
  `arn:aws:states:${REGION}:${ACCOUNT_ID}:stateMachine:classifier-${name}`;
export const BATCH_STATE_MACHINE = stateMachineArn('batch');
export const SET_STATE_MACHINE = stateMachineArn('ingest-set');

export const RAW_BUCKET = 'classifier-raw';
export const PROCESSED_BUCKET = 'classifier-processed';
export const MODELS_BUCKET = 'classifier-models';
export const PREDICTIONS_BUCKET = 'classifier-predictions';
export const BATCHES_BUCKET = 'classifier-batches';
export const RESULTS_BUCKET = 'classifier-results';
export const REGISTRY_TABLE = 'classifier-registry';

const STAGES: readonly (readonly [stage: BucketStage, name: string])[] = [
  ['raw', RAW_BUCKET],
  ['processed', PROCESSED_BUCKET],
  ['models', MODELS_BUCKET],
  ['predictions', PREDICTIONS_BUCKET],
  ['batches', BATCHES_BUCKET],
  ['results', RESULTS_BUCKET],
];

/** @param origins of the pages that may send files */
export const bucketDefinitions = (origins: CorsRule['origins']): readonly BucketDefinition[] =>
  STAGES.map(([stage, name]) => ({
    name,
    versioned: true,
    notifications: FUNCTION_NAMES.flatMap((functionName) => notificationsOf(functionName, stage)),
    ...(stage === 'raw' || stage === 'batches' ? { cors: corsRule(BUCKET_CORS[stage], origins) } : {}),
  }));

const corsRule = (cors: BucketCors, origins: CorsRule['origins']): CorsRule => ({
  origins,
  methods: cors.methods,
  allowedHeaders: cors.allowed_headers,
  exposedHeaders: cors.exposed_headers,
  maxAgeSeconds: cors.max_age_seconds,
});

/** The functions that a bucket notifies: none, unless a function is triggered by that bucket. */
function notificationsOf(functionName: FunctionName, stage: BucketStage): NotificationRule[] {
  const { trigger }: FunctionFacts = FUNCTIONS[functionName];
  if (trigger.kind !== 'object' || trigger.stage !== stage) return [];
  const { suffix } = trigger;
  return [
    {
      id: functionName,
      functionName,
      events: ['s3:ObjectCreated:*'],
      ...(suffix === null ? {} : { suffix }),
    },
  ];
}

/** Access rules on the laptop: tokens as deployed, or everyone acts as the user of this machine. */
export interface LocalAccess {
  readonly auth: boolean;
  /** The name recorded for decisions when no token names one. */
  readonly actor: string;
  /** Origins of web pages that may use the API, in the format of CORS_ALLOWED_ORIGINS. */
  readonly corsOrigins: string;
  /** Where events are posted; undefined to list them only. */
  readonly webhook?: LocalWebhook | undefined;
}

/** An address to which events are posted, and what they are signed with, as text. */
export interface LocalWebhook {
  readonly url: string;
  readonly secret: string;
}

/** Settings of functions that differ from the laptop's, as Terraform's `function_overrides`. */
export type FunctionSettings = Readonly<Partial<Record<FunctionName, Readonly<Record<string, string>>>>>;

/** The routes. With tokens, the authorizer checks all routes that need a scope. */
export function routes(auth: boolean): RouteDefinition[] {
  const scoped = GATEWAY_ROUTES.map(({ routeKey, functionName, scope }) => ({
    routeKey,
    functionName,
    isAuthorized: auth && scope !== null,
  }));
  return [...scoped, DEFAULT_ROUTE];
}

/** @param ttlSeconds how long the authorizer's answer is cached: a revoked token works for that long */
export function authorizer(ttlSeconds = 60): AuthorizerDefinition {
  return {
    functionName: 'authorize',
    identitySources: ['$request.header.Authorization', '$context.routeKey'],
    ttlSeconds,
  };
}

export const SCHEDULES: readonly ScheduleDefinition[] = FUNCTION_NAMES.flatMap((functionName) => {
  const { trigger }: FunctionFacts = FUNCTIONS[functionName];
  if (trigger.kind !== 'schedule') return [];
  return [{ name: functionName, functionName, everySeconds: trigger.localMinutes * 60 }];
});

/** Environment variables that only one function gets. */
const OWN_VARIABLES: Readonly<Record<OwnVariable, string>> = {
  BATCH_STATE_MACHINE,
  EVENT_BUS: '',
  INGEST_FUNCTION: 'ingest',
  TRAIN_FUNCTION: 'train',
  SET_STATE_MACHINE,
  PREDICT_LOG_GROUP: logGroupOf('predict'),
  FUNCTION_PREFIX: '',
};

/** The endpoints where the functions reach the laptop's AWS. */
export interface Endpoints {
  readonly s3: string;
  readonly dynamodb: string;
  readonly cloudwatch: string;
  readonly stepFunctions: string;
}

/**
 * The functions with their settings: those that Terraform sets when deployed, and the endpoints.
 *
 * @param concurrency the most calls at once of each function that somebody waits for; undefined for its own
 */
export function functionDefinitions(
  bundles: readonly { readonly name: string; readonly file: string }[],
  endpoints: Endpoints,
  { auth, actor, corsOrigins, webhook }: LocalAccess,
  concurrency?: number | undefined,
  overrides: FunctionSettings = {},
): FunctionDefinition[] {
  const environment = {
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudwatch,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoints.cloudwatch,
    AWS_ENDPOINT_URL_SFN: endpoints.stepFunctions,
    RAW_BUCKET,
    PROCESSED_BUCKET,
    MODELS_BUCKET,
    PREDICTIONS_BUCKET,
    BATCHES_BUCKET,
    RESULTS_BUCKET,
    REGISTRY_TABLE,
    CODE_VERSION: 'local',
    ...(auth ? { AUTH: 'required' } : { AUTH: 'off', LOCAL_ACTOR: actor }),
    CORS_ALLOWED_ORIGINS: corsOrigins,
  };
  return bundles.map(({ name, file }) => {
    const facts = factsOf(name);
    if (!facts) throw new Error(`functions/${name} has no entry in lib/functions.ts`);
    const own = facts.environment.map((variable) => [variable, OWN_VARIABLES[variable]]);
    const posting =
      webhook && name === 'events' ? { WEBHOOK_URL: webhook.url, WEBHOOK_SECRET: webhook.secret } : {};
    return {
      name,
      bundle: file,
      environment: {
        ...environment,
        ...Object.fromEntries(own),
        ...facts.localSettings,
        ...posting,
        ...overrides[name as FunctionName],
      },
      timeoutSeconds: facts.timeoutSeconds,
      memorySizeMb: facts.memoryMb,
      maxConcurrency:
        triggeredBy(facts) === 'http' ? (concurrency ?? facts.localConcurrency) : facts.localConcurrency,
    };
  });
}
