import {
  type CloudWatchClient,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import type { AwsCli } from './aws-cli.ts';
import { InfraTestError } from './processes.ts';

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: { Name: string; Value: string }[];
}

interface Alarm extends Partial<Metric> {
  readonly AlarmName: string;
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: Metric } }[];
}

/**
 * Throttles a function of somebody else in the account, then one of the system: only the second may raise
 * what the rollout's alarms look at.
 *
 * @param names the alarms that stop a rollout
 * @param own a function that somebody waits for
 * @returns the result, in one line
 */
export async function checkBrake(
  aws: AwsCli,
  cloudwatch: CloudWatchClient,
  names: readonly string[],
  own: string,
): Promise<string> {
  const { MetricAlarms } = await aws.json<{ MetricAlarms: Alarm[] }>(
    ...['cloudwatch', 'describe-alarms', '--alarm-names', ...names],
  );
  const watched = MetricAlarms.flatMap(metricsOf).filter(({ MetricName }) => MetricName === 'Throttles');
  const expect = async (wanted: number, after: string) => {
    const seen = await sumOf(cloudwatch, watched);
    if (seen !== wanted)
      throw new InfraTestError(
        `the rollout's alarms: expected ${wanted} throttled calls after ${after}, got ${seen}`,
      );
  };
  await throttle(cloudwatch, 7, [{ Name: 'FunctionName', Value: 'somebody-else' }]);
  await throttle(cloudwatch, 7, []);
  await expect(0, 'those of others in the account');
  await throttle(cloudwatch, 3, [{ Name: 'FunctionName', Value: own }]);
  await expect(3, `those of ${own}`);
  return `the rollout's alarms see throttled calls of ${watched.length} own functions, and none of others in the account`;
}

const metricsOf = ({ Metrics = [], Namespace, MetricName, Dimensions }: Alarm): Metric[] => [
  ...(Namespace && MetricName ? [{ Namespace, MetricName, ...(Dimensions ? { Dimensions } : {}) }] : []),
  ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
];

async function throttle(
  cloudwatch: CloudWatchClient,
  Value: number,
  Dimensions: { Name: string; Value: string }[],
): Promise<void> {
  const datum = { MetricName: 'Throttles', Dimensions, Value, Timestamp: new Date() };
  await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData: [datum] }));
}

async function sumOf(cloudwatch: CloudWatchClient, metrics: readonly Metric[]): Promise<number> {
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      MetricDataQueries: metrics.map((Metric, i) => ({
        Id: `m${i}`,
        MetricStat: { Metric, Period: 7200, Stat: 'Sum' },
      })),
    }),
  );
  return MetricDataResults.flatMap(({ Values = [] }) => Values).reduce((sum, value) => sum + value, 0);
}
