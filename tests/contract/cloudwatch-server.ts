import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { Level } from 'level';
import type { MetricDatabase } from '../../lib/local/cloudwatch/database.ts';
import { type LocalCloudWatch, openLocalCloudWatch } from '../../lib/local/cloudwatch/server.ts';
import type { LocalLogs } from '../../lib/local/cloudwatch-logs/logs.ts';

export interface RunningCloudWatch {
  readonly cloudWatch: LocalCloudWatch;
  readonly database: Level;
  readonly folder: string;
  readonly endpoint: string;
  readonly client: CloudWatchClient;
  /** Present when `openLogs` was given. */
  readonly logs: LocalLogs | undefined;
  /** Errors that `onError` received. */
  readonly errors: unknown[];
  /** Reasons that `onInvalid` received. */
  readonly invalid: string[];
  /**
   * Closes everything and deletes the folder unless told to keep it. Throws the errors that `onError`
   * received.
   */
  stop(options?: { keepFolder: boolean }): Promise<void>;
}

/** Starts the local CloudWatch on a free port, over a database in the given folder, or in a new one. */
export async function startCloudWatch({
  folder: given,
  now,
  openLogs,
}: {
  folder?: string;
  now?: () => number;
  openLogs?: (database: MetricDatabase) => Promise<LocalLogs>;
} = {}): Promise<RunningCloudWatch> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'cloudwatch-')));
  const database = new Level(folder);
  await database.open();
  const errors: unknown[] = [];
  const invalid: string[] = [];
  const logs = await openLogs?.(database.sublevel('logs'));
  const cloudWatch = await openLocalCloudWatch({
    database,
    region: 'us-east-1',
    accountId: '000000000000',
    ...(now === undefined ? {} : { now }),
    ...(logs === undefined ? {} : { logs: logs.operate }),
    onError: (error) => errors.push(error),
    onInvalid: (reason) => invalid.push(reason),
  });
  cloudWatch.server.listen(0, '127.0.0.1');
  await once(cloudWatch.server, 'listening');
  const endpoint = `http://127.0.0.1:${(cloudWatch.server.address() as AddressInfo).port}`;
  const client = createClient(endpoint);
  const stop = async ({ keepFolder } = { keepFolder: false }) => {
    client.destroy();
    await cloudWatch.close();
    await database.close();
    if (!keepFolder) await rm(folder, { recursive: true });
    if (errors.length > 0) throw new AggregateError(errors, 'the server reported errors');
  };
  return { cloudWatch, database, folder, endpoint, client, logs, errors, invalid, stop };
}

/** The SDK's client with default settings, for an endpoint that accepts any credentials. */
function createClient(endpoint: string): CloudWatchClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new CloudWatchClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}
