import { createHash } from 'node:crypto';
import { RefusedFileError } from '../errors.ts';
import type { DatasetContract } from './contract.ts';
import { CsvScanner } from './csv/csv-scanner.ts';
import { type CsvGrammar, RFC_4180 } from './csv/grammar.ts';
import { DEFAULT_LIMITS, type IngestLimits } from './csv/limits.ts';
import { RecordFeed } from './csv/record-feed.ts';
import { TextWindow } from './csv/text-window.ts';
import type { IngestOutputs, IngestResult } from './ingest-result.ts';
import { readingModule } from './kernels/table-kernel.ts';
import { TableReader } from './table-reader.ts';

export interface IngestOptions {
  readonly contract?: DatasetContract;
  readonly limits?: Partial<IngestLimits>;
  /** How the file is written; RFC 4180 when left out. */
  readonly grammar?: CsvGrammar;
  /** The champion's feature order: kept when the names are the same and the contract gives none. */
  readonly featureOrder?: readonly string[];
  /** From 2 on, a table of several row groups is hashed in a thread of its own. The result is the same; 1 when left out. */
  readonly threads?: number;
  /** Called after each block. `rows` leaves blank ones out. */
  onProgress?(progress: { bytes: number; rows: number }): void;
}

/**
 * Reads a CSV file once, front to back, in bounded memory: writes its good rows as Parquet and its bad rows as rejects.csv, and
 * says what the file holds. The verdict does not depend on how the bytes are cut into chunks.
 *
 * @param source its chunks are read before the next one is asked for, and not kept
 * @param outputs receive the bytes as they come; they are worthless when this throws
 * @throws RefusedFileError when the file as a whole is refused: the fault that comes first in the file
 * @throws whatever the source or an output throws
 */
export async function ingestCsv(
  source: AsyncIterable<Uint8Array>,
  outputs: IngestOutputs,
  options: IngestOptions = {},
): Promise<IngestResult> {
  const limits: IngestLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const grammar = options.grammar ?? RFC_4180;
  const table = new TableReader(
    outputs,
    limits,
    grammar,
    options.contract,
    options.featureOrder,
    options.threads ?? 1,
  );
  const window = new TextWindow(limits, new RecordFeed(new CsvScanner(limits, grammar), table));
  const progress = (bytes: number) => options.onProgress?.({ bytes, rows: table.rowsSeen });
  try {
    const received = await readAll(
      whileFirstArrives(source, () => readingModule(grammar)),
      window,
      limits,
      progress,
    );
    return { ...(await table.finish()), ...received };
  } finally {
    await table.close();
  }
}

async function readAll(
  source: AsyncIterable<Uint8Array>,
  window: TextWindow,
  limits: IngestLimits,
  onProgress: (bytes: number) => void,
): Promise<{ sourceSha256: string; sizeBytes: number }> {
  const sourceHash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of source) {
    sourceHash.update(chunk);
    const room = limits.fileBytes - sizeBytes;
    sizeBytes += chunk.length;
    await window.add(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length > room) throw await tooLarge(window, limits);
    onProgress(sizeBytes);
  }
  await window.finish();
  return { sourceSha256: sourceHash.digest('hex'), sizeBytes };
}

/** Does some work, without a pause, while the first chunk is under way: its error finds who waits for it. */
async function* whileFirstArrives(
  source: AsyncIterable<Uint8Array>,
  work: () => void,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const first = iterator.next();
  try {
    work();
    for (let next = await first; !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** What comes first in the file is the verdict, so the bytes before the cap are still read. */
async function tooLarge(window: TextWindow, limits: IngestLimits): Promise<RefusedFileError> {
  await window.flush();
  return new RefusedFileError(
    'size',
    `the file has more than ${limits.fileBytes} bytes, the most that is read; split it`,
  );
}
