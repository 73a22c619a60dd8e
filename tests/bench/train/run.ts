/**
 * Training end to end (selection, evaluation, final fit, reference check, artifact) beside scikit-learn's
 * GridSearchCV over the same folds, numbers of neighbours, vote weights, metrics and two scalings: `npm run
 * bench -- train [--rows 100000] [--features 16]`. BENCH_PYTHON names a python3 with scikit-learn. Its search
 * on all rows would take hours. So it runs in full on as many rows as our selection uses; a few single fits
 * on all rows are timed and extrapolated, and the output says so.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { drawTable } from './table.ts';

interface Ours {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly score: number;
  readonly candidates: number;
  readonly selectionRows: number;
  readonly artifactBytes: number;
  readonly phases: Readonly<Record<string, number>>;
}

interface Theirs {
  readonly candidates: number;
  readonly sampleRows: number;
  readonly sampleSeconds: number;
  readonly oneFitSeconds: number;
  readonly timedFits: number;
  readonly allFits: number;
  readonly peakBytes: number;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    features: { type: 'string', default: '16' },
    fits: { type: 'string', default: '4' },
  },
});
const [rows, features] = [Number(values.rows), Number(values.features)];
const python = process.env.BENCH_PYTHON;
const here = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

const [cpu] = cpus();
console.log(
  `${cpu?.model}, ${availableParallelism()} threads, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}; ${rows} x ${features}`,
);
const ours = JSON.parse(
  (await run(process.execPath, [join(here, 'ours.ts'), String(rows), String(features)])).stdout,
) as Ours;
console.log(
  `ours: ${ours.seconds.toFixed(1)} s (${ours.cpuSeconds.toFixed(1)} s CPU with drawing the table), peak ${megabytes(ours.peakBytes)}, ${ours.candidates} candidates chosen among on ${ours.selectionRows} rows, artifact ${megabytes(ours.artifactBytes)}, held-out macro-F1 ${ours.score.toFixed(4)}`,
);
console.log(
  `      ${Object.entries(ours.phases)
    .map(([phase, seconds]) => `${phase} ${seconds.toFixed(1)} s`)
    .join(', ')}`,
);
if (python === undefined) console.log('scikit-learn skipped: BENCH_PYTHON is not set');
else await compare(python);

async function compare(interpreter: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-train-'));
  try {
    const { columns, labels } = drawTable(rows, features);
    const points = new Float64Array(rows * features);
    columns.forEach((column, i) => {
      if (column.type !== 'numeric') return;
      column.values.forEach((value, row) => {
        points[row * features + i] = value;
      });
    });
    await writeFile(join(folder, 'points.f64'), points);
    await writeFile(join(folder, 'labels.i32'), labels);
    const script = join(here, 'grid_search.py');
    const args = [script, folder, String(features), String(ours.selectionRows), values.fits];
    report(JSON.parse((await run(interpreter, args)).stdout) as Theirs);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function report(theirs: Theirs): void {
  const all = theirs.oneFitSeconds * theirs.allFits;
  const perCandidate = (ours.phases.select ?? ours.seconds) / ours.candidates;
  const theirsPerCandidate = theirs.sampleSeconds / theirs.candidates;
  console.log(
    `scikit-learn: GridSearchCV of ${theirs.candidates} candidates on ${theirs.sampleRows} rows ${theirs.sampleSeconds.toFixed(1)} s, peak ${megabytes(theirs.peakBytes)}; on all rows one fit and its answers ${theirs.oneFitSeconds.toFixed(1)} s (mean of ${theirs.timedFits}), times ${theirs.allFits} fits ${all.toFixed(0)} s`,
  );
  console.log(
    `ratios: ${(theirs.sampleSeconds / ours.seconds).toFixed(1)} times its search on as many rows; per candidate ${(theirsPerCandidate / perCandidate).toFixed(1)} times; ${(all / ours.seconds).toFixed(0)} times its search on all rows (multiplied)`,
  );
}
