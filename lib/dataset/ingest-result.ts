import type { ByteSink } from '../byte-sink.ts';
import type { DatasetSchema } from '../columns/dataset-schema.ts';
import type { RejectionCode } from './csv/codes.ts';
import type { DatasetProfile } from './profile/dataset-profile.ts';
import type { Rejection } from './rows/rejects-writer.ts';
import type { IngestWarning, Understood } from './understand/understood.ts';

/** Where ingestion writes. */
export interface IngestOutputs {
  readonly parquet: ByteSink;
  readonly rejects: ByteSink;
}

/** What ingestion says of an accepted file. */
export interface IngestResult {
  readonly schema: DatasetSchema;
  readonly label: string;
  /** In code-unit order. */
  readonly classes: readonly string[];
  /** read = accepted + rejected + blank; the header is none of them. */
  readonly rows: {
    readonly read: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly blank: number;
  };
  readonly datasetSha256: string;
  /** Of the file's bytes as received. */
  readonly sourceSha256: string;
  readonly sizeBytes: number;
  readonly profile: DatasetProfile;
  readonly understood: Understood;
  readonly warnings: readonly IngestWarning[];
  readonly rejectionsByCode: Readonly<Partial<Record<RejectionCode, number>>>;
  /** The first rejected rows, as a report shows them. */
  readonly rejectionExamples: readonly Rejection[];
}
