import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { BlobStore } from './blob-store.ts';
import { checkBucketName } from './buckets.ts';
import type { CorsRule } from './cors-rule.ts';
import type { S3Database } from './database.ts';
import type { Notification, NotificationRule } from './event-record.ts';
import { type CommitEffects, ObjectIndex } from './object-index.ts';
import { Outbox } from './outbox.ts';
import { handleRequest } from './request-handler.ts';
import type { S3Context } from './s3-request.ts';

/**
 * A bucket that exists from the start. Enabled versioning stays enabled, even when a later definition omits
 * it.
 */
export interface BucketDefinition {
  readonly name: string;
  readonly versioned: boolean;
  readonly notifications: readonly NotificationRule[];
  /** Which web pages may use it; none when it is left out. */
  readonly cors?: CorsRule;
}

export interface LocalS3Options {
  /** Holds only the bytes of objects. Created when it does not exist. */
  readonly directory: string;
  /** An open database or sublevel that nothing else writes to. The caller closes it after close(). */
  readonly database: S3Database;
  readonly region: string;
  readonly buckets: readonly BucketDefinition[];
  /**
   * Takes a notification. It is delivered again, after some time or at the next start, until this resolves.
   */
  deliver(notification: Notification): Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Called with every fault that is not a client's. */
  onError(error: unknown): void;
}

export interface LocalS3 {
  /** Not listening yet: the caller chooses host and port. */
  readonly server: Server;
  /** Ends all connections, and waits for requests and, for a short time, for deliveries in progress. */
  close(): Promise<void>;
}

/** SDKs keep connections for reuse. Closing one too early would make their request fail. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Opens an S3 that stores objects as files below `directory` and its index in LevelDB. It survives a kill at
 * any moment: an object appears as a whole or not at all, and its notifications with it. Throws S3Error
 * InvalidBucketName for a definition that S3 would refuse.
 */
export async function openLocalS3(options: LocalS3Options): Promise<LocalS3> {
  const { database, region, onError, now = Date.now } = options;
  const blobs = await BlobStore.open(join(options.directory));
  const outbox = new Outbox({ database, onError, deliver: (notification) => options.deliver(notification) });
  const index = await ObjectIndex.open(database, now, (effects) =>
    afterCommit(blobs, outbox, effects, onError),
  );
  const referenced = await index.referencedBlobs();
  await blobs.sweep((blobId) => referenced.has(blobId));
  for (const definition of options.buckets) await ensureBucket(index, definition, now);
  const rulesByBucket = new Map(options.buckets.map(({ name, notifications }) => [name, notifications]));
  const corsByBucket = new Map(options.buckets.map(({ name, cors }) => [name, cors]));
  await outbox.replay();
  return serve({ index, blobs, region, rulesByBucket, corsByBucket, now }, outbox, onError);
}

function serve(context: S3Context, outbox: Outbox, onError: (error: unknown) => void): LocalS3 {
  const running = new Set<Promise<void>>();
  const server = createServer((message, response) => {
    const request = handleRequest(context, message, response, onError)
      .catch(onError)
      .finally(() => running.delete(request));
    running.add(request);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // A large object on a slow connection may take any time.
  server.requestTimeout = 0;
  return { server, close: () => closeAll(server, running, outbox) };
}

async function closeAll(server: Server, running: ReadonlySet<Promise<void>>, outbox: Outbox): Promise<void> {
  server.close();
  server.closeAllConnections();
  await Promise.all(running);
  await outbox.close();
}

/** The change is committed. If something fails here, the next start repeats it. */
async function afterCommit(
  blobs: BlobStore,
  outbox: Outbox,
  { removedBlobs, notificationKeys }: CommitEffects,
  onError: (error: unknown) => void,
): Promise<void> {
  outbox.enqueue(notificationKeys);
  await blobs.remove(removedBlobs).catch(onError);
}

async function ensureBucket(
  index: ObjectIndex,
  { name, versioned }: BucketDefinition,
  now: () => number,
): Promise<void> {
  checkBucketName(name);
  await index.change(async (transaction) => {
    const existing = await index.findBucket(name);
    const versioning = versioned ? 'Enabled' : (existing?.versioning ?? 'Unversioned');
    if (existing?.versioning === versioning) return;
    transaction.putBucket({ name, createdAtMs: existing?.createdAtMs ?? now(), versioning });
  });
}
