import { expect, it } from 'vitest';
import { MAX_INDICATORS } from '../../../lib/columns/learning.ts';
import { WHOLE_SCOPE } from '../../../lib/training/candidates.ts';
import {
  crossValidate,
  type LearntInFolds,
  outOfFoldAnswers,
} from '../../../lib/training/cross-validation.ts';
import { boundedClasses } from '../../helpers/bounded-classes.ts';

const PLAN = {
  classCount: 2,
  seed: 42,
  folds: 3,
  repeats: 2,
  neighbourCandidates: [9],
  scope: { ...WHOLE_SCOPE, ranks: false },
  maxIndicators: MAX_INDICATORS,
};

it('gives the same answers from what the choice learnt as from learning it again', () => {
  const rows = boundedClasses();
  const learnt: LearntInFolds = new Map();
  const candidates = crossValidate(rows, PLAN, learnt);
  const chosen = candidates.find(({ recipe }) => recipe.space === 'trees')!;
  // In the folds of the first deal: that of the answers.
  expect([...learnt.keys()].filter((place) => place.includes('"trees"'))).toHaveLength(PLAN.folds);
  const again = outOfFoldAnswers(rows, chosen, PLAN);
  expect(outOfFoldAnswers(rows, chosen, PLAN, learnt)).toEqual(again);
  const right = again.predicted.filter((label, row) => label === rows.labels[row]).length;
  expect(right / rows.labels.length).toBeGreaterThan(0.85);
});
