/** A created object, as far as it is known. */
export interface KnownObject {
  readonly bucket: string;
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly sizeBytes?: number | undefined;
  readonly versionId?: string | null;
  readonly sequencer?: string | undefined;
}

/** The notification that S3 sends of a created object: createdObjects reads it. */
export const createdEvent = ({ bucket, key, createdAt, sizeBytes, versionId, sequencer }: KnownObject) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: createdAt,
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'reconcile',
        bucket: { name: bucket },
        object: {
          key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
          size: sizeBytes ?? 0,
          ...(versionId == null ? {} : { versionId }),
          ...(sequencer === undefined ? {} : { sequencer }),
        },
      },
    },
  ],
});
