import { listMetrics, type MetricFilter } from './catalogue.ts';
import type { MetricDatabase } from './database.ts';
import { Faults } from './faults.ts';
import { type Input, Parameters } from './parameters.ts';
import { ServiceError } from './service-error.ts';

const PAGE_SIZE = 500;
const TWO_WEEKS_MS = 14 * 86_400_000;
const THREE_HOURS_MS = 3 * 3_600_000;
/** AWS returns metrics up to this much older than three hours, "as an approximation". */
const RECENTLY_ACTIVE_SLACK_MS = 50 * 60_000;

/**
 * Answers ListMetrics: pages of 500, without metrics that have not reported for two weeks. Throws a
 * ServiceError on invalid parameters. Source: ListMetrics in the Amazon CloudWatch API Reference.
 */
export async function answerListMetrics(database: MetricDatabase, input: Input, nowMs: number) {
  const filter = parseFilter(input, nowMs);
  const { metrics, nextKey } = await listMetrics(database, filter, PAGE_SIZE, readToken(input.NextToken));
  return {
    Metrics: metrics.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    })),
    ...(nextKey === undefined ? {} : { NextToken: Buffer.from(nextKey).toString('base64url') }),
  };
}

function parseFilter(input: Input, nowMs: number): MetricFilter {
  const faults = new Faults();
  const parameters = new Parameters(faults, 'InvalidParameterValue');
  const { Namespace, MetricName, RecentlyActive } = input;
  if (RecentlyActive !== undefined && RecentlyActive !== 'PT3H') {
    parameters.invalid('The parameter RecentlyActive must be a value in the set [ PT3H ].');
  }
  const recent = RecentlyActive === undefined ? TWO_WEEKS_MS : THREE_HOURS_MS + RECENTLY_ACTIVE_SLACK_MS;
  const filter = {
    namespace: Namespace === undefined ? undefined : parameters.name(Namespace, 'Namespace'),
    name: MetricName === undefined ? undefined : parameters.text(MetricName, 'MetricName', 255),
    dimensions: parseDimensions(parameters, input.Dimensions),
    reportedSinceMs: nowMs - recent,
  };
  faults.throwIfAny();
  return filter;
}

function parseDimensions(parameters: Parameters, value: unknown) {
  return parameters.objects(value, 'Dimensions', 10).map((item, i) => ({
    name: parameters.name(item.Name, `Dimensions.member.${i + 1}.Name`) ?? '',
    value:
      item.Value === undefined
        ? undefined
        : parameters.text(item.Value, `Dimensions.member.${i + 1}.Value`, 1024),
  }));
}

function readToken(token: unknown): string | undefined {
  if (token === undefined) return undefined;
  const key = typeof token === 'string' ? Buffer.from(token, 'base64url').toString() : '';
  if (key.startsWith('m!')) return key;
  throw new ServiceError('InvalidParameterValue', 'Request parameter NextToken is invalid');
}
