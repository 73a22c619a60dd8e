import type { BucketDefinition } from '../../lib/local/s3/server.ts';
import { openS3Fixture } from './s3-fixture.ts';

/** The buckets that the process below serves. */
export const PROCESS_BUCKETS: readonly BucketDefinition[] = [
  {
    name: 'durable',
    versioned: true,
    notifications: [
      { id: 'ingest-csv', functionName: 'ingest', events: ['s3:ObjectCreated:*'], suffix: '.csv' },
    ],
  },
];

/**
 * Run as a program with a state directory, it serves the directory until it is killed, and prints its
 * endpoint. Deliveries never end, as if the function were still running when the process dies.
 */
if (process.argv[1] === import.meta.filename) {
  const directory = process.argv[2];
  if (directory === undefined) throw new Error('expected a state directory as the argument');
  const { endpoint } = await openS3Fixture({
    directory,
    buckets: PROCESS_BUCKETS,
    deliver: () => new Promise(() => undefined),
  });
  process.stdout.write(`${endpoint}\n`);
}
