import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { Level } from 'level';
import type { Notification } from '../../lib/local/s3/event-record.ts';
import { type BucketDefinition, openLocalS3 } from '../../lib/local/s3/server.ts';

export interface S3FixtureOptions {
  readonly buckets?: readonly BucketDefinition[];
  /** The state directory of an earlier run; by default a new one. */
  readonly directory?: string;
  readonly port?: number;
  readonly region?: string;
  readonly deliver?: (notification: Notification) => Promise<void>;
  readonly now?: () => number;
}

export interface S3Fixture {
  readonly endpoint: string;
  readonly client: S3Client;
  readonly directory: string;
  /** Faults that the server reported. */
  readonly faults: unknown[];
  /** Closes the server and keeps its state. */
  close(): Promise<void>;
  /** Closes the server, deletes its state and throws the faults that it reported. */
  remove(): Promise<void>;
}

/** Opens the laptop's S3 on a free port of 127.0.0.1, with its state in a temporary directory. */
export async function openS3Fixture(options: S3FixtureOptions = {}): Promise<S3Fixture> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'local-s3-')));
  const database = new Level<string, string>(join(directory, 'index'));
  await database.open();
  const faults: unknown[] = [];
  const s3 = await openLocalS3({
    directory: join(directory, 'objects'),
    // A sublevel, as in the local stack.
    database: database.sublevel('s3'),
    region: options.region ?? 'us-east-1',
    buckets: options.buckets ?? [],
    deliver: options.deliver ?? (() => Promise.resolve()),
    onError: (error) => faults.push(error),
    ...(options.now && { now: options.now }),
  });
  await new Promise<void>((resolve) => s3.server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(s3.server.address() as AddressInfo).port}`;
  const client = createS3Client(endpoint);
  const close = async () => {
    client.destroy();
    await s3.close();
    await database.close();
  };
  const remove = async () => {
    await close();
    await rm(directory, { recursive: true });
    if (faults.length > 0) throw new AggregateError(faults, 'the server met faults of its own');
  };
  return { endpoint, client, directory, faults, close, remove };
}

/** A client without retries, so that a test sees each answer of the server. */
export function createS3Client(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 });
}
