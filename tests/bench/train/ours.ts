/**
 * Trains on a generated table in a separate process, and prints times and peak memory as JSON: `node ours.ts
 * <rows> <features>`.
 */

import type { TrainingPhase } from '../../../lib/training/phases.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { drawTable } from './table.ts';

const [rows = 0, dimension = 0] = process.argv.slice(2).map(Number);
const data = drawTable(rows, dimension);
const phases: { phase: TrainingPhase; startedMs: number }[] = [];
const startedMs = performance.now();
const trained = trainModel(data, DEFAULT_SETTINGS, {
  onProgress: (phase) => {
    if (phases.at(-1)?.phase !== phase) phases.push({ phase, startedMs: performance.now() });
  },
});
const endedMs = performance.now();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(
  JSON.stringify({
    seconds: (endedMs - startedMs) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakBytes: maxRSS * 1024,
    score: trained.evaluation.macroF1,
    candidates: trained.candidates.length,
    selectionRows: trained.rows.selection,
    artifactBytes: trained.artifact.length,
    phases: Object.fromEntries(
      phases.map(({ phase, startedMs: from }, i) => [
        phase,
        ((phases[i + 1]?.startedMs ?? endedMs) - from) / 1000,
      ]),
    ),
  }),
);
