import type { IngestResult } from '../dataset/ingest-result.ts';
import { describeCurve } from '../training/curve-words.ts';
import { describeEstimate } from '../training/estimate-words.ts';
import type { GateVerdict } from '../training/gate-verdict.ts';
import type { ModelReport } from '../training/model-report.ts';
import { describeSetting } from '../training/setting-words.ts';
import { textTable } from './terminal-text.ts';

/** Further classes are only in the report. */
const SHOWN_CLASSES = 50;

/** The outcome of a training. */
export interface TrainingOutcome {
  readonly file: string;
  readonly ingested: IngestResult;
  readonly report: ModelReport;
  readonly gate: GateVerdict;
  /** Paths of the written files. */
  readonly files: readonly string[];
}

/**
 * Lines for people about a training: rows, chosen setting, scores, and the gate's verdict.
 */
export function describeTraining({ file, ingested, report, gate, files }: TrainingOutcome): string[] {
  const { rows } = ingested;
  const { holdout } = report;
  const { macro_f1, chance_macro_f1 } = holdout.baseline;
  return [
    `${file}: ${gate.passed ? 'trained' : 'trained, but the quality gate failed'}`,
    `  rows         ${rows.accepted} accepted, ${rows.rejected} rejected, ${rows.blank} blank; ${report.rows.held_out} held out`,
    `  macro-F1     ${score(holdout.macro_f1)} ± ${score(holdout.macro_f1_standard_error)} on held-out rows (guessing: ${score(Math.max(macro_f1, chance_macro_f1))})`,
    `  accuracy     ${score(holdout.accuracy)} (always the most frequent class: ${score(holdout.baseline.accuracy)})`,
    `  calibration  error ${score(holdout.expected_calibration_error)}, log loss ${score(holdout.log_loss)}`,
    '',
    `Chosen from ${report.cross_validation.candidates} settings`,
    ...[
      ...describeSetting(report.chosen, report.features),
      ...describeEstimate(report),
      ...describeCurve(report),
    ].map((sentence) => `  ${sentence}`),
    '',
    ...classTable(report),
    '',
    `Quality gate: ${gate.passed ? 'passed' : 'failed'}`,
    ...gateLines(gate),
    '',
    ...fileLines(files),
    ...(rows.rejected > 0 ? [`npm run check-csv -- ${file} lists the rejected rows.`] : []),
  ];
}

function classTable({ label, holdout: { classes } }: ModelReport): string[] {
  const shown = classes
    .slice(0, SHOWN_CLASSES)
    .map((one) => [one.label, String(one.support), score(one.precision), score(one.recall), score(one.f1)]);
  const rest = classes.length - SHOWN_CLASSES;
  return [
    ...textTable([[label, 'held out', 'precision', 'recall', 'F1'], ...shown]),
    ...(rest > 0 ? [`  ... and ${rest} more; the report has all`] : []),
  ];
}

function gateLines({ tests }: GateVerdict): string[] {
  return tests.map(({ test, outcome, detail }) => `  ${test} ${outcome.replace('_', ' ')}: ${detail}`);
}

function fileLines(files: readonly string[]): string[] {
  if (files.length === 0) return ['Nothing was written; --out <folder> keeps the model and its report.'];
  return ['Written', ...files.map((path) => `  ${path}`)];
}

const score = (value: number) => value.toFixed(3);
