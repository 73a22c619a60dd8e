import type { MetricDatabase } from '../cloudwatch/database.ts';
import type { Operate } from '../cloudwatch/operations.ts';
import { ServiceError } from '../cloudwatch/service-error.ts';
import { answerFilterLogEvents } from './filter-log-events.ts';
import { type LogLine, LogStore } from './log-store.ts';

export interface LocalLogs {
  /** Answers FilterLogEvents, the only supported operation. */
  readonly operate: Operate;
  /** Once it resolves, the next request finds these lines. */
  append(lines: readonly LogLine[]): Promise<void>;
}

/** The log group of a function, as Lambda names it. */
export const logGroupOf = (functionName: string) => `/aws/lambda/${functionName}`;

/**
 * The laptop's CloudWatch Logs: what the functions print, without metrics, readable as on AWS. It has no
 * server of its own: the local CloudWatch passes on the requests for CloudWatch Logs.
 */
export async function openLocalLogs(
  database: MetricDatabase,
  groups: readonly string[],
  now: () => number = Date.now,
): Promise<LocalLogs> {
  const store = new LogStore(database, now);
  const known = new Set(groups);
  await store.expire(groups);
  return {
    append: (lines) => store.append(lines),
    async operate(operation, input) {
      if (operation === 'FilterLogEvents') return await answerFilterLogEvents(store, known, input);
      const message = `The local CloudWatch Logs does not know ${operation}; it knows FilterLogEvents.`;
      throw new ServiceError('InvalidAction', message);
    },
  };
}
