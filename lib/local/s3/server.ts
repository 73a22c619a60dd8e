import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { BlobStore } from './blob-store.ts';
import { checkBucketName } from './buckets.ts';
import type { S3Database } from './database.ts';
import type { Notification, NotificationRule } from './event-record.ts';
import { type CommitEffects, ObjectIndex } from './object-index.ts';
import { Outbox } from './outbox.ts';
import { handleRequest } from './request-handler.ts';
import type { S3Context } from './s3-request.ts';

/** A bucket that is there from the start. Versioning once on stays on, whatever a later definition says. */
export interface BucketDefinition {
  readonly name: string;
  readonly versioned: boolean;
  readonly notifications: readonly NotificationRule[];
}

export interface LocalS3Options {
  /** Holds the bytes of objects, and nothing else; created where it is missing. */
  readonly directory: string;
  /** An open database or sublevel, which nothing else writes to; the caller closes it after close(). */
  readonly database: S3Database;
  readonly region: string;
  readonly buckets: readonly BucketDefinition[];
  /** Takes a notification over: it is delivered again, after a while or at the next start, until this resolves. */
  deliver(notification: Notification): Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Hears of every fault that is not a client's. */
  onError(error: unknown): void;
}

export interface LocalS3 {
  /** Not listening yet: the caller chooses host and port. */
  readonly server: Server;
  /** Ends all connections, and waits for requests and, a little, for deliveries under way. */
  close(): Promise<void>;
}

/** SDKs keep connections for reuse: one that is closed too early costs them a failed request. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Opens an S3 whose objects are files below `directory` and whose index is in LevelDB. It survives being killed at
 * any moment: an object appears wholly or not at all, and its notifications with it.
 * Throws S3Error InvalidBucketName for a definition that S3 would refuse.
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
  await outbox.replay();
  return serve({ index, blobs, region, rulesByBucket, now }, outbox, onError);
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
  // A large object over a slow line takes as long as it takes.
  server.requestTimeout = 0;
  return { server, close: () => closeAll(server, running, outbox) };
}

async function closeAll(server: Server, running: ReadonlySet<Promise<void>>, outbox: Outbox): Promise<void> {
  server.close();
  server.closeAllConnections();
  await Promise.all(running);
  await outbox.close();
}

/** The change is committed whatever happens here: what fails is made up for at the next start. */
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
