import { readConfiguration } from '../../lib/config.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import type { TokenAnswer } from '../../lib/http/schemas/token.ts';
import { httpStack, json } from '../../lib/http/stack.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { consoleAnswers } from './console-answer.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);

const pages = consoleAnswers(new URL('page/', import.meta.url), {
  buckets: [config.RAW_BUCKET, config.BATCHES_BUCKET],
  region: config.AWS_REGION,
  environment: process.env,
});

export const handler = httpStack(
  {
    'GET /': pages.page,
    'GET /console/{file}': pages.file,
    'GET /token': async ({ caller: { name, scopes, models } }) => {
      const answer: TokenAnswer = {
        name,
        scopes: [...scopes],
        models: models === 'all' ? null : [...models],
      };
      return json(200, answer, { 'cache-control': 'no-store' });
    },
  },
  { logger: createLogger(), metrics: createMetricBuffer('console'), access: accessPolicy(config) },
);
