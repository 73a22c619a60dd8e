import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';

/** An alarm is in the ALARM state: the rollout must stop. */
export class AlarmError extends Error {}

/**
 * Checks that every alarm exists and that none is in the ALARM state. An alarm without data passes: an idle
 * system has no data.
 *
 * @throws AlarmError naming the alarms in the ALARM state with CloudWatch's reason, or the alarms that do not
 *   exist: a missing alarm cannot stop a bad release
 */
export async function checkAlarms(cloudwatch: CloudWatchClient, names: readonly string[]): Promise<void> {
  const states = new Map<string, { state: string; reason: string }>();
  // One request takes at most 100 names.
  for (let first = 0; first < names.length; first += 100) {
    const answer = await cloudwatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(first, first + 100),
        // CloudWatch tells of composite alarms only whoever may read every alarm of the account.
        AlarmTypes: ['MetricAlarm'],
        MaxRecords: 100,
      }),
    );
    for (const alarm of answer.MetricAlarms ?? []) {
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
  const alarming = [...states].filter(([, { state }]) => state === 'ALARM');
  if (alarming.length > 0)
    throw new AlarmError(
      `in alarm: ${alarming.map(([name, { reason }]) => `${name} (${reason})`).join('; ')}`,
    );
}
