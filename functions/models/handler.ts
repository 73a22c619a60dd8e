import { readConfiguration } from '../../lib/config.ts';
import { accessFields, accessPolicy } from '../../lib/http/access.ts';
import { httpStack } from '../../lib/http/stack.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { docsAnswers } from './docs-answer.ts';
import { answerOpenApi } from './openapi-answer.ts';

const config = readConfiguration({ ...accessFields }, process.env);
const docs = docsAnswers(new URL('docs/', import.meta.url));

export const handler = httpStack(
  {
    'GET /openapi.json': answerOpenApi,
    'GET /docs': docs.page,
    'GET /docs/{file}': docs.file,
  },
  { logger: createLogger(), emit: createMetricEmitter(), access: accessPolicy(config) },
);
