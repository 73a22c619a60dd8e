import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { ByteSink } from '../dataset/byte-sink.ts';
import { parseContract } from '../dataset/contract.ts';
import { type IngestResult, ingestCsv } from '../dataset/ingest-csv.ts';
import { ingestReport } from '../dataset/report.ts';
import { renderReport } from '../dataset/report-html.ts';
import { RefusedFileError } from '../errors.ts';
import { fileBlocks } from './file-blocks.ts';
import { createProgressBar } from './progress-bar.ts';
import { describeAccepted, describeRefused } from './verdict.ts';

const USAGE = `Usage: npm run check-csv -- <file.csv> [--schema <schema.json>] [--out <folder>] [--json]

Says what ingestion would make of a CSV file, without any AWS.

  --schema <file>  the contract that would lie beside it in the bucket
  --out <folder>   also write data.parquet, rejects.csv, report.json and report.html there
  --json           print the report as JSON

Exit codes: 0 accepted, 1 the file could not be read, 2 wrong usage, 3 refused.
`;

const EXIT = { ok: 0, failure: 1, usage: 2, refused: 3 } as const;

interface CheckOptions {
  readonly file: string;
  readonly schema: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** @returns undefined when help was asked for. @throws TypeError naming the mistake. */
function parseCommandLine(args: readonly string[]): CheckOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schema: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const [file, ...others] = positionals;
  if (file === undefined) throw new TypeError('expected a CSV file');
  if (others.length > 0) throw new TypeError(`expected one file, got also "${others[0]}"`);
  return { file, schema: values.schema, out: values.out, json: values.json };
}

async function check(options: CheckOptions): Promise<number> {
  try {
    const result = await ingest(options);
    const report = ingestReport(result);
    if (options.out !== undefined) await writeReports(options.out, options.file, report);
    process.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : `${describeAccepted(options.file, report)}\n`,
    );
    return EXIT.ok;
  } catch (error) {
    if (options.out !== undefined) await removeOutputs(options.out);
    if (!(error instanceof RefusedFileError)) throw error;
    const { code, message, line } = error;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ code, message, ...(line === undefined ? {} : { line }) }, null, 2)}\n`
        : `${describeRefused(options.file, error)}\n`,
    );
    return EXIT.refused;
  }
}

async function ingest({ file, schema, out }: CheckOptions): Promise<IngestResult> {
  const contract = schema === undefined ? undefined : parseContract(await readFile(schema, 'utf8'));
  const totalBytes = (await stat(file)).size;
  if (out !== undefined) await mkdir(out, { recursive: true });
  const parquet = fileSink(out, 'data.parquet');
  const rejects = fileSink(out, 'rejects.csv');
  const bar = createProgressBar(process.stderr, Date.now);
  try {
    return await ingestCsv(
      fileBlocks(file),
      { parquet, rejects },
      {
        ...(contract ? { contract } : {}),
        threads: availableParallelism(),
        onProgress: ({ bytes, rows }) => bar.update(bytes, totalBytes, `${rows} rows`),
      },
    );
  } finally {
    bar.clear();
    await Promise.all([parquet.close(), rejects.close()]);
  }
}

/** A file in the folder, or nothing when no folder was asked for. */
function fileSink(folder: string | undefined, name: string): ByteSink & { close(): Promise<void> } {
  if (folder === undefined) return { write: () => undefined, close: async () => undefined };
  const stream: Writable = createWriteStream(join(folder, name));
  return {
    isDoneAfterWrite: true,
    write: (chunk) =>
      new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      stream.end();
      await finished(stream);
    },
  };
}

/** What was written before a file was refused is part of a data set that does not exist. */
async function removeOutputs(folder: string): Promise<void> {
  for (const name of ['data.parquet', 'rejects.csv']) await rm(join(folder, name), { force: true });
}

async function writeReports(
  folder: string,
  file: string,
  report: ReturnType<typeof ingestReport>,
): Promise<void> {
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.html'), renderReport(report, file));
}

function complain(error: unknown, code: number): number {
  process.stderr.write(`${(error as Error).message}\n${code === EXIT.usage ? `\n${USAGE}` : ''}`);
  return code;
}

async function main(args: readonly string[]): Promise<number> {
  let options: CheckOptions | undefined;
  try {
    options = parseCommandLine(args);
  } catch (error) {
    return complain(error, EXIT.usage);
  }
  if (!options) {
    process.stdout.write(USAGE);
    return EXIT.ok;
  }
  try {
    return await check(options);
  } catch (error) {
    return complain(error, EXIT.failure);
  }
}

process.exitCode = await main(process.argv.slice(2));
