import type { Space } from '../classifier/encoding-recipe.ts';
import type { Metric } from '../classifier/search/types.ts';
import type { VoteWeights } from '../classifier/vote.ts';
import { type KindName, LEARNINGS } from '../columns/kinds.ts';
import type { GapScale, NumberScale, TimeScale } from '../columns/learning.ts';
import type { ReportedCandidate } from './model-report.ts';

const NUMBERS: Readonly<Record<NumberScale, string>> = {
  standard: 'Numbers count by their distance in standard deviations.',
  rank: 'Numbers count by their rank among the training rows, so that outliers pull less.',
};

const TIMES: Readonly<Record<TimeScale, string>> = {
  line: 'Dates count by the time between them.',
  cycles:
    'Dates count by the time between them, and by month, weekday and hour where the data goes through these.',
};

const GAPS: Readonly<Record<GapScale, string>> = {
  median: 'A missing number counts as the median.',
  class_shares: 'A missing number lies beside the median, as far as the classes occur differently with gaps.',
};

const SPACES: Readonly<Record<Space, string>> = {
  plain: 'Every feature counts alike.',
  information_root: 'Features count by the root of what they say about the class.',
  information: 'Features count by what they say about the class.',
  shaped: 'Space is stretched along the directions that part the classes.',
  discriminants: 'Only the directions that part the classes best are kept.',
  landmarks:
    'Rows are near each other that score alike: by how close they are to some of the rows, the landmarks. Novelty is the distance to these.',
  trees:
    'Rows are near each other that score alike by a linear regression and by boosted trees. Novelty is the distance to some of the rows.',
};

const METRICS: Readonly<Record<Metric, string>> = {
  euclidean: 'straight line (Euclidean)',
  manhattan: 'sum over the features (Manhattan)',
};

const WEIGHTS: Readonly<Record<VoteWeights, string>> = {
  uniform: 'each vote the same',
  distance: 'the nearer, the more its vote counts',
};

/** Describes a setting in whole sentences, for people. */
export function describeSetting(
  setting: ReportedCandidate,
  features: readonly { readonly type: KindName }[],
): string[] {
  const { numbers, times, gaps, space, metric, neighbours, vote_weights, class_balance } = setting;
  const who = neighbours === 1 ? 'The nearest row answers' : `The ${neighbours} nearest rows vote`;
  return [
    `${who}${neighbours === 1 ? '' : `, ${WEIGHTS[vote_weights]}`}; distance is the ${METRICS[metric]}.`,
    ...(features.some(({ type }) => LEARNINGS[type].usesNumberScale) ? [NUMBERS[numbers]] : []),
    ...(times === undefined ? [] : [TIMES[times]]),
    ...(gaps === undefined ? [] : [GAPS[gaps]]),
    SPACES[space],
    ...(class_balance === 0 || neighbours === 1 ? [] : [balanceWords(class_balance)]),
  ];
}

function balanceWords(balance: ReportedCandidate['class_balance']): string {
  return balance === 1
    ? 'Votes are divided by the size of their class, so that rare classes count as much as frequent ones.'
    : 'Votes are divided by the root of the size of their class, so that rare classes are heard.';
}
