import { shown } from '../text-safety.ts';
import type { BatchPredictor } from './batch-predictor.ts';
import type { RowFault } from './row-values.ts';
import { place, printable } from './terminal-text.ts';

/** So many bad rows are named; all keep their place in the output. */
export const MOST_FAULTS = 100;

/** Where and why a row was not predicted. */
export function describeFault(file: string, { line, column, code, reason, value }: RowFault): string {
  return `${place(file, line, column)}: ${code}: ${reason}, got ${shown(value)}`;
}

/**
 * What a person reads at the end: what became of the rows, and how good the predictions are where that is
 * known.
 */
export function describePredictions(
  file: string,
  label: string,
  { rows, bad, blanks, hasLabels, score }: BatchPredictor,
): string {
  const unnamed = bad > MOST_FAULTS ? `; the first ${MOST_FAULTS} bad rows are named above` : '';
  const lines = [
    `${file}: ${rows} rows in, ${rows} out, ${bad} without a prediction, ${blanks} blank${unnamed}`,
  ];
  if (hasLabels) {
    const unknown =
      score.unknown > 0 ? `, ${score.unknown} of them with a label that the model does not know` : '';
    lines.push(
      `Against its own column "${printable(label)}": accuracy ${score.accuracy.toFixed(4)}, macro-F1 ${score.macroF1.toFixed(4)} on ${score.rows} rows${unknown}`,
    );
  }
  return lines.join('\n');
}
