import type { ByteSink } from '../byte-sink.ts';
import type { DatasetSchema } from '../columns/dataset-schema.ts';
import type { RejectionCode } from './csv/codes.ts';
import type { DatasetProfile } from './profile/dataset-profile.ts';
import type { Rejection } from './rows/rejects-writer.ts';
import type { IngestWarning, Understood } from './understand/understood.ts';

/** Destinations of ingestion. */
export interface IngestOutputs {
  readonly parquet: ByteSink;
  readonly rejects: ByteSink;
}

/** One of the files that were read as one. */
export interface PartRows {
  readonly name: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly rows: IngestResult['rows'];
}

/** Result of ingesting an accepted file. */
export interface IngestResult {
  readonly schema: DatasetSchema;
  readonly label: string;
  /** In code-unit order. */
  readonly classes: readonly string[];
  /** read = accepted + rejected + blank; the header is not counted. */
  readonly rows: {
    readonly read: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly blank: number;
  };
  readonly datasetSha256: string;
  /** sha256 of the file's bytes as received. */
  readonly sourceSha256: string;
  readonly sizeBytes: number;
  readonly profile: DatasetProfile;
  readonly understood: Understood;
  readonly warnings: readonly IngestWarning[];
  readonly rejectionsByCode: Readonly<Partial<Record<RejectionCode, number>>>;
  /** The first rejected rows, for reports. */
  readonly rejectionExamples: readonly Rejection[];
  /** In their order; undefined of a single file. */
  readonly parts?: readonly PartRows[];
}
