import { METRICS, METRICS_NAMESPACE, type MetricKey, SERVICE } from './metric-names.ts';

/** One statistic of one CloudWatch metric: `Sum`, `SampleCount`, `TC(:5)`. */
export interface MetricSeries {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

/** A metric of this system, with the values of exactly the dimensions that it has. */
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

/** What Lambda itself counts of a function, as `Errors` or `Invocations`. @param functionName as deployed */
export function lambdaSeries(functionName: string, name: string): MetricSeries {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, statistic: 'Sum' };
}

/** Equal for equal series. Texts that dimensions may hold, spaces and quotes included, cannot make two series equal. */
export function seriesKeyOf({ namespace, name, dimensions, statistic }: MetricSeries): string {
  return JSON.stringify([namespace, name, statistic, ...Object.entries(dimensions).flat()]);
}
