import { type IngestOptions, ingestFile } from '../../lib/dataset/ingest-file.ts';
import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import { RefusedFileError } from '../../lib/errors.ts';

/** The result for a file, with everything that was written. */
export interface Ingested extends IngestResult {
  readonly parquet: Uint8Array<ArrayBuffer>;
  readonly rejects: string;
}

/** Yields bytes in chunks that end at the given offsets. */
export async function* inChunks(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

export const toBytes = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? Buffer.from(text) : text;

/** A file in memory, whose chunks end at the given offsets. */
export function memoryFile(bytes: Uint8Array, cuts: readonly number[] = [], name = 'file.csv'): FileSource {
  return {
    name,
    sizeBytes: bytes.length,
    open: (from = 0, to = bytes.length) =>
      from === 0 && to === bytes.length ? inChunks(bytes, cuts) : inChunks(bytes.subarray(from, to), []),
  };
}

/** Ingests a file given as text or bytes. */
export async function ingest(
  file: string | Uint8Array,
  options: IngestOptions = {},
  cuts: readonly number[] = [],
  name = 'file.csv',
): Promise<Ingested> {
  let parquet: Uint8Array[] = [];
  let rejects: Uint8Array[] = [];
  const openOutputs = () => {
    parquet = [];
    rejects = [];
    return {
      parquet: { write: (chunk: Uint8Array) => void parquet.push(chunk) },
      rejects: { write: (chunk: Uint8Array) => void rejects.push(chunk) },
    };
  };
  const result = await ingestFile(memoryFile(toBytes(file), cuts, name), openOutputs, options);
  return {
    ...result,
    parquet: new Uint8Array(Buffer.concat(parquet)),
    rejects: Buffer.concat(rejects).toString(),
  };
}

/** The refusal of a file. An accepted file fails the test. */
export async function refusalOf(
  file: string | Uint8Array,
  options: IngestOptions = {},
  cuts: readonly number[] = [],
): Promise<RefusedFileError> {
  try {
    const { rows } = await ingest(file, options, cuts);
    throw new Error(`expected a refusal, got ${JSON.stringify(rows)}`);
  } catch (error) {
    if (error instanceof RefusedFileError) return error;
    throw error;
  }
}
