import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll } from 'vitest';
import { openLocalLogs } from '../../lib/local/cloudwatch-logs/logs.ts';
import { describeLogsContract, type LogsUnderTest } from './cloudwatch-logs.ts';
import { type RunningCloudWatch, startCloudWatch } from './cloudwatch-server.ts';

const given = process.env.CONTRACT_ENDPOINT;
const names = Array.from({ length: 20 }, (_, i) => `/aws/lambda/contract-${process.pid}-${Date.now()}-${i}`);
let used = 0;

let running: RunningCloudWatch | undefined;
let logs: LogsUnderTest;
beforeAll(async () => {
  logs = given === undefined ? await startLocal() : foreign(given);
});
afterAll(() => running?.stop());

async function startLocal(): Promise<LogsUnderTest> {
  running = await startCloudWatch({ openLogs: (database) => openLocalLogs(database, names) });
  const { logs: local, endpoint } = running;
  return {
    endpoint,
    createGroup: async () => names[used++]!,
    put: (group, lines) =>
      local!.append(lines.map(([timestampMs, message]) => ({ group, timestampMs, message }))),
  };
}

function foreign(endpoint: string): LogsUnderTest {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new CloudWatchLogsClient({ endpoint, region: 'us-east-1', credentials });
  return {
    endpoint,
    async createGroup() {
      const logGroupName = names[used++]!;
      await client.send(new CreateLogGroupCommand({ logGroupName }));
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'local' }));
      return logGroupName;
    },
    async put(logGroupName, lines) {
      if (lines.length === 0) return;
      const logEvents = lines.map(([timestamp, message]) => ({ timestamp, message }));
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'local', logEvents }));
    },
  };
}

describeLogsContract(() => logs);
