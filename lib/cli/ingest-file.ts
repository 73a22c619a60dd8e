import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { ingestFile, type OpenOutputs } from '../dataset/ingest-file.ts';
import type { IngestResult } from '../dataset/ingest-result.ts';
import type { FileSource } from '../dataset/source/file-source.ts';
import { type DatasetContract, MAX_CONTRACT_BYTES, parseContract } from '../dataset/understand/contract.ts';
import { standardError } from '../terminal.ts';
import { fileBlocks } from './file-blocks.ts';
import { createProgressBar } from './progress-bar.ts';

/** A local file and the options for reading it. */
export interface LocalTable {
  readonly file: string;
  /** Path of the contract, if there is one. */
  readonly schema: string | undefined;
  /** The label column, if the contract does not name it. */
  readonly label: string | undefined;
}

/**
 * Ingests a local file like one in the bucket, and shows the progress.
 *
 * @throws RefusedFileError if ingestion would refuse the file or the contract
 */
export async function ingestLocalFile(
  { file, schema, label }: LocalTable,
  openOutputs: OpenOutputs,
): Promise<IngestResult> {
  const contract = await readContract(schema);
  const source = await localFile(file);
  const bar = createProgressBar(standardError, Date.now);
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

/** A local file as a source for ingestion. */
export async function localFile(path: string): Promise<FileSource> {
  const sizeBytes = (await stat(path)).size;
  return { name: basename(path), sizeBytes, open: (from, to) => fileBlocks(path, from, to) };
}

/**
 * Reads no more of the file than shows whether it is too large.
 *
 * @throws RefusedFileError `contract`
 */
export async function readContract(path: string | undefined): Promise<DatasetContract | undefined> {
  if (path === undefined) return undefined;
  const blocks: Uint8Array[] = [];
  for await (const block of fileBlocks(path, 0, MAX_CONTRACT_BYTES + 1)) blocks.push(block.slice());
  return parseContract(Buffer.concat(blocks));
}
