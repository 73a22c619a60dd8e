import { encodeColumns } from '../classifier/encode-columns.ts';
import { type EncodingRecipe, usesScores } from '../classifier/encoding-recipe.ts';
import { dealFolds } from '../classifier/folds.ts';
import { type EncodedRows, EncoderLearner } from '../classifier/learn-encoder.ts';
import { RowSearches } from '../classifier/row-searches.ts';
import type { NeighbourSearch } from '../classifier/search/neighbour-index.ts';
import { classFactors, VoteTally } from '../classifier/vote.ts';
import { hasGaps } from '../columns/column-rows.ts';
import { TrainingError } from '../errors.ts';
import {
  type Candidate,
  dealsOf,
  meanAndError,
  type ScoredCandidate,
  type SearchScope,
  type SearchSpace,
  scaledKinds,
  searchSpaces,
  voteRules,
  worthwhile,
} from './candidates.ts';
import { ClassTally } from './evaluation.ts';
import { type LabelledRows, pickRows } from './training-data.ts';

/** After so many folds it is looked which spaces are worth going on with. */
const TELLING_FOLDS = 3;

export interface CrossValidationPlan {
  readonly classCount: number;
  readonly seed: number;
  readonly folds: number;
  /** How many times the folds are dealt. One deal of few rows depends too much on luck. */
  readonly repeats: number;
  /** Ascending. */
  readonly neighbourCandidates: readonly number[];
  /** Which encodings are tried. */
  readonly scope: SearchScope;
  /** As in LearningColumn. */
  readonly maxIndicators: number;
  /** Called after each fold. */
  onFold?(done: number, total: number): void;
}

/**
 * What was learnt in the folds of the first deal that takes long to learn: scores of the classes, by fold and
 * recipe. The answers of the chosen setting come from the same folds. What takes much memory is learnt again.
 */
export type LearntInFolds = Map<string, EncodedRows>;

/** An encoder's table is kept with at most this many numbers; tables of many categories have millions. */
const MAX_KEPT_NUMBERS = 100_000;

const placeOf = (fold: number, recipe: EncodingRecipe) => `${fold} ${JSON.stringify(recipe)}`;

/** One fold: encoders are learnt from `training`, and answers to `validation` are scored. */
interface Fold {
  readonly training: LabelledRows;
  readonly validation: LabelledRows;
  /** The row numbers of `validation` among all rows. */
  readonly validationRows: Int32Array;
}

/**
 * Scores every candidate by stratified cross-validation. Encoders are learnt within each fold. One neighbour
 * search per fold, encoding and metric serves every number of neighbours and every vote rule, because the
 * first k of the nearest rows are the k nearest.
 *
 * @param learnt filled, to be handed to outOfFoldAnswers
 * @throws TrainingError `rows` when there are too few rows for any candidate
 */
export function crossValidate(
  rows: LabelledRows,
  plan: CrossValidationPlan,
  learnt: LearntInFolds = new Map(),
): ScoredCandidate[] {
  const folds = foldsOf(rows, plan);
  const maxNeighbours = Math.min(...folds.map(({ training }) => training.labels.length));
  const ks = plan.neighbourCandidates.filter((k) => k <= maxNeighbours);
  if (ks.length === 0) {
    throw new TrainingError('rows', 'too few rows for the smallest number of neighbours; send more rows');
  }
  // Of all rows: a column's only gap may be in one fold.
  const kinds = scaledKinds(rows.columns.map((column) => ({ type: column.type, nullable: hasGaps(column) })));
  let spaces: readonly SearchSpace[] = searchSpaces(kinds, plan.scope);
  const foldsFor = (recipe: EncodingRecipe) => (folds.length / plan.repeats) * dealsOf(recipe, plan.repeats);
  const scores = new Map<string, FoldScores>();
  folds.forEach((fold, i) => {
    const keep = (recipe: EncodingRecipe, encoded: EncodedRows) => {
      const isSmall = encoded.encoder.data.table.length <= MAX_KEPT_NUMBERS;
      if (i < folds.length / plan.repeats && usesScores(recipe.space) && isSmall)
        learnt.set(placeOf(i, recipe), encoded);
    };
    for (const { candidate, macroF1 } of scoreFold(fold, ks, { ...plan, spaces, keep })) {
      const key = JSON.stringify(candidate);
      const known = scores.get(key);
      if (known) known.folds.push(macroF1);
      else scores.set(key, { candidate, folds: [macroF1] });
    }
    const done = i + 1;
    if (done >= TELLING_FOLDS) spaces = worthwhile(spaces, scoredIn(scores, done, foldsFor));
    spaces = spaces.filter(({ recipe }) => done < foldsFor(recipe));
    plan.onFold?.(done, folds.length);
  });
  return scoredIn(scores, folds.length, foldsFor);
}

interface FoldScores {
  readonly candidate: Candidate;
  /** Macro-F1 in each fold. */
  readonly folds: number[];
}

/**
 * The candidates that so many folds have scored. What only some of them could learn, at the limits of an
 * encoding, is no candidate.
 */
const scoredIn = (
  scores: ReadonlyMap<string, FoldScores>,
  folds: number,
  foldsFor: (recipe: EncodingRecipe) => number,
): ScoredCandidate[] =>
  [...scores.values()]
    .filter((score) => score.folds.length === Math.min(folds, foldsFor(score.candidate.recipe)))
    .map(({ candidate, folds: all }) => ({ ...candidate, ...meanAndError(all), folds: all }));

function foldsOf(
  rows: LabelledRows,
  { folds, repeats, seed }: Pick<CrossValidationPlan, 'folds' | 'repeats' | 'seed'>,
): Fold[] {
  const count = Math.min(folds, rows.labels.length);
  return Array.from({ length: repeats }, (_, repeat) => {
    const foldOf = dealFolds(rows.labels, count, seed + repeat);
    return Array.from({ length: count }, (_, fold) => foldOfRows(rows, foldOf, fold));
  }).flat();
}

function foldOfRows(rows: LabelledRows, foldOf: Int32Array, fold: number): Fold {
  const all = Int32Array.from(foldOf, (_, row) => row);
  const validationRows = all.filter((row) => foldOf[row] === fold);
  return {
    training: pickRows(
      rows,
      all.filter((row) => foldOf[row] !== fold),
    ),
    validation: pickRows(rows, validationRows),
    validationRows,
  };
}

function* scoreFold(
  { training, validation }: Fold,
  ks: readonly number[],
  {
    classCount,
    maxIndicators,
    spaces,
    keep,
  }: Pick<CrossValidationPlan, 'classCount' | 'maxIndicators'> & {
    readonly spaces: readonly SearchSpace[];
    keep(recipe: EncodingRecipe, encoded: EncodedRows): void;
  },
) {
  const learner = new EncoderLearner(training.columns, training.labels, classCount, maxIndicators);
  for (const { recipe, metrics } of spaces) {
    if (!learner.offers(recipe)) continue;
    const encoded = learner.learnRows(recipe);
    keep(recipe, encoded);
    const { encoder, points } = encoded;
    const queries = encodeColumns(encoder, validation.columns);
    const searches = new RowSearches(encoder, points, ks.at(-1)!);
    for (const metric of metrics) {
      const tallies = scoreVotes(searches.open(metric), queries, { training, validation, ks, classCount });
      for (const [k, rule, tally] of tallies)
        yield { candidate: { recipe, metric, neighbours: k, votes: rule }, macroF1: tally.macroF1() };
    }
  }
}

/**
 * Scores every number of neighbours with every rule from one search: votes are added nearest first and
 * evaluated at each k.
 */
function scoreVotes(
  search: NeighbourSearch,
  queries: Float64Array,
  {
    training,
    validation,
    ks,
    classCount,
  }: Omit<Fold, 'validationRows'> & { ks: readonly number[]; classCount: number },
) {
  const counts = new Float64Array(classCount);
  for (const label of training.labels) counts[label]!++;
  const rules = voteRules(training.labels.length + validation.labels.length);
  const judged = ks.map((k) =>
    rules.map((rule) => [k, rule, new ClassTally(classCount), classFactors(counts, rule.balance)] as const),
  );
  const near = search.nearestBatch(queries, ks.at(-1)!);
  const votes = new VoteTally(classCount);
  for (let query = 0; query < near.queries; query++) {
    votes.reset();
    let next = 0;
    for (let i = 0; i < near.width; i++) {
      const at = query * near.width + i;
      votes.add(training.labels[near.rows[at]!]!, near.distances[at]!);
      if (ks[next] !== i + 1) continue;
      for (const [, { weights }, tally, factors] of judged[next]!)
        tally.add(validation.labels[query]!, votes.winner(weights, factors));
      next++;
    }
  }
  return judged.flat();
}

/** Answers to rows by models that were not trained on them. */
export interface UnseenAnswers {
  /** Class indices. */
  readonly predicted: Int32Array;
  /** The winner's balanced share of the votes. */
  readonly shares: Float64Array;
  readonly truth: Int32Array;
}

/**
 * One answer to each row, by a model of the chosen setting that was fitted on the other folds.
 *
 * @param learnt what crossValidate kept of the same rows and plan
 */
export function outOfFoldAnswers(
  rows: LabelledRows,
  chosen: Candidate,
  plan: Omit<CrossValidationPlan, 'neighbourCandidates' | 'repeats' | 'scope'>,
  learnt: LearntInFolds = new Map(),
): UnseenAnswers {
  const predicted = new Int32Array(rows.labels.length);
  const shares = new Float64Array(rows.labels.length);
  const votes = new VoteTally(plan.classCount);
  const { weights, balance } = chosen.votes;
  for (const [fold, part] of foldsOf(rows, { ...plan, repeats: 1 }).entries()) {
    const { training, validation, validationRows } = part;
    const { encoder, points } =
      learnt.get(placeOf(fold, chosen.recipe)) ??
      new EncoderLearner(training.columns, training.labels, plan.classCount, plan.maxIndicators).learnRows(
        chosen.recipe,
      );
    const search = new RowSearches(encoder, points, chosen.neighbours).open(chosen.metric);
    const near = search.nearestBatch(encodeColumns(encoder, validation.columns), chosen.neighbours);
    const counts = new Float64Array(plan.classCount);
    for (const label of training.labels) counts[label]!++;
    const factors = classFactors(counts, balance);
    validationRows.forEach((row, query) => {
      votes.reset();
      for (let at = query * near.width; at < (query + 1) * near.width; at++)
        votes.add(training.labels[near.rows[at]!]!, near.distances[at]!);
      predicted[row] = votes.winner(weights, factors);
      shares[row] = votes.share(predicted[row]!, weights, factors);
    });
  }
  return { predicted, shares, truth: rows.labels };
}
