import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contractOf } from '../dataset/contract-of.ts';
import type { IngestResult } from '../dataset/ingest-result.ts';
import { type IngestReport, ingestReport, refusalReport } from '../dataset/report.ts';
import { renderReport } from '../dataset/report-html.ts';
import { RefusedFileError } from '../errors.ts';
import { standardOutput } from '../terminal.ts';
import { type FileSink, fileSink, nowhere } from './file-sink.ts';
import { ingestLocalFile } from './ingest-file.ts';
import { EXIT, runCommand } from './run-command.ts';
import { describeAccepted, describeRefused } from './verdict.ts';

const USAGE = `Usage: npm run check-csv -- <file.csv> [--schema <schema.json>] [--label <column>]
                            [--out <folder>] [--write-schema] [--json]

Says what ingestion would make of a table, without any AWS: .csv, .tsv, .txt, .data, .csv.gz or .parquet.

  --schema <file>  the contract that would lie beside it in the bucket
  --label <column> the label, where the contract does not name it
  --write-schema   print a schema.json that pins what was understood, to edit and to put beside the file
  --out <folder>   also write data.parquet, rejects.csv, report.json and report.html there
  --json           print the report as JSON

Exit codes: 0 accepted, 1 the file could not be read, 2 wrong usage, 3 refused.
`;

interface CheckOptions {
  readonly file: string;
  readonly schema: string | undefined;
  readonly label: string | undefined;
  readonly out: string | undefined;
  readonly writeSchema: boolean;
  readonly json: boolean;
}

/** @returns undefined when help was requested. @throws TypeError that names the mistake. */
function parseCommandLine(args: readonly string[]): CheckOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schema: { type: 'string' },
      label: { type: 'string' },
      out: { type: 'string' },
      'write-schema': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const [file, ...others] = positionals;
  if (file === undefined) throw new TypeError('expected a CSV file');
  if (others.length > 0) throw new TypeError(`expected one file, got also "${others[0]}"`);
  const { schema, label, out, json, 'write-schema': writeSchema } = values;
  return { file, schema, label, out, json, writeSchema };
}

async function check(options: CheckOptions): Promise<number> {
  const { file, out } = options;
  try {
    const result = await ingest(options);
    const report = ingestReport(result);
    if (out !== undefined) await writeReports(out, file, report);
    printAccepted(options, result, report);
    return EXIT.ok;
  } catch (error) {
    if (out !== undefined) await removeUseless(out, error);
    if (!(error instanceof RefusedFileError)) throw error;
    if (options.json) standardOutput.json(refusalReport(error), 2);
    else standardOutput.lines(describeRefused(file, error));
    return EXIT.invalidData;
  }
}

function printAccepted(
  { file, json, writeSchema }: CheckOptions,
  result: IngestResult,
  report: IngestReport,
) {
  if (writeSchema) standardOutput.json(contractOf(result), 2);
  else if (json) standardOutput.json(report, 2);
  else standardOutput.lines(describeAccepted(file, report));
}

/**
 * Deletes the partial outputs of a refused file. rejects.csv stays when the rejected rows caused the refusal.
 */
async function removeUseless(out: string, error: unknown): Promise<void> {
  await rm(join(out, 'data.parquet'), { force: true });
  const isForRejects =
    error instanceof RefusedFileError && ['all_rejected', 'rejected_share'].includes(error.code);
  if (!isForRejects) await rm(join(out, 'rejects.csv'), { force: true });
}

async function ingest({ file, schema, label, out }: CheckOptions): Promise<IngestResult> {
  if (out !== undefined) await mkdir(out, { recursive: true });
  let opened: FileSink[] = [];
  const close = async () => {
    await Promise.all(opened.map((sink) => sink.close()));
    opened = [];
  };
  try {
    return await ingestLocalFile({ file, schema, label }, async () => {
      await close();
      const [parquet, rejects] = ['data.parquet', 'rejects.csv'].map((name) =>
        out === undefined ? nowhere : fileSink(join(out, name)),
      ) as [FileSink, FileSink];
      opened = [parquet, rejects];
      return { parquet, rejects };
    });
  } finally {
    await close();
  }
}

async function writeReports(folder: string, file: string, report: IngestReport): Promise<void> {
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.html'), renderReport(report, file));
}

process.exitCode = await runCommand(
  { usage: USAGE, parse: parseCommandLine, run: check },
  process.argv.slice(2),
);
