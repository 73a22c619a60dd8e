import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';

/** An alarm rings: the rollout must not go on. */
export class AlarmError extends Error {}

/**
 * Holds that every alarm exists and that none rings. An alarm without data does not ring: an idle system has none.
 *
 * @throws AlarmError naming those that ring, with CloudWatch's reason, or those that do not exist: a brake that is not there is none.
 */
export async function checkAlarms(cloudwatch: CloudWatchClient, names: readonly string[]): Promise<void> {
  const states = new Map<string, { state: string; reason: string }>();
  // 100 names is the most that one request takes.
  for (let first = 0; first < names.length; first += 100) {
    const answer = await cloudwatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(first, first + 100),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
      }),
    );
    for (const alarm of [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])]) {
      states.set(alarm.AlarmName ?? '', {
        state: alarm.StateValue ?? '',
        reason: alarm.StateReason ?? 'no reason given',
      });
    }
  }
  const missing = names.filter((name) => !states.has(name));
  if (missing.length > 0)
    throw new AlarmError(
      `expected the alarms ${missing.join(', ')}, found none of that name: apply Terraform first`,
    );
  const ringing = [...states].filter(([, { state }]) => state === 'ALARM');
  if (ringing.length > 0)
    throw new AlarmError(
      `in alarm: ${ringing.map(([name, { reason }]) => `${name} (${reason})`).join('; ')}`,
    );
}
