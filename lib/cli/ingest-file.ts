import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type DatasetContract, parseContract } from '../dataset/contract.ts';
import { ingestCsv } from '../dataset/ingest-csv.ts';
import type { IngestOutputs, IngestResult } from '../dataset/ingest-result.ts';
import { fileBlocks } from './file-blocks.ts';
import { createProgressBar } from './progress-bar.ts';

/**
 * Ingests a file as the bucket's would be, showing how far it got.
 *
 * @param schema the path of the contract, if there is one
 * @throws RefusedFileError as ingestion would refuse the file or the contract
 */
export async function ingestFile(
  { file, schema }: { readonly file: string; readonly schema: string | undefined },
  outputs: IngestOutputs,
): Promise<IngestResult> {
  const contract = await readContract(schema);
  const totalBytes = (await stat(file)).size;
  const bar = createProgressBar(process.stderr, Date.now);
  try {
    return await ingestCsv(fileBlocks(file), outputs, {
      ...(contract ? { contract } : {}),
      threads: availableParallelism(),
      onProgress: ({ bytes, rows }) => bar.update(bytes, totalBytes, `${rows} rows`),
    });
  } finally {
    bar.clear();
  }
}

/** @throws RefusedFileError `contract` */
async function readContract(path: string | undefined): Promise<DatasetContract | undefined> {
  return path === undefined ? undefined : parseContract(await readFile(path, 'utf8'));
}
