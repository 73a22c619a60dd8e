import type { S3Event, S3EventRecord } from 'aws-lambda';
import { encodeKey } from './key-encoding.ts';
import type { Version } from './records.ts';

/** A rule of a bucket: the events and keys that call a function. */
export interface NotificationRule {
  readonly id: string;
  readonly functionName: string;
  /** For example `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** An event for a function. `id` stays the same when it is delivered again. */
export interface Notification {
  readonly id: string;
  readonly functionName: string;
  readonly event: S3Event;
}

export type EventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete'
  | 'ObjectRemoved:DeleteMarkerCreated';

/** A change of an object, and the request that caused it. */
export interface ObjectChange {
  readonly eventName: EventName;
  readonly bucket: string;
  readonly version: Version;
  /** False in a bucket that never had versioning: its events name no version. */
  readonly isVersioned: boolean;
  readonly sequence: string;
  readonly atMs: number;
  readonly region: string;
  readonly requestId: string;
  readonly hostId: string;
  readonly sourceIp: string;
}

/** Whether the rule names this event and its prefix and suffix match the key, which is not URL-encoded. */
export function ruleMatches(rule: NotificationRule, eventName: EventName, key: string): boolean {
  const isNamed = rule.events.some((pattern) => matchesPattern(pattern, `s3:${eventName}`));
  return isNamed && key.startsWith(rule.prefix ?? '') && key.endsWith(rule.suffix ?? '');
}

function matchesPattern(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/**
 * The event that S3 sends to a function for one change and one rule.
 * Source: "Event message structure", Amazon S3 User Guide, version 2.1.
 */
export function eventOf(change: ObjectChange, rule: NotificationRule): { Records: [PartialRecord] } {
  const owner = { principalId: 'LOCAL' };
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: change.region,
        eventTime: new Date(change.atMs).toISOString(),
        eventName: change.eventName,
        userIdentity: owner,
        requestParameters: { sourceIPAddress: change.sourceIp },
        responseElements: { 'x-amz-request-id': change.requestId, 'x-amz-id-2': change.hostId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: rule.id,
          bucket: { name: change.bucket, ownerIdentity: owner, arn: `arn:aws:s3:::${change.bucket}` },
          object: objectOf(change),
        },
      },
    ],
  };
}

/** The event of a removal has no size. Only a delete marker's event has an ETag: the ETag of no bytes. */
type EventObject = Pick<S3EventRecord['s3']['object'], 'key' | 'sequencer'> &
  Partial<S3EventRecord['s3']['object']>;
type PartialRecord = Omit<S3EventRecord, 's3'> & {
  s3: Omit<S3EventRecord['s3'], 'object'> & { object: EventObject };
};

const MD5_OF_NOTHING = 'd41d8cd98f00b204e9800998ecf8427e';

function objectOf({ eventName, version, isVersioned, sequence }: ObjectChange): EventObject {
  const key = encodeKey(version.key);
  const sequencer = `00${sequence.toUpperCase()}`;
  const versionId = isVersioned && version.versionId !== 'null' ? { versionId: version.versionId } : {};
  if (eventName === 'ObjectRemoved:Delete') return { key, ...versionId, sequencer };
  if (version.kind === 'delete-marker') return { key, eTag: MD5_OF_NOTHING, ...versionId, sequencer };
  return { key, size: version.sizeBytes, eTag: version.etag, ...versionId, sequencer };
}
