import { describe, expect, it } from 'vitest';
import { type EncodingRecipe, SPACES } from '../../../lib/classifier/encoding-recipe.ts';
import { CATEGORY_SCALES } from '../../../lib/columns/learning.ts';
import {
  choose,
  type ScoredCandidate,
  searchSpaces,
  voteRules,
  WHOLE_SCOPE,
} from '../../../lib/training/candidates.ts';

const NOTHING = { numbers: false, times: false, categories: false };
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
});

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

  it('takes indicators where class shares are about as good', () => {
    const [indicators, shares] = CATEGORY_SCALES.map((categories, i) => {
      const scored = candidate('plain', 0.895 + 0.005 * i);
      return { ...scored, recipe: { ...scored.recipe, categories } };
    });
    expect(choose([indicators!, shares!], 0.5)).toBe(indicators);
    expect(choose([indicators!, shares!], 0.2)).toBe(shares);
  });

  it('takes the first of equals', () => {
    const scored = [candidate('plain', 0.9), candidate('plain', 0.9)];
    expect(choose(scored, 0.5)).toBe(scored[0]);
  });
});

describe('what is tried', () => {
  it('scales numbers both ways where there are any', () => {
    expect(searchSpaces(NUMBERS)).toHaveLength(10);
    expect(searchSpaces(NOTHING)).toHaveLength(5);
  });

  it('places dates both ways where there are any, and says nothing of them where there are none', () => {
    const spaces = searchSpaces({ ...NUMBERS, times: true }).map(({ recipe }) => recipe);
    expect(spaces).toHaveLength(20);
    expect(spaces.filter(({ times }) => times === 'cycles')).toHaveLength(10);
    expect(new Set(spaces.map((recipe) => JSON.stringify(recipe))).size).toBe(20);
    for (const { recipe } of searchSpaces(NUMBERS)) expect(recipe).not.toHaveProperty('times');
  });

  it('compares categories both ways where there are any, unless that was thinned', () => {
    const kinds = { ...NOTHING, categories: true };
    const spaces = searchSpaces(kinds).map(({ recipe }) => recipe);
    expect(spaces.map(({ categories }) => categories)).toEqual(
      CATEGORY_SCALES.flatMap((categories) => SPACES.map(() => categories)),
    );
    const thinned = searchSpaces(kinds, { ...WHOLE_SCOPE, classShares: false }).map(({ recipe }) => recipe);
    expect(thinned).toEqual(spaces.slice(0, SPACES.length));
    for (const { recipe } of searchSpaces(NUMBERS)) expect(recipe).not.toHaveProperty('categories');
  });

  it('balance votes only with many rows', () => {
    expect(voteRules(499).map(({ balance }) => balance)).toEqual([0, 0]);
    expect(new Set(voteRules(500).map(({ balance }) => balance))).toEqual(new Set([0, 0.5]));
  });
});
