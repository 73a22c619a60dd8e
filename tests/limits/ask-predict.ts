/**
 * Sends one set of the requests of requests.ts to the predict function, with the models of two files, in a
 * process of its own, so that its memory can be measured. Prints each answer's status and sizes, and the most
 * memory that the process had.
 */
import { readFileSync, statSync } from 'node:fs';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ModelCache, PATIENCE } from '../../functions/predict/model-cache.ts';
import { PredictionLog } from '../../functions/predict/prediction-log.ts';
import { predictFunction } from '../../functions/predict/routes.ts';
import { cacheLimitBytes } from '../../lib/cache-limit.ts';
import { modelMemoryBytes, openModel } from '../../lib/classifier/model-file.ts';
import { systemClock } from '../../lib/freshness.ts';
import { FUNCTIONS } from '../../lib/functions.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../helpers/http-event.ts';
import { metricsTo } from '../helpers/metric-buffers.ts';
import { REQUESTS } from './requests.ts';
import { NARROW } from './widest-model.ts';

/** The answer to one request at a limit. */
export interface LimitAnswer {
  readonly name: string;
  readonly status: number;
  /** Of the body, in UTF-8. */
  readonly bodyBytes: number;
  /** Of all that the function returns. */
  readonly returnedBytes: number;
  readonly code: string | undefined;
}

export interface LimitOutcome {
  readonly answers: readonly LimitAnswer[];
  readonly mostMemoryMb: number;
}

/** The largest that MAX_BODY_BYTES may be. */
const MAX_BODY_BYTES = 6 * 1024 ** 2;

const logger = createLogger();
logger.setLogLevel('SILENT');
const metrics = metricsTo(() => undefined);
const [, , set, widest, narrow] = process.argv;
const FILES: Readonly<Record<string, string>> = { default: widest!, [NARROW]: narrow! };
const models = new ModelCache({
  source: {
    async champion(model) {
      const file = FILES[model];
      if (file === undefined) throw new HttpError(404, 'unknown_model', 'no such model');
      const artifactSha256 = sha256Hex(readFileSync(file));
      return { model, version: 1, artifactKey: file, artifactSha256, headers: {} };
    },
    async version() {
      throw new HttpError(404, 'unknown_version', 'no such version');
    },
    async alias() {
      throw new HttpError(404, 'unknown_alias', 'no such alias');
    },
    names: async () => Object.keys(FILES),
    open: async ({ artifactKey, artifactSha256 }) => ({
      sizeBytes: modelMemoryBytes(statSync(artifactKey).size),
      read: async () => openModel(new Uint8Array(readFileSync(artifactKey)), artifactSha256),
      discard: () => undefined,
    }),
  },
  // Longer than a run, which asks no registry.
  refreshSeconds: 3600,
  limitBytes: cacheLimitBytes(undefined, FUNCTIONS.predict.memoryMb),
  patience: PATIENCE,
  emit: metrics.emit,
  logger,
  clock: systemClock,
});

let loggedBytes = 0;
const handler = predictFunction({
  models,
  maxBodyBytes: MAX_BODY_BYTES,
  codeVersion: 'test',
  access: { tokens: 'off', actor: 'test' },
  logger,
  metrics,
  predictionLog: new PredictionLog({
    sampleRate: 1,
    logsFeatures: true,
    write: (lines) => {
      loggedBytes += lines.length;
    },
    random: () => 0,
    now: Date.now,
  }),
  clock: systemClock,
});

const answers: LimitAnswer[] = [];
for (const { name, routeKey, options } of REQUESTS[set as keyof typeof REQUESTS](MAX_BODY_BYTES - 100)) {
  const answer = (await handler(
    httpEvent(routeKey, options()),
    LAMBDA_CONTEXT,
  )) as APIGatewayProxyStructuredResultV2;
  const body = answer.body ?? '';
  answers.push({
    name,
    status: answer.statusCode ?? 0,
    bodyBytes: Buffer.byteLength(body),
    returnedBytes: Buffer.byteLength(JSON.stringify(answer)),
    code: answer.statusCode === 200 ? undefined : (JSON.parse(body) as { code?: string }).code,
  });
}
const outcome: LimitOutcome = { answers, mostMemoryMb: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(`${JSON.stringify(outcome)}\n`);
if (loggedBytes === 0) throw new Error('no prediction was logged');
