import { type EncodingRecipe, SPACES, usesMap, usesScores } from '../classifier/encoding-recipe.ts';
import { METRICS, type Metric } from '../classifier/search/types.ts';
import { VOTE_WEIGHTS, type VoteRule } from '../classifier/vote.ts';
import { type KindName, LEARNINGS } from '../columns/kinds.ts';
import { GAP_SCALES, NUMBER_SCALES, TIME_SCALES } from '../columns/learning.ts';

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
  /** Macro-F1 in each fold that it was tried in: see dealsOf. */
  readonly folds: readonly number[];
}

const BALANCES = [0, 0.5] as const;
/**
 * Balanced votes are offered from this many rows on. On 41 real tables they gained 0.004 macro-F1 on average
 * on the 19 tables with 600 rows or more, and lost 0.014 on the others: with few rows of a rare class, luck
 * is easily mistaken for a gain.
 */
const BALANCE_ROWS = 500;

/** What is tried beside numbers in standard deviations, dates on a line, and medians for gaps. */
export interface SearchScope {
  readonly ranks: boolean;
  readonly cycles: boolean;
  readonly gapShares: boolean;
  readonly landmarks: boolean;
  readonly trees: boolean;
}

/** Which scales a table has a choice of. */
export interface ScaledKinds {
  readonly numbers: boolean;
  readonly times: boolean;
  readonly gaps: boolean;
}

/** The scales that the columns of a table use. */
export const scaledKinds = (
  columns: readonly { readonly type: KindName; readonly nullable: boolean }[],
): ScaledKinds => ({
  numbers: columns.some(({ type }) => LEARNINGS[type].usesNumberScale),
  times: columns.some(({ type }) => LEARNINGS[type].usesTimeScale),
  gaps: columns.some(({ type, nullable }) => nullable && LEARNINGS[type].usesGapScale),
});

export const WHOLE_SCOPE: SearchScope = {
  ranks: true,
  cycles: true,
  gapShares: true,
  landmarks: true,
  trees: true,
};

/** An encoding, and the metrics that it is tried with. */
export interface SearchSpace {
  readonly recipe: EncodingRecipe;
  readonly metrics: readonly Metric[];
}

/** The spaces that are tried with every scale. Scores of the classes are tried with the first of each. */
const SCALED_SPACES = SPACES.filter((space) => !usesScores(space));

/** Every encoding and metric that is tried; each takes one neighbour search per fold. */
export function searchSpaces(kinds: ScaledKinds, scope: SearchScope = WHOLE_SCOPE): SearchSpace[] {
  const numberScales = kinds.numbers && scope.ranks ? NUMBER_SCALES : NUMBER_SCALES.slice(0, 1);
  const timeScales = scope.cycles ? TIME_SCALES : TIME_SCALES.slice(0, 1);
  const gapScales = scope.gapShares ? GAP_SCALES : GAP_SCALES.slice(0, 1);
  const scales = numberScales
    .flatMap((numbers): Omit<EncodingRecipe, 'space'>[] =>
      kinds.times ? timeScales.map((times) => ({ numbers, times })) : [{ numbers }],
    )
    .flatMap((scale) => (kinds.gaps ? gapScales.map((gaps) => ({ ...scale, gaps })) : [scale]));
  const spaces = scales.flatMap((scale) =>
    SCALED_SPACES.map((space) => ({
      recipe: { ...scale, space },
      // Whitened axes have no meaning of their own: only rotations leave such a space as it is.
      metrics: usesMap(space) ? (['euclidean'] as const) : METRICS,
    })),
  );
  const scored = SPACES.filter(usesScores)
    .filter((space) => scope[space])
    .map((space) => ({ recipe: { ...scales[0]!, space }, metrics: ['euclidean'] as const }));
  return [...spaces, ...scored];
}

/** Every vote rule to try on this many rows. One search serves all of them. */
export function voteRules(rows: number): VoteRule[] {
  const balances = rows < BALANCE_ROWS ? BALANCES.slice(0, 1) : BALANCES;
  return VOTE_WEIGHTS.flatMap((weights) => balances.map((balance) => ({ weights, balance })));
}

/** How much there is to a candidate's space: of candidates that are about as good, the simplest is taken. */
function complexity({ recipe: { numbers, times, space } }: Candidate): number {
  const steps = {
    plain: 0,
    information_root: 2,
    information: 2,
    shaped: 4,
    discriminants: 4,
    landmarks: 6,
    trees: 6,
  };
  return steps[space] + (numbers === 'rank' ? 1 : 0) + (times === 'cycles' ? 1 : 0);
}

/**
 * Kinds of candidates. Gaps by class shares and landmark scores follow the classes more closely than the
 * usual ones, and so mistake luck for a gain more easily. Scores by trees have few candidates, while luck
 * flatters the best of a thousand others, so they may be behind.
 */
type Kind = 'usual' | 'gap shares' | 'landmarks' | 'trees';

const DEMANDING = ['gap shares', 'landmarks'] as const satisfies readonly Kind[];

function kindOf({ recipe }: Pick<Candidate, 'recipe'>): Kind {
  if (usesScores(recipe.space)) return recipe.space;
  return recipe.gaps === 'class_shares' ? 'gap shares' : 'usual';
}

/**
 * Standard errors by which such a kind has to be better than all other candidates to be taken. With half an
 * error it was taken where it lost.
 */
const DEMANDED_ERRORS = 1.5;

/**
 * Standard errors by which scores by trees may be behind the best other candidate and still be taken. On 37
 * tables of 600 rows or more that gained 0.010 macro-F1 on average; where they had to be level, 0.006, and
 * where they had to be ahead by as much, 0.003.
 */
const LENIENT_ERRORS = 1;

/**
 * The simplest candidate whose score is at most `tolerance` standard errors below the best. Of equally simple
 * ones it is the best, then the first in the list. Those of one kind take part: of scores by trees, where the
 * best is not behind the best other by LENIENT_ERRORS; else of a kind whose best is better than all others by
 * more than DEMANDED_ERRORS; else the usual ones.
 *
 * @param scored at least one usual candidate
 */
export function choose(scored: readonly ScoredCandidate[], tolerance: number): ScoredCandidate {
  const kind = kindToTake(scored);
  const candidates = scored.filter((candidate) => kindOf(candidate) === kind);
  const best = bestOf(candidates);
  const minScore = best.macroF1 - tolerance * best.standardError;
  return candidates
    .filter(({ macroF1 }) => macroF1 >= minScore)
    .reduce((a, b) => {
      const simpler = complexity(b) - complexity(a);
      return simpler < 0 || (simpler === 0 && b.macroF1 > a.macroF1) ? b : a;
    });
}

function kindToTake(scored: readonly ScoredCandidate[]): Kind {
  if (isAhead('trees', scored, -LENIENT_ERRORS)) return 'trees';
  const others = scored.filter((candidate) => kindOf(candidate) !== 'trees');
  return DEMANDING.find((kind) => isAhead(kind, others, DEMANDED_ERRORS)) ?? 'usual';
}

/**
 * Whether the best of a kind is better than all others, by more than so many standard errors, in the folds
 * that both were scored in.
 */
function isAhead(kind: Kind, scored: readonly ScoredCandidate[], errors: number): boolean {
  const own = scored.filter((candidate) => kindOf(candidate) === kind);
  if (own.length === 0) return false;
  const folds = own[0]!.folds.length;
  const best = bestOf(own.map((one) => meanAndError(one.folds)));
  const others = scored.filter((candidate) => kindOf(candidate) !== kind);
  const other = bestOf(others.map((one) => meanAndError(one.folds.slice(0, folds))));
  return best.macroF1 > other.macroF1 + errors * Math.max(best.standardError, other.standardError);
}

const bestOf = <T extends Pick<ScoredCandidate, 'macroF1'>>(scored: readonly T[]): T =>
  scored.reduce((a, b) => (b.macroF1 > a.macroF1 ? b : a));

/** The mean of scores in folds, and its standard error. */
export function meanAndError(folds: readonly number[]): { macroF1: number; standardError: number } {
  const mean = folds.reduce((sum, score) => sum + score, 0) / folds.length;
  const squares = folds.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  const standardError = folds.length < 2 ? 0 : Math.sqrt(squares / (folds.length - 1) / folds.length);
  return { macroF1: mean, standardError };
}

/** Scores of the classes take long to learn: they are tried in the folds of the first deals only. */
const SCORED_DEALS = { landmarks: 2, trees: 1 } as const;

/** How often a recipe is tried where folds are dealt so often. */
export const dealsOf = ({ space }: Pick<EncodingRecipe, 'space'>, repeats: number): number =>
  usesScores(space) ? Math.min(SCORED_DEALS[space], repeats) : repeats;

/**
 * The spaces to go on with after some folds. Kinds that have to be far ahead in the end are given up where
 * they are not ahead at all, which saves most of their time.
 */
export function worthwhile(
  spaces: readonly SearchSpace[],
  scored: readonly ScoredCandidate[],
): readonly SearchSpace[] {
  const others = scored.filter((candidate) => kindOf(candidate) !== 'trees');
  const lagging = DEMANDING.filter((kind) => !isAhead(kind, others, 0));
  return spaces.filter(({ recipe }) => !lagging.some((kind) => kind === kindOf({ recipe })));
}
