import type { Explanation, Model, ModelProbabilities, Prediction } from '../classifier/model.ts';
import { RefusedFileError } from '../errors.ts';
import { shown } from '../text-safety.ts';
import type { AnswerChoices } from './result-choices.ts';

/** An answer with what was asked for beside it. */
export type Answer = Prediction | Explanation | (Prediction & ModelProbabilities);

export type AnswerValue = string | number | boolean;

/** A column that predictions add to the file's own. */
export interface AnswerColumn {
  readonly name: string;
  readonly type: 'text' | 'number' | 'boolean';
}

/** The columns that predictions add, and what an answer writes into them. */
export interface AnswerColumns {
  readonly columns: readonly AnswerColumn[];
  /** One value for each column. */
  valuesOf(answer: Answer): AnswerValue[];
}

const PREDICTION: readonly AnswerColumn[] = [
  { name: 'prediction', type: 'text' },
  { name: 'confidence', type: 'number' },
];
const EXPLANATION: readonly AnswerColumn[] = [
  { name: 'vote_share', type: 'number' },
  { name: 'runner_up', type: 'text' },
  { name: 'runner_up_probability', type: 'number' },
  { name: 'novelty_percentile', type: 'number' },
  { name: 'is_novel', type: 'boolean' },
];

/**
 * The columns for a model's answers.
 *
 * @param names the file's columns
 * @throws RefusedFileError `columns` when the file has one of them already
 */
export function answerColumns(
  { meta }: Model,
  names: readonly string[],
  { explain, probabilities }: AnswerChoices,
): AnswerColumns {
  const shares = meta.classes.map(
    (label): AnswerColumn => ({ name: `probability_${label}`, type: 'number' }),
  );
  const columns = [...PREDICTION, ...(explain ? EXPLANATION : []), ...(probabilities ? shares : [])];
  const taken = new Set(names);
  const twice = columns.find(({ name }) => taken.has(name));
  if (twice !== undefined) {
    const message = `the file has a column ${shown(twice.name)} already, which the predictions are written to; rename it, or use --json`;
    throw new RefusedFileError('columns', message);
  }
  return {
    columns,
    valuesOf: (answer) => [
      answer.prediction,
      answer.confidence,
      ...('novelty' in answer ? explainingValues(answer) : []),
      ...(probabilities ? probabilitiesOf(answer) : []),
    ],
  };
}

function explainingValues({ prediction, probabilities, voteShare, novelty }: Explanation): AnswerValue[] {
  const runnerUp = probabilities
    .filter(({ label }) => label !== prediction)
    .reduce((best, other) => (other.probability > best.probability ? other : best));
  const { percentile, isNovel } = novelty;
  return [voteShare, runnerUp.label, runnerUp.probability, percentile, isNovel];
}

/** The probabilities that an answer holds, in the order of the classes. */
export function probabilitiesOf(answer: Answer): readonly number[] {
  if ('novelty' in answer) return answer.probabilities.map(({ probability }) => probability);
  return 'probabilities' in answer ? Array.from(answer.probabilities) : [];
}
