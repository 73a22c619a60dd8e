import { METRICS, METRICS_NAMESPACE, type MetricKey } from './metric-names.ts';
import { SERVICE } from './service.ts';

/** One statistic of one CloudWatch metric: `Sum`, `SampleCount`, `TC(:5)`. */
export interface MetricSeries {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

/** A series of this system, with a value for each of the metric's dimensions. */
export function ownSeries<K extends MetricKey>(
  key: K,
  dimensions: Readonly<Record<(typeof METRICS)[K]['dimensions'][number], string>>,
  statistic: string,
): MetricSeries {
  return {
    namespace: METRICS_NAMESPACE,
    name: METRICS[key].name,
    dimensions: { service: SERVICE, ...dimensions },
    statistic,
  };
}

/**
 * A count that Lambda itself makes of a function, such as `Errors` or `Throttles`.
 *
 * @param functionName as deployed
 */
export function lambdaSeries(functionName: string, name: string): MetricSeries {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, statistic: 'Sum' };
}

/**
 * A key that is equal only for equal series. Dimension values with spaces or quotes cannot make two series
 * equal.
 */
export function seriesKeyOf({ namespace, name, dimensions, statistic }: MetricSeries): string {
  return JSON.stringify([namespace, name, statistic, ...Object.entries(dimensions).flat()]);
}
