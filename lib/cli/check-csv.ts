import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { IngestResult } from '../dataset/ingest-result.ts';
import { ingestReport } from '../dataset/report.ts';
import { renderReport } from '../dataset/report-html.ts';
import { RefusedFileError } from '../errors.ts';
import { fileSink, nowhere } from './file-sink.ts';
import { ingestFile } from './ingest-file.ts';
import { EXIT, runCommand } from './run-command.ts';
import { describeAccepted, describeRefused } from './verdict.ts';

const USAGE = `Usage: npm run check-csv -- <file.csv> [--schema <schema.json>] [--out <folder>] [--json]

Says what ingestion would make of a CSV file, without any AWS.

  --schema <file>  the contract that would lie beside it in the bucket
  --out <folder>   also write data.parquet, rejects.csv, report.json and report.html there
  --json           print the report as JSON

Exit codes: 0 accepted, 1 the file could not be read, 2 wrong usage, 3 refused.
`;

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
    return EXIT.invalidData;
  }
}

async function ingest({ file, schema, out }: CheckOptions): Promise<IngestResult> {
  if (out !== undefined) await mkdir(out, { recursive: true });
  const sink = (name: string) => (out === undefined ? nowhere : fileSink(join(out, name)));
  const parquet = sink('data.parquet');
  const rejects = sink('rejects.csv');
  try {
    return await ingestFile({ file, schema }, { parquet, rejects });
  } finally {
    await Promise.all([parquet.close(), rejects.close()]);
  }
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

process.exitCode = await runCommand(
  { usage: USAGE, parse: parseCommandLine, run: check },
  process.argv.slice(2),
);
