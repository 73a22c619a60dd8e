import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { IngestResult } from '../dataset/ingest-result.ts';
import { RefusedFileError, TrainingError } from '../errors.ts';
import { standardError, standardOutput } from '../terminal.ts';
import { type ModelReport, modelReport } from '../training/model-report.ts';
import { renderModelReport } from '../training/model-report-html.ts';
import type { TrainingPhase } from '../training/phases.ts';
import { readTrainingData } from '../training/read-training-data.ts';
import { DEFAULT_SETTINGS, MIN_TRAINING_ROWS, type TrainingSettings } from '../training/settings.ts';
import { type TrainedModel, trainModel } from '../training/train-model.ts';
import type { TrainingData } from '../training/training-data.ts';
import { nowhere } from './file-sink.ts';
import { ingestLocalFile, type LocalTable } from './ingest-file.ts';
import { createProgressBar } from './progress-bar.ts';
import { EXIT, runCommand } from './run-command.ts';
import { describeTraining, type TrainingOutcome } from './training-summary.ts';
import { describeRefused } from './verdict.ts';

const USAGE = `Usage: npm run train -- <file.csv> [--schema <schema.json>] [--label <column>] [--seed <n>]
                        [--training-rows <n>] [--floor <macro-F1>] [--out <folder>] [--json]

Trains a model from a CSV file as the pipeline would, without any AWS: the same data and seed give the same bytes.

  --schema <file>  the contract that would lie beside it in the bucket
  --label <column> the label, where the contract does not name it
  --seed <n>       seeds every random choice (default ${DEFAULT_SETTINGS.seed})
  --training-rows <n>
                   train on a sample of so many rows (default: as many as time and memory allow)
  --floor <score>  the least macro-F1, 0 to 1, that the quality gate lets through (default: none)
  --out <folder>   write <sha256>.knn, <sha256>.report.json and <sha256>.report.html there; without it, nothing is written
  --json           print the report and the gate's verdict as JSON

Exit codes: 0 trained, 1 a file could not be read or written, 2 wrong usage, 3 the data cannot be learnt from,
4 the quality gate failed (the files are written all the same).
`;

interface TrainOptions {
  readonly file: string;
  readonly schema: string | undefined;
  readonly label: string | undefined;
  readonly settings: TrainingSettings;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** @returns undefined when help was requested. @throws TypeError that names the mistake. */
function parseCommandLine(args: readonly string[]): TrainOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schema: { type: 'string' },
      label: { type: 'string' },
      seed: { type: 'string', default: String(DEFAULT_SETTINGS.seed) },
      'training-rows': { type: 'string' },
      floor: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const [file, ...others] = positionals;
  if (file === undefined) throw new TypeError('expected a CSV file');
  if (others.length > 0) throw new TypeError(`expected one file, got also "${others[0]}"`);
  const gate = {
    ...DEFAULT_SETTINGS.gate,
    floor: values.floor === undefined ? null : readFloor(values.floor),
  };
  const rows = values['training-rows'];
  const settings = {
    ...DEFAULT_SETTINGS,
    ...(rows !== undefined && { training_rows: readTrainingRows(rows) }),
    seed: readSeed(values.seed),
    gate,
  };
  const { schema, label, out, json } = values;
  return { file, schema, label, settings, out, json };
}

function readSeed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 0x7fffffff) return Number(text);
  throw new TypeError(`--seed: expected a whole number from 0 to ${0x7fffffff}, got "${text}"`);
}

function readTrainingRows(text: string): number {
  if (/^\d{1,12}$/.test(text) && Number(text) >= MIN_TRAINING_ROWS) return Number(text);
  throw new TypeError(`--training-rows: expected a whole number from ${MIN_TRAINING_ROWS}, got "${text}"`);
}

function readFloor(text: string): number {
  if (/^(0|1|0?\.\d+|1\.0+|0\.)$/.test(text)) return Number(text);
  throw new TypeError(`--floor: expected a number from 0 to 1, got "${text}"`);
}

async function train(options: TrainOptions): Promise<number> {
  try {
    const outcome = await learn(options);
    const { report, gate, files, ingested } = outcome;
    const facts = { ...report, gate, ingestion: ingested.rows, files };
    if (options.json) standardOutput.json(facts, 2);
    else standardOutput.lines(describeTraining(outcome));
    return gate.passed ? EXIT.ok : EXIT.gateFailed;
  } catch (error) {
    if (error instanceof RefusedFileError) standardError.lines(describeRefused(options.file, error));
    else if (error instanceof TrainingError)
      standardError.line(`${options.file}: cannot be learnt from (${error.code}): ${error.message}`);
    else throw error;
    return EXIT.invalidData;
  }
}

async function learn({ file, schema, label, settings, out }: TrainOptions): Promise<TrainingOutcome> {
  const { ingested, data } = await readTable({ file, schema, label }, settings);
  const bar = createProgressBar(standardError, Date.now);
  const onProgress = (phase: TrainingPhase, share: number) => bar.update(share, 1, PHASES[phase]);
  let trained: TrainedModel;
  try {
    trained = trainModel(data, settings, { onProgress });
  } finally {
    bar.clear();
  }
  const report = modelReport(trained, data, settings);
  const files = out === undefined ? [] : await writeFiles(out, basename(file), trained, report);
  return { file, ingested, report, gate: trained.gate, files };
}

const PHASES: Readonly<Record<TrainingPhase, string>> = {
  select: 'choosing the setting',
  evaluate: 'evaluating on held-out rows',
  fit: 'fitting on all rows',
  check: 'comparing with the reference implementation',
  write: 'writing',
};

/**
 * Writes and reads Parquet, as the pipeline does, so that the same rows give the same model.
 *
 * @throws TrainingError before it is read back when it is too large to train on
 */
async function readTable(
  table: LocalTable,
  settings: TrainingSettings,
): Promise<{ ingested: IngestResult; data: TrainingData }> {
  let chunks: Uint8Array[] = [];
  const ingested = await ingestLocalFile(table, () => {
    chunks = [];
    return { parquet: { write: (chunk: Uint8Array) => void chunks.push(chunk) }, rejects: nowhere };
  });
  const parquet = new Uint8Array(Buffer.concat(chunks));
  return { ingested, data: await readTrainingData(parquet, ingested, settings) };
}

/** Writes the same files as the pipeline writes to the models bucket. */
async function writeFiles(
  folder: string,
  title: string,
  { artifact, artifactSha256 }: TrainedModel,
  report: ModelReport,
): Promise<string[]> {
  const contents: readonly (readonly [ending: string, content: string | Uint8Array])[] = [
    ['knn', artifact],
    ['report.json', `${JSON.stringify(report, null, 2)}\n`],
    ['report.html', renderModelReport(report, title)],
  ];
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [ending, content] of contents) {
    const path = join(folder, `${artifactSha256}.${ending}`);
    await writeFile(path, content);
    files.push(path);
  }
  return files;
}

process.exitCode = await runCommand(
  { usage: USAGE, parse: parseCommandLine, run: train },
  process.argv.slice(2),
);
