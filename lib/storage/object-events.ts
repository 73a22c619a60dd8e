import * as z from 'zod/mini';
import { byCodeUnits } from '../code-units.ts';

/** One created object, from a notification. */
export interface CreatedObject {
  readonly bucket: string;
  /** Decoded: ready for GetObject. */
  readonly key: string;
  readonly versionId: string | undefined;
  readonly sizeBytes: number;
  /** Orders the events of one key. Compare with `compareSequencers`. */
  readonly sequencer: string | undefined;
  /** ISO 8601, UTC: when S3 finished the request. */
  readonly eventTime: string;
}

const record = z.object({
  eventSource: z.literal('aws:s3'),
  eventName: z.string(),
  eventTime: z.string(),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      size: z.optional(z.number()),
      versionId: z.optional(z.string()),
      sequencer: z.optional(z.string()),
    }),
  }),
});
const notification = z.object({ Records: z.array(record) });
/** What Lambda hands on of a queue: each body is a notification. */
const queued = z.object({
  Records: z.array(z.object({ eventSource: z.literal('aws:sqs'), body: z.string() })).check(z.minLength(1)),
});
const testEvent = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') });

/**
 * Reads an S3 event notification, as it is or from a queue: all its created objects, with decoded keys. S3's
 * own test event, and events other than ObjectCreated, give none.
 *
 * @throws TypeError when the event is not an S3 event, SyntaxError when a message of the queue is not JSON,
 *   URIError when a key is not valid percent-encoding.
 *   All are faults of the configuration. They are retried and end in the dead-letter queue, where a person
 *   sees them.
 */
export function createdObjects(event: unknown): CreatedObject[] {
  const messages = z.safeParse(queued, event);
  if (messages.success) return messages.data.Records.flatMap(({ body }) => createdObjects(JSON.parse(body)));
  if (z.safeParse(testEvent, event).success) return [];
  const parsed = z.safeParse(notification, event);
  if (!parsed.success) throw new TypeError(`not an S3 event notification: ${z.prettifyError(parsed.error)}`);
  return parsed.data.Records.filter(({ eventName }) => /^(s3:)?ObjectCreated:/.test(eventName)).map(
    (item) => ({
      bucket: item.s3.bucket.name,
      key: decodeKey(item.s3.object.key),
      versionId: item.s3.object.versionId,
      sizeBytes: item.s3.object.size ?? 0,
      sequencer: item.s3.object.sequencer,
      eventTime: item.eventTime,
    }),
  );
}

/** Keys in notifications are form-encoded: a space is `+` and a plus is `%2B`. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

/**
 * Orders two sequencers of the same key: negative when `a` is older. Sequencers are hexadecimal and may
 * differ in length. AWS says: pad the shorter one on the right with zeros and compare as text.
 */
export function compareSequencers(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  const [left, right] = [a.toUpperCase().padEnd(length, '0'), b.toUpperCase().padEnd(length, '0')];
  return byCodeUnits(left, right);
}
