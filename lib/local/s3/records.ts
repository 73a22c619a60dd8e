import type { ChecksumAlgorithm } from './running-digest.ts';

/** The records of the index. All are JSON; times are milliseconds since 1970, sizes are bytes. */

type VersioningStatus = 'Unversioned' | 'Enabled' | 'Suspended';
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface BucketRecord {
  readonly name: string;
  readonly createdAtMs: number;
  readonly versioning: VersioningStatus;
}

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Base64; a composite one ends in a dash and the number of parts. */
  readonly value: string;
}

/** A file with bytes of an object, or of a part of an upload. */
export interface BlobRecord {
  readonly blobId: string;
  readonly sizeBytes: number;
  readonly checksum?: StoredChecksum;
}

/** What a client says about an object beside its bytes. */
export interface ObjectAttributes {
  /** Content-Type, Cache-Control and so on, with names in lower case. */
  readonly systemHeaders: Readonly<Record<string, string>>;
  /** User metadata. Names are in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

interface VersionBase {
  readonly key: string;
  readonly versionId: string;
  /** 16 hexadecimal digits that grow with every change: the order of versions, and an event's sequencer. */
  readonly sequence: string;
  readonly lastModifiedMs: number;
}

export interface ObjectVersion extends VersionBase, ObjectAttributes {
  readonly kind: 'object';
  /** Without quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly checksum: StoredChecksum;
  /** In order. An object that was put whole has one. */
  readonly blobs: readonly BlobRecord[];
  readonly isMultipart: boolean;
}

interface DeleteMarker extends VersionBase {
  readonly kind: 'delete-marker';
}

export type Version = ObjectVersion | DeleteMarker;

export interface UploadRecord extends ObjectAttributes {
  readonly key: string;
  /** Sorts by the time of initiation within a key. */
  readonly uploadId: string;
  readonly initiatedAtMs: number;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  /** False when the client named no algorithm and S3 chose one. */
  readonly isChecksumDeclared: boolean;
}

export interface PartRecord extends BlobRecord {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksum: StoredChecksum;
  readonly lastModifiedMs: number;
}
