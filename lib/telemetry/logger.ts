import { Logger } from '@aws-lambda-powertools/logger';
import { SERVICE } from './service.ts';

export type { Logger };

/** The structured logger of a function: one JSON line per entry, level by POWERTOOLS_LOG_LEVEL. */
export function createLogger(): Logger {
  return new Logger({ serviceName: SERVICE });
}
