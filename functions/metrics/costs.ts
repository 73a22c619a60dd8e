import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { totalUsd } from '../../lib/cost/cost-lines.ts';
import { costOfUse } from '../../lib/cost/metered-use.ts';
import { FUNCTION_NAMES } from '../../lib/functions.ts';
import type { CostAnswer } from '../../lib/http/schemas/operation.ts';
import { lambdaSeries } from '../../lib/telemetry/metric-series.ts';
import { readSums } from '../../lib/telemetry/read-metric-data.ts';

const HOUR_MS = 3_600_000;

/** What depends on data and settings that no count here shows. terraform/README.md has its prices. */
const LEFT_OUT = [
  'what is stored: buckets, table, logs, images of the table for its recovery',
  'reads and writes of buckets and table',
  'alarms, dashboard, metrics and traces',
  'the log of anything but predictions',
  'data that leaves AWS',
];

export interface CostSources {
  readonly cloudWatch: CloudWatchClient;
  /** The prefix of deployed functions' names. */
  readonly functionPrefix: string;
}

/**
 * The cost of what was used since the beginning of the month in UTC, computed from what Lambda counted: AWS's
 * own bill comes a day later and needs permissions over the whole account.
 *
 * @param nowMs milliseconds since the epoch
 */
export async function costSoFar(
  { cloudWatch, functionPrefix }: CostSources,
  nowMs: number,
): Promise<CostAnswer> {
  const now = new Date(nowMs);
  const startMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const endMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  const series = FUNCTION_NAMES.flatMap((name) =>
    ['Invocations', 'Duration'].map((metric) => lambdaSeries(`${functionPrefix}${name}`, metric)),
  );
  const sums = await readSums(cloudWatch, series, { startMs, endMs, periodSeconds: HOUR_MS / 1000 });
  const lines = costOfUse((name) => {
    const at = 2 * FUNCTION_NAMES.indexOf(name);
    return { calls: sums[at]!, seconds: sums[at + 1]! / 1000 };
  });
  return {
    from: new Date(startMs).toISOString(),
    to: now.toISOString(),
    currency: 'USD',
    total: totalUsd(lines),
    lines: lines.map(({ what, units, price }) => ({
      what,
      units,
      unit: price.unit,
      price: price.usd,
      amount: units * price.usd,
    })),
    left_out: LEFT_OUT,
  };
}
