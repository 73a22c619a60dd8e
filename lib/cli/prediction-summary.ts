import type { BatchPredictor } from '../batch/batch-predictor.ts';
import type { RowFault } from '../batch/row-values.ts';
import { shown } from '../text-safety.ts';
import { place } from './terminal-text.ts';

/** Only the first bad rows are listed, to keep the output readable; all keep their place in the output. */
export const MAX_FAULTS = 20;

/** Says where and why a row was not predicted. */
export function describeFault(file: string, { line, column, code, reason, value }: RowFault): string {
  return `${place(file, line, column)}: ${code}: ${reason}, got ${shown(value)}`;
}

/**
 * Lines for people: counts of rows, and the quality of the predictions if the file has labels.
 */
export function describePredictions(
  file: string,
  label: string,
  { rows, bad, blanks, hasLabels, score }: BatchPredictor,
): string[] {
  const unnamed = bad > MAX_FAULTS ? `; the first ${MAX_FAULTS} bad rows are named above` : '';
  const lines = [
    `${file}: ${rows} rows in, ${rows} out, ${bad} without a prediction, ${blanks} blank${unnamed}`,
  ];
  if (hasLabels) {
    const unknown =
      score.unknown > 0 ? `, ${score.unknown} of them with a label that the model does not know` : '';
    lines.push(
      `Against its own column "${label}": accuracy ${score.accuracy.toFixed(4)}, macro-F1 ${score.macroF1.toFixed(4)} on ${score.rows} rows${unknown}`,
    );
  }
  return lines;
}
