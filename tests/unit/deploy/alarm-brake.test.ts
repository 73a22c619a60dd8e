import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { checkAlarms } from '../../../lib/deploy/alarm-brake.ts';

describe('alarms', () => {
  it('are asked for a hundred at a time, and never composite ones, which need a right to all alarms', async () => {
    const client = new CloudWatchClient({});
    const mock = mockClient(client);
    mock.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }: { AlarmNames: string[] }) => ({
      MetricAlarms: AlarmNames.map((AlarmName) => ({
        AlarmName,
        StateValue: AlarmName === 'a130' ? 'ALARM' : 'OK',
        StateReason: 'two of three',
      })),
    }));
    const names = Array.from({ length: 150 }, (_, i) => `a${i}`);
    await expect(checkAlarms(client, names)).rejects.toThrow('in alarm: a130 (two of three)');
    expect(mock.calls().map(({ args: [command] }) => command.input)).toMatchObject([
      { AlarmNames: names.slice(0, 100), AlarmTypes: ['MetricAlarm'], MaxRecords: 100 },
      { AlarmNames: names.slice(100) },
    ]);
  });
});
