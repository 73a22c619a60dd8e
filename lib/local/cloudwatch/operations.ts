import type { MetricDatabase } from './database.ts';
import { answerGetMetricData } from './get-metric-data.ts';
import { answerGetMetricStatistics } from './get-metric-statistics.ts';
import { answerListMetrics } from './list-metrics.ts';
import type { Input } from './parameters.ts';
import { parsePutMetricData } from './put-metric-data.ts';
import { ServiceError } from './service-error.ts';
import type { MetricStore } from './store.ts';

/** Answers an operation by name, in any wire format. Throws a ServiceError for the caller's mistakes. */
export type Operate = (operation: string, input: Input) => Promise<object>;

/** The operations that the local CloudWatch supports. */
export function createOperations(database: MetricDatabase, store: MetricStore, now: () => number): Operate {
  const operations: ReadonlyMap<string, (input: Input) => Promise<object>> = new Map([
    ['PutMetricData', (input: Input) => store.append(parsePutMetricData(input, now())).then(() => ({}))],
    ['GetMetricData', (input: Input) => answerGetMetricData(database, input, now())],
    ['GetMetricStatistics', (input: Input) => answerGetMetricStatistics(database, input, now())],
    ['ListMetrics', (input: Input) => answerListMetrics(database, input, now())],
  ]);
  return async (name, input) => {
    const operation = operations.get(name);
    if (operation !== undefined) return operation(input);
    const known = [...operations.keys()].join(', ');
    throw new ServiceError('InvalidAction', `The local CloudWatch does not know ${name}; it knows ${known}.`);
  };
}
