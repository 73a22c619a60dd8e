import type { DriftBaseline } from '../drift/drift-baseline.ts';
import { learnBaseline } from '../drift/learn-baseline.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainedModel } from './train-model.ts';
import type { TrainingData } from './training-data.ts';

/**
 * The baseline that later inputs and predictions of a version are compared with: all rows that it was trained
 * on, and its answers to held-out rows.
 */
export function versionBaseline(
  { unseenAnswers }: Pick<TrainedModel, 'unseenAnswers'>,
  { columns, labels, classes }: TrainingData,
  { seed }: Pick<TrainingSettings, 'seed'>,
): DriftBaseline {
  return learnBaseline({ columns, rows: labels.length, classes, answers: unseenAnswers, seed });
}
