import { describe, expect, it } from 'vitest';
import { type EncodingRecipe, SPACES, usesScores } from '../../../lib/classifier/encoding-recipe.ts';
import { GAP_SCALES } from '../../../lib/columns/learning.ts';
import {
  choose,
  dealsOf,
  type ScoredCandidate,
  searchSpaces,
  voteRules,
  WHOLE_SCOPE,
  worthwhile,
} from '../../../lib/training/candidates.ts';

const NOTHING = { numbers: false, times: false, gaps: false };
const NUMBERS = { ...NOTHING, numbers: true };

const candidate = (
  space: EncodingRecipe['space'],
  macroF1: number,
  numbers: EncodingRecipe['numbers'] = 'standard',
): ScoredCandidate => ({
  recipe: { numbers, space },
  metric: 'euclidean',
  neighbours: 5,
  votes: { weights: 'uniform', balance: 0 },
  macroF1,
  standardError: 0.02,
  // Four folds with that mean and error.
  folds: [1, -1, 1, -1].map((side) => macroF1 + side * 0.02 * Math.sqrt(3)),
});

const withGaps = (gaps: EncodingRecipe['gaps'], macroF1: number): ScoredCandidate => {
  const scored = candidate('plain', macroF1);
  return { ...scored, recipe: { ...scored.recipe, gaps } };
};

describe('choose', () => {
  it('takes the best when nothing simpler comes close', () => {
    const scored = [candidate('plain', 0.8), candidate('shaped', 0.9), candidate('information', 0.85)];
    expect(choose(scored, 0.5).recipe.space).toBe('shaped');
  });

  it('takes the simplest within the tolerance, and of equally simple ones the best', () => {
    const scored = [
      candidate('shaped', 0.9),
      candidate('plain', 0.891, 'rank'),
      candidate('information', 0.899),
      candidate('plain', 0.895, 'rank'),
      candidate('plain', 0.889),
    ];
    expect(choose(scored, 0.5)).toBe(scored[3]);
    expect(choose(scored, 1)).toBe(scored[4]);
    expect(choose(scored, 0)).toBe(scored[0]);
  });

  it('takes dates on a line where cycles are about as good', () => {
    const [line, cycles] = (['line', 'cycles'] as const).map((times, i) => {
      const scored = candidate('plain', 0.895 + 0.005 * i);
      return { ...scored, recipe: { ...scored.recipe, times } };
    });
    expect(choose([line!, cycles!], 0.5)).toBe(line);
    expect(choose([line!, cycles!], 0.2)).toBe(cycles);
  });

  it.each([
    ['landmark scores', (macroF1: number) => candidate('landmarks', macroF1)],
    ['gaps by class shares', (macroF1: number) => withGaps('class_shares', macroF1)],
  ])('takes %s only where they are better than all others by 1.5 standard errors', (_, special) => {
    const others = [withGaps('median', 0.8), candidate('shaped', 0.75)];
    for (const tolerance of [0, 0.5, 3]) {
      expect(choose([...others, special(0.829)], tolerance)).toBe(others[0]);
      expect(choose([...others, special(0.82), special(0.831)], tolerance).macroF1).toBe(0.831);
    }
  });

  it('takes scores by trees where they are behind by less than a standard error, and goes on with them', () => {
    const others = [withGaps('median', 0.8), candidate('shaped', 0.75), candidate('landmarks', 0.82)];
    const trees = [candidate('trees', 0.79), candidate('trees', 0.801)];
    expect(choose([...others, ...trees], 0.5)).toBe(trees[1]);
    expect(choose([...others, candidate('trees', 0.799)], 0.5)).toBe(others[0]);
    const spaces = searchSpaces({ ...NUMBERS, gaps: true });
    expect(
      worthwhile(spaces, [...others, candidate('trees', 0.5)]).map(({ recipe }) => recipe.space),
    ).toContain('trees');
  });

  it('compares a kind with the others in the folds that it was tried in', () => {
    const scores = candidate('landmarks', 0.85);
    // In its folds the other is as good; in the next ones much worse.
    const folds = [...scores.folds, 0.5, 0.5, 0.5, 0.5];
    const other = { ...candidate('plain', 0.675), folds };
    expect(choose([other, scores], 0.5)).toBe(other);
    expect(choose([{ ...other, folds: folds.toReversed() }, scores], 0.5)).toBe(scores);
  });

  it('takes the first of equals', () => {
    const scored = [candidate('plain', 0.9), candidate('plain', 0.9)];
    expect(choose(scored, 0.5)).toBe(scored[0]);
  });
});

describe('what is tried', () => {
  const SCORED = 2;
  const spaceNames = (spaces: ReturnType<typeof searchSpaces>) => spaces.map(({ recipe }) => recipe.space);

  it('scales numbers both ways where there are any, and has scores of the classes once', () => {
    expect(searchSpaces(NUMBERS)).toHaveLength(10 + SCORED);
    expect(searchSpaces(NOTHING)).toHaveLength(5 + SCORED);
    expect(spaceNames(searchSpaces(NOTHING))).toEqual([...SPACES]);
    for (const space of ['landmarks', 'trees'])
      expect(spaceNames(searchSpaces(NOTHING, { ...WHOLE_SCOPE, [space]: false }))).toEqual(
        SPACES.filter((one) => one !== space),
      );
  });

  it('places dates both ways where there are any, and says nothing of them where there are none', () => {
    const spaces = searchSpaces({ ...NUMBERS, times: true }).map(({ recipe }) => recipe);
    expect(spaces).toHaveLength(20 + SCORED);
    expect(spaces.filter(({ times }) => times === 'cycles')).toHaveLength(10);
    expect(new Set(spaces.map((recipe) => JSON.stringify(recipe))).size).toBe(20 + SCORED);
    for (const { recipe } of searchSpaces(NUMBERS)) expect(recipe).not.toHaveProperty('times');
  });

  it('places missing numbers both ways where there are any, unless that was thinned', () => {
    const kinds = { ...NUMBERS, gaps: true };
    const spaces = searchSpaces(kinds).map(({ recipe }) => recipe);
    for (const gaps of GAP_SCALES)
      expect(spaces.filter((recipe) => recipe.gaps === gaps && !usesScores(recipe.space))).toHaveLength(10);
    const thinned = searchSpaces(kinds, { ...WHOLE_SCOPE, gapShares: false }).map(({ recipe }) => recipe);
    expect(thinned).toEqual(spaces.filter(({ gaps }) => gaps === 'median'));
    for (const { recipe } of searchSpaces(NUMBERS)) expect(recipe).not.toHaveProperty('gaps');
  });

  it('goes on with landmark scores and gaps by class shares only where they are ahead, and with the rest', () => {
    const spaces = searchSpaces({ ...NUMBERS, gaps: true });
    const usual = withGaps('median', 0.8);
    const left = (...scored: ScoredCandidate[]) => worthwhile(spaces, [usual, ...scored]);
    expect(left(candidate('landmarks', 0.801), withGaps('class_shares', 0.8))).toEqual(
      spaces.filter(({ recipe }) => recipe.gaps === 'median'),
    );
    expect(left(candidate('landmarks', 0.81), withGaps('class_shares', 0.82))).toEqual(
      spaces.filter(({ recipe }) => recipe.space !== 'landmarks'),
    );
  });

  it('has landmark scores in two deals of the folds, and scores by trees in one', () => {
    const deals = (space: EncodingRecipe['space']) => [1, 2, 4].map((repeats) => dealsOf({ space }, repeats));
    expect(deals('plain')).toEqual([1, 2, 4]);
    expect(deals('landmarks')).toEqual([1, 2, 2]);
    expect(deals('trees')).toEqual([1, 1, 1]);
  });

  it('balance votes only with many rows', () => {
    expect(voteRules(499).map(({ balance }) => balance)).toEqual([0, 0]);
    expect(new Set(voteRules(500).map(({ balance }) => balance))).toEqual(new Set([0, 0.5]));
  });
});
