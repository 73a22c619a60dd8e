import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { BatchPredictor } from '../batch/batch-predictor.ts';
import { predictTable } from '../batch/predict-table.ts';
import { RESULT_FORMATS, type ResultChoices, type ResultFormat } from '../batch/result-choices.ts';
import type { RowFault } from '../batch/row-values.ts';
import type { ByteSink } from '../byte-sink.ts';
import type { Model } from '../classifier/model.ts';
import { openModel } from '../classifier/model-file.ts';
import { ArtifactError, RefusedFileError } from '../errors.ts';
import { standardError, standardOutput } from '../terminal.ts';
import { shown } from '../text-safety.ts';
import { fileSink } from './file-sink.ts';
import { localFile, readContract } from './ingest-file.ts';
import { describeFault, describePredictions, MAX_FAULTS } from './prediction-summary.ts';
import { createProgressBar } from './progress-bar.ts';
import { EXIT, runCommand } from './run-command.ts';
import { describeRefused } from './verdict.ts';

const USAGE = `Usage: npm run predict -- <model.knn> <file.csv> [--schema <schema.json>] [--out <predictions.csv>]
                          [--explain] [--probabilities] [--format csv|parquet] [--json]

Predicts every row of a table: .csv, .tsv, .txt, .data, .csv.gz or .parquet, in any dialect that ingestion reads. The
table has the model's features by name, in any order; other columns are copied. Each row of the file is one row of the
output, which has two columns more: prediction and confidence. A row that cannot be predicted keeps its place, with
both empty, and is reported. The output separates fields as the file does. The results of batches are this output.

  --schema <file> how the file is written, where that cannot be told from it: "delimiter", "decimal", "encoding",
                  "quote", "header" and "skip_lines" of a contract
  --out <file>  where to write, once all is well; without it, to standard output, with characters that a terminal
                would hide or obey escaped
  --explain     also write vote share, runner-up and novelty; with --json also the neighbours
  --probabilities  also write the probability of each class, in a column "probability_" and the class
  --format <f>  csv, or parquet, which needs --out: the model's numbers are numbers then, null where there is none or
                none that can be read, and the file's other columns are its texts
  --json        one JSON object per row instead

If the file holds the label as well, the predictions are scored against it.

Exit codes: 0 all predicted, 1 a file could not be read or written, 2 wrong usage, 3 a row could not be predicted, or the
model or the file is refused.
`;

interface PredictOptions extends ResultChoices {
  readonly model: string;
  readonly file: string;
  readonly schema: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** @returns undefined when help was requested. @throws TypeError that names the mistake. */
function parseCommandLine(args: readonly string[]): PredictOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schema: { type: 'string' },
      out: { type: 'string' },
      explain: { type: 'boolean', default: false },
      probabilities: { type: 'boolean', default: false },
      format: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const [model, file, ...others] = positionals;
  if (model === undefined || file === undefined) throw new TypeError('expected a model and a CSV file');
  if (others.length > 0) throw new TypeError(`expected one model and one file, got also "${others[0]}"`);
  const { schema, out, explain, probabilities, json } = values;
  const format = formatOf(values);
  return { model, file, schema, out, explain, probabilities, format, json };
}

function formatOf({
  format,
  json,
  out,
}: {
  readonly format?: string | undefined;
  readonly json?: boolean;
  readonly out?: string | undefined;
}): ResultFormat {
  if (format === undefined) return 'csv';
  const known = RESULT_FORMATS.find((name) => name === format);
  if (!known) throw new TypeError(`--format: expected ${RESULT_FORMATS.join(' or ')}, got ${shown(format)}`);
  if (json) throw new TypeError('expected --json or --format, got both');
  if (known === 'parquet' && out === undefined)
    throw new TypeError('--format parquet: expected --out and a file, since it is no text');
  return known;
}

async function predict(options: PredictOptions): Promise<number> {
  let model: Model;
  try {
    model = await loadModel(options.model);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    standardError.line(`${options.model}: ${error.message}`);
    return EXIT.invalidData;
  }
  try {
    const predictor = await writeTo(options.out, (sink) => predictFile(model, options, sink));
    standardError.lines(describePredictions(options.file, model.meta.label, predictor));
    return predictor.bad > 0 ? EXIT.invalidData : EXIT.ok;
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    standardError.lines(describeRefused(options.file, error));
    return EXIT.invalidData;
  }
}

/** Verifies the file by the digest in it, and by its name if the name is a digest. */
async function loadModel(path: string): Promise<Model> {
  const name = /^([0-9a-f]{64})\.knn$/.exec(basename(path));
  return openModel(new Uint8Array(await readFile(path)), name?.[1]);
}

/**
 * Writes the output to standard output or a file. A file has another name until it is complete, so that
 * nobody takes a partial output for a complete one. An existing path that is not a regular file, such as a
 * pipe, is written to directly.
 */
async function writeTo<T>(path: string | undefined, produce: (sink: ByteSink) => Promise<T>): Promise<T> {
  if (path === undefined) return produce(standardOutput.sink(warnOfEscapes));
  const isInPlace = await stat(path).then(
    (found) => !found.isFile(),
    () => false,
  );
  const target = isInPlace ? path : `${path}.partial`;
  const sink = fileSink(target);
  try {
    const result = await produce(sink);
    await sink.close();
    if (!isInPlace) await rename(target, path);
    return result;
  } catch (error) {
    // Report the first error: a sink that failed fails again when it is closed.
    await sink.close().catch(() => undefined);
    if (!isInPlace) await rm(target, { force: true });
    throw error;
  }
}

function warnOfEscapes(): void {
  standardError.line(
    'Some characters of the file would be hidden or obeyed by a terminal: they are written as \\u{...}. --out <file> keeps them.',
  );
}

async function predictFile(model: Model, options: PredictOptions, sink: ByteSink): Promise<BatchPredictor> {
  const { file, explain, probabilities, format, json } = options;
  const contract = await readContract(options.schema);
  const source = await localFile(file);
  const bar = createProgressBar(standardError, Date.now);
  let reported = 0;
  const onFault = (fault: RowFault) => {
    if (++reported > MAX_FAULTS) return;
    bar.clear();
    standardError.line(describeFault(file, fault));
  };
  const onProgress = (bytes: number, rows: number) => bar.update(bytes, source.sizeBytes, `${rows} rows`);
  try {
    const choices = { explain, probabilities, format };
    const isUnmarked = options.out === undefined;
    const how = { contract, ...choices, json, isUnmarked, onFault, onProgress };
    return await predictTable(model, source, sink, how);
  } finally {
    bar.clear();
  }
}

process.exitCode = await runCommand(
  { usage: USAGE, parse: parseCommandLine, run: predict },
  process.argv.slice(2),
);
