import { type CloudWatchClient, PutMetricDataCommand, type StandardUnit } from '@aws-sdk/client-cloudwatch';
import { parseEmf } from '../../lib/local/cloudwatch/emf.ts';

/** Whole minutes are counted: what was logged is put into one that is over. */
const AGE_MS = 120_000;

/**
 * Puts the metrics that a function logged into CloudWatch, which moto does not read from logs.
 *
 * @param output all that the function wrote
 */
export async function putEmitted(cloudwatch: CloudWatchClient, output: string): Promise<void> {
  const nowMs = Date.now();
  for (const line of output.split('\n')) {
    const read = parseEmf(line, nowMs);
    if (read.kind === 'invalid') throw new Error(`expected metrics, got ${read.reason} in ${line}`);
    if (read.kind === 'ordinary') continue;
    for (const { series, unit, distribution } of read.contributions) {
      const values = [...distribution.values!];
      await cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: series.namespace,
          MetricData: [
            {
              MetricName: series.name,
              Dimensions: series.dimensions.map(([Name, Value]) => ({ Name, Value })),
              Unit: unit as StandardUnit,
              Timestamp: new Date(nowMs - AGE_MS),
              Values: values.map(([value]) => value),
              Counts: values.map(([, count]) => count),
            },
          ],
        }),
      );
    }
  }
}
