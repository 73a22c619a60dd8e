import { afterAll, beforeAll } from 'vitest';
import { describeCloudWatchContract } from './cloudwatch.ts';
import { type RunningCloudWatch, startCloudWatch } from './cloudwatch-server.ts';

const given = process.env.CONTRACT_ENDPOINT;

if (given === undefined) {
  let running: RunningCloudWatch;
  beforeAll(async () => {
    running = await startCloudWatch();
  });
  afterAll(() => running.stop());
  describeCloudWatchContract(() => running.endpoint, { distributionStatistics: true });
} else {
  describeCloudWatchContract(() => given, { distributionStatistics: false });
}
