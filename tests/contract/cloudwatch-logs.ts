import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What the suite needs beside the CloudWatch Logs API. */
export interface LogsUnderTest {
  readonly endpoint: string;
  /** Creates a new, empty log group. */
  createGroup(): Promise<string>;
  /** Puts lines into the group, each at its time in milliseconds, ascending. */
  put(group: string, lines: readonly (readonly [timestampMs: number, message: string])[]): Promise<void>;
}

/**
 * CloudWatch Logs as this project reads it, through the AWS SDK.
 * Source: FilterLogEvents in the Amazon CloudWatch Logs API Reference.
 */
export function describeLogsContract(getLogs: () => LogsUnderTest): void {
  describe('CloudWatch Logs', () => {
    let client: CloudWatchLogsClient;
    const start = Date.now() - 3_600_000;
    beforeAll(() => {
      client = new CloudWatchLogsClient({
        endpoint: getLogs().endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
    });
    afterAll(() => client.destroy());

    const groupWith = async (...lines: readonly (readonly [number, string])[]) => {
      const group = await getLogs().createGroup();
      await getLogs().put(
        group,
        lines.map(([offset, message]) => [start + offset, message]),
      );
      return group;
    };
    const filter = async (logGroupName: string, input: Partial<FilterLogEventsCommandInput> = {}) => {
      const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
      return events.map(({ timestamp, message }) => [timestamp! - start, message]);
    };

    it('returns the lines of a group by time, each with a unique id', async () => {
      const group = await groupWith([0, 'a'], [1, 'b {"x": "é\u2028"}'], [1, 'c']);
      expect(await filter(group)).toEqual([
        [0, 'a'],
        [1, 'b {"x": "é\u2028"}'],
        [1, 'c'],
      ]);
      const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName: group }));
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
      for (const { ingestionTime } of events) expect(ingestionTime).toBeGreaterThan(start);
      expect(await filter(await groupWith())).toEqual([]);
    });

    it('keeps groups apart', async () => {
      const [one, two] = [await groupWith([0, 'one']), await groupWith([0, 'two'])];
      expect([await filter(one), await filter(two)]).toEqual([[[0, 'one']], [[0, 'two']]]);
    });

    it('returns the lines from startTime to endTime, both included', async () => {
      const group = await groupWith([0, 'a'], [10, 'b'], [20, 'c'], [30, 'd']);
      const within = (startTime: number, endTime: number) =>
        filter(group, { startTime: start + startTime, endTime: start + endTime });
      expect(await within(10, 20)).toEqual([
        [10, 'b'],
        [20, 'c'],
      ]);
      expect(await within(11, 19)).toEqual([]);
    });

    it('returns the lines that contain a quoted term in the same case', async () => {
      const group = await groupWith([0, '{"prediction_log":1}'], [1, 'other'], [2, '{"Prediction_Log":1}']);
      expect(await filter(group, { filterPattern: '"prediction_log"' })).toEqual([
        [0, '{"prediction_log":1}'],
      ]);
    });

    it('returns all pages without gaps and without repeating a line', async () => {
      const lines = Array.from({ length: 25 }, (_, i) => [Math.floor(i / 3), `line ${i}`] as const);
      const group = await groupWith(...lines);
      const seen: string[] = [];
      const sizes: number[] = [];
      for await (const { events = [] } of paginateFilterLogEvents(
        { client },
        { logGroupName: group, limit: 10 },
      )) {
        sizes.push(events.length);
        seen.push(...events.map(({ message }) => message!));
      }
      expect(seen).toEqual(lines.map(([, message]) => message));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    });

    it('refuses a group that was not created', async () => {
      await expect(filter('/aws/lambda/none')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    it('refuses a page of more than 10,000 lines', async () => {
      const group = await groupWith([0, 'a']);
      await expect(filter(group, { limit: 10_001 })).rejects.toMatchObject({
        name: 'InvalidParameterException',
      });
    });
  });
}
