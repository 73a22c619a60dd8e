import { type EncodingRecipe, SPACES, usesMap } from '../classifier/encoding-recipe.ts';
import { METRICS, type Metric } from '../classifier/search/types.ts';
import { VOTE_WEIGHTS, type VoteRule } from '../classifier/vote.ts';
import { type KindName, LEARNINGS } from '../columns/kinds.ts';
import { CATEGORY_SCALES, NUMBER_SCALES, TIME_SCALES } from '../columns/learning.ts';

/** One setting of a model. */
export interface Candidate {
  readonly recipe: EncodingRecipe;
  readonly metric: Metric;
  readonly neighbours: number;
  readonly votes: VoteRule;
}

/** A candidate with its score in the cross-validation. */
export interface ScoredCandidate extends Candidate {
  /** Mean over the folds. */
  readonly macroF1: number;
  /** The standard error of that mean. */
  readonly standardError: number;
}

const BALANCES = [0, 0.5] as const;
/**
 * Balanced votes are offered from this many rows on. On 41 real tables they gained 0.004 macro-F1 on average
 * on the 19 tables with 600 rows or more, and lost 0.014 on the others: with few rows of a rare class, luck
 * is easily mistaken for a gain.
 */
const BALANCE_ROWS = 500;

/** Which scales are tried, beside numbers in standard deviations, dates on a line and indicators. */
export interface SearchScope {
  readonly ranks: boolean;
  readonly cycles: boolean;
  readonly classShares: boolean;
}

/** Which scales a table has a choice of. */
export interface ScaledKinds {
  readonly numbers: boolean;
  readonly times: boolean;
  /** Categories, or gaps. */
  readonly categories: boolean;
}

/** The scales that the columns of a table use. */
export const scaledKinds = (
  columns: readonly { readonly type: KindName; readonly nullable: boolean }[],
): ScaledKinds => ({
  numbers: columns.some(({ type }) => LEARNINGS[type].usesNumberScale),
  times: columns.some(({ type }) => LEARNINGS[type].usesTimeScale),
  categories: columns.some(({ type, nullable }) => nullable || LEARNINGS[type].usesCategoryScale),
});

export const WHOLE_SCOPE: SearchScope = { ranks: true, cycles: true, classShares: true };

/** An encoding, and the metrics that it is tried with. */
export interface SearchSpace {
  readonly recipe: EncodingRecipe;
  readonly metrics: readonly Metric[];
}

/** Every encoding and metric that is tried; each takes one neighbour search per fold. */
export function searchSpaces(kinds: ScaledKinds, scope: SearchScope = WHOLE_SCOPE): SearchSpace[] {
  const numberScales = kinds.numbers && scope.ranks ? NUMBER_SCALES : NUMBER_SCALES.slice(0, 1);
  const timeScales = scope.cycles ? TIME_SCALES : TIME_SCALES.slice(0, 1);
  const categoryScales = scope.classShares ? CATEGORY_SCALES : CATEGORY_SCALES.slice(0, 1);
  const scales = numberScales
    .flatMap((numbers): Omit<EncodingRecipe, 'space'>[] =>
      kinds.times ? timeScales.map((times) => ({ numbers, times })) : [{ numbers }],
    )
    .flatMap((scale) =>
      kinds.categories ? categoryScales.map((categories) => ({ ...scale, categories })) : [scale],
    );
  return scales.flatMap((scale) =>
    SPACES.map((space) => ({
      recipe: { ...scale, space },
      // Whitened axes have no meaning of their own: only rotations leave such a space as it is.
      metrics: usesMap(space) ? (['euclidean'] as const) : METRICS,
    })),
  );
}

/** Every vote rule to try on this many rows. One search serves all of them. */
export function voteRules(rows: number): VoteRule[] {
  const balances = rows < BALANCE_ROWS ? BALANCES.slice(0, 1) : BALANCES;
  return VOTE_WEIGHTS.flatMap((weights) => balances.map((balance) => ({ weights, balance })));
}

/** How much there is to a candidate's space: of candidates that are about as good, the simplest is taken. */
function complexity({ recipe: { numbers, times, categories, space } }: Candidate): number {
  const steps = { plain: 0, information_root: 2, information: 2, shaped: 4, discriminants: 4 };
  return (
    steps[space] +
    (numbers === 'rank' ? 1 : 0) +
    (times === 'cycles' ? 1 : 0) +
    (categories === 'class_shares' ? 1 : 0)
  );
}

/**
 * The simplest candidate whose score is at most `tolerance` standard errors below the best. Of equally simple
 * ones it is the best, then the first in the list.
 *
 * @param scored at least one
 */
export function choose(scored: readonly ScoredCandidate[], tolerance: number): ScoredCandidate {
  const best = scored.reduce((a, b) => (b.macroF1 > a.macroF1 ? b : a));
  const minScore = best.macroF1 - tolerance * best.standardError;
  return scored
    .filter(({ macroF1 }) => macroF1 >= minScore)
    .reduce((a, b) => {
      const simpler = complexity(b) - complexity(a);
      return simpler < 0 || (simpler === 0 && b.macroF1 > a.macroF1) ? b : a;
    });
}
