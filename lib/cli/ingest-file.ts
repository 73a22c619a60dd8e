import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { ingestFile, type OpenOutputs } from '../dataset/ingest-file.ts';
import type { IngestResult } from '../dataset/ingest-result.ts';
import type { FileSource } from '../dataset/source/file-source.ts';
import { type DatasetContract, parseContract } from '../dataset/understand/contract.ts';
import { fileBlocks } from './file-blocks.ts';
import { createProgressBar } from './progress-bar.ts';

/** A file of this machine, and what is said of it. */
export interface LocalTable {
  readonly file: string;
  /** The path of the contract, if there is one. */
  readonly schema: string | undefined;
  /** The label column, where the contract does not name it. */
  readonly label: string | undefined;
}

/**
 * Ingests a file as the bucket's would be, showing how far it got.
 *
 * @throws RefusedFileError as ingestion would refuse the file or the contract
 */
export async function ingestLocalFile(
  { file, schema, label }: LocalTable,
  openOutputs: OpenOutputs,
): Promise<IngestResult> {
  const contract = await readContract(schema);
  const source = await localFile(file);
  const bar = createProgressBar(process.stderr, Date.now);
  try {
    return await ingestFile(source, openOutputs, {
      contract,
      label,
      threads: availableParallelism(),
      onProgress: ({ bytes, rows }) => bar.update(bytes, source.sizeBytes, `${rows} rows`),
    });
  } finally {
    bar.clear();
  }
}

/** A file of this machine, as ingestion reads it. */
export async function localFile(path: string): Promise<FileSource> {
  const sizeBytes = (await stat(path)).size;
  return { name: basename(path), sizeBytes, open: (from, to) => fileBlocks(path, from, to) };
}

/** @throws RefusedFileError `contract` */
async function readContract(path: string | undefined): Promise<DatasetContract | undefined> {
  return path === undefined ? undefined : parseContract(await readFile(path));
}
