/**
 * Trains on tables at the limits of what is accepted, each in a process of its own, and prints what it took:
 * `npm run test:deep -- training-limits [--table <name>]`. Fails when one takes more than the bounds: 600 s
 * of processor time (a busy machine makes no difference to that) and 2.5 GB of memory. Takes half an hour or
 * more, and runs one after the other.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openModel, readModel } from '../../lib/classifier/model-file.ts';
import { TrainingError } from '../../lib/errors.ts';
import { judgeChampion } from '../../lib/training/compare-champion.ts';
import { totalSeconds } from '../../lib/training/estimate-work.ts';
import { modelReport } from '../../lib/training/model-report.ts';
import { renderModelReport } from '../../lib/training/model-report-html.ts';
import { planTraining } from '../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { sizeOfData } from '../../lib/training/table-size.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { pickRows, type TrainingData } from '../../lib/training/training-data.ts';
import { sampleByKey, sampleKeys } from '../../lib/training/training-sample.ts';
import { versionBaseline } from '../../lib/training/version-baseline.ts';
import { LIMIT_TABLES } from '../helpers/limit-tables.ts';

const BOUND_SECONDS = 600;
const BOUND_BYTES = 2.5e9;

/** What one table took. */
interface Taken {
  readonly outcome: string;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly estimate?: { readonly seconds: number; readonly memoryBytes: number; readonly thinned: string[] };
  /** Processor seconds until each phase began. */
  readonly phases: Readonly<Record<string, number>>;
}

/** All that the train function does with the rows: the training, its reports, and judging a champion. */
function trainWholly(data: TrainingData, phases: Record<string, number>): string {
  const seconds = () => Number(cpuSeconds().toFixed(1));
  const trained = trainModel(data, DEFAULT_SETTINGS, {
    onProgress: (phase) => {
      phases[phase] ??= seconds();
    },
  });
  phases.store = seconds();
  const report = modelReport(trained, data, DEFAULT_SETTINGS);
  JSON.stringify(versionBaseline(trained, data, DEFAULT_SETTINGS));
  JSON.stringify(report, null, 2);
  renderModelReport(report, 'limits');
  openModel(trained.artifact, trained.artifactSha256);
  phases.champion = seconds();
  const champion = { version: 1, model: readModel(trained.artifact, trained.artifactSha256) };
  judgeChampion(champion, data, DEFAULT_SETTINGS);
  return 'trained';
}

/** The table, or the rows of it that readTrainingData would choose while it reads a file. */
function tableOrSample(name: string): TrainingData {
  const data = LIMIT_TABLES[name]!.make();
  const { trainingRows } = planTraining(sizeOfData(data), DEFAULT_SETTINGS).plan;
  if (data.labels.length <= trainingRows) return data;
  const keys = sampleKeys(data, DEFAULT_SETTINGS.seed);
  const rows = pickRows(data, sampleByKey(keys, data.labels, trainingRows));
  return { ...data, ...rows, tableRows: data.labels.length };
}

function cpuSeconds(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
}

function measure(name: string): Taken {
  const data = tableOrSample(name);
  const phases: Record<string, number> = {};
  const startedAt = cpuSeconds();
  const take = (outcome: string): Taken => ({
    outcome,
    seconds: cpuSeconds() - startedAt,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    phases,
  });
  try {
    const { work, memoryBytes, thinned } = planTraining(sizeOfData(data), DEFAULT_SETTINGS);
    const estimate = {
      seconds: totalSeconds(work),
      memoryBytes,
      thinned: thinned.map(({ what, from, to }) => `${what} ${from} > ${to}`),
    };
    return { ...take(trainWholly(data, phases)), estimate };
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    return take(error.code);
  }
}

function faultsOf({ outcome, seconds, peakBytes }: Taken): string[] {
  return [
    ...(outcome === 'trained' ? [] : [`expected trained, got ${outcome}`]),
    ...(seconds <= BOUND_SECONDS ? [] : [`more than ${BOUND_SECONDS} s`]),
    ...(peakBytes <= BOUND_BYTES ? [] : [`more than ${BOUND_BYTES / 1e9} GB`]),
  ];
}

/** Runs one table in a process of its own, with the memory of the function. */
function run(name: string): boolean {
  const script = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, ['--max-old-space-size=2560', script, '--measure', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 24,
  });
  process.stdout.write(`${name}: ${LIMIT_TABLES[name]!.what}\n`);
  if (child.status !== 0) {
    process.stdout.write(`  FAILED: ended with ${child.status ?? child.signal}\n`);
    return false;
  }
  const taken = JSON.parse(child.stdout) as Taken;
  const { outcome, seconds, peakBytes, estimate, phases } = taken;
  const faults = faultsOf(taken);
  process.stdout.write(
    `  ${outcome}: ${seconds.toFixed(1)} s of processor time (bound ${BOUND_SECONDS} s), ` +
      `${(peakBytes / 1e9).toFixed(2)} GB at most (bound ${BOUND_BYTES / 1e9} GB)\n`,
  );
  if (estimate) {
    const thinned = estimate.thinned.length > 0 ? `; thinned: ${estimate.thinned.join(', ')}` : '';
    process.stdout.write(
      `  estimated ${estimate.seconds.toFixed(1)} s, ${(estimate.memoryBytes / 1e9).toFixed(2)} GB${thinned}\n` +
        `  began at: ${JSON.stringify(phases)}\n`,
    );
  }
  for (const fault of faults) process.stdout.write(`  FAILED: ${fault}\n`);
  return faults.length === 0;
}

const { values } = parseArgs({ options: { table: { type: 'string' }, measure: { type: 'string' } } });
const names = values.table === undefined ? Object.keys(LIMIT_TABLES) : [values.table];
if (values.measure !== undefined) process.stdout.write(JSON.stringify(measure(values.measure)));
else if (names.some((name) => !(name in LIMIT_TABLES))) {
  process.stderr.write(`--table: expected one of ${Object.keys(LIMIT_TABLES).join(', ')}\n`);
  process.exitCode = 2;
} else {
  let failed = 0;
  for (const name of names) if (!run(name)) failed++;
  process.stdout.write(`${names.length - failed} of ${names.length} tables within their bounds\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}
