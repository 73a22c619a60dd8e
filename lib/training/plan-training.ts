import { modelMemoryBytes } from '../classifier/model-file.ts';
import { MIN_PER_CLASS } from '../classifier/sample-rows.ts';
import { MAX_INDICATORS } from '../columns/learning.ts';
import { TrainingError } from '../errors.ts';
import { WHOLE_SCOPE } from './candidates.ts';
import { estimateFile } from './estimate-file.ts';
import { estimateMemory } from './estimate-memory.ts';
import { estimateWork, totalSeconds, type WorkEstimate } from './estimate-work.ts';
import { MAX_REPEATS } from './sample-sizes.ts';
import { MIN_TRAINING_ROWS, type TrainingSettings } from './settings.ts';
import type { TableSize } from './table-size.ts';
import type { TrainingPlan } from './training-plan.ts';

/**
 * Seconds of processor time that a training may be estimated to take. It is half of the 600 s that none may
 * take: a vCPU may be slower than the one that the estimate was measured on, and the function's time also
 * holds what is stored and loaded.
 */
export const MAX_WORK_SECONDS = 300;
/**
 * Bytes that a training may be estimated to need, so that none takes more than 2.5 GB: the function has 3,008
 * MB.
 */
export const MAX_MEMORY_BYTES = 2.3e9;

/** What a training may be estimated to take. */
export interface TrainingBounds {
  readonly seconds: number;
  readonly bytes: number;
  /** The most memory that its model may take when it is loaded for predictions. */
  readonly modelBytes?: number | undefined;
}

export const TRAINING_BOUNDS: TrainingBounds = { seconds: MAX_WORK_SECONDS, bytes: MAX_MEMORY_BYTES };

/** What was thinned, in the words of the settings. */
export const THINNED = [
  'training_rows',
  'indicators',
  'repeats',
  'selection_rows',
  'cycles',
  'trees',
  'landmarks',
  'gap_shares',
  'ranks',
  'held_out_rows',
] as const;

/** One thing that was thinned, and how far. */
export interface Thinning {
  readonly what: (typeof THINNED)[number];
  readonly from: number;
  readonly to: number;
}

/** A plan with what it is estimated to take. */
export interface PlannedTraining {
  readonly plan: TrainingPlan;
  /** The size of what is trained on: the table, or a sample of it. */
  readonly size: TableSize;
  readonly work: WorkEstimate;
  readonly memoryBytes: number;
  /** The most bytes that its artifact can have. */
  readonly fileBytes: number;
  readonly bounds: TrainingBounds;
  /** In the order in which it was thinned; empty for a table of ordinary size. */
  readonly thinned: readonly Thinning[];
}

/**
 * Scores by trees are tried from this many rows on. With fewer they gained nothing on average (-0.004 +-
 * 0.010 macro-F1 on 22 tables), and the trees would be larger than the rows.
 */
export const MIN_TREE_ROWS = 600;
/** So many rows still tell settings apart. With fewer, a score's standard error exceeds 0.01. */
const ENOUGH_ROWS = 2500;
/** With fewer rows than this, the choice and the evaluation would say too little. */
const MIN_ROWS = 500;
/** A step that is not enough is taken only where it saves at least this share. */
const MIN_SAVED = 0.05;

/**
 * Decides how much of what the settings allow is tried on a table of this size, so that it stays within
 * the bounds. It depends on nothing but the arguments: no clock and no machine
 * decides. While one of the two is exceeded, the steps below are taken in their order. Each goes as far as it
 * must; where no extent of it is enough, it goes all the way, and the next step is taken as well. When all
 * steps together are not enough, a sample is trained on, of as many rows as are. `training_rows` asks for a
 * smaller one.
 *
 * @throws TrainingError `memory` or `work` when no sample of enough rows stays within the bounds
 */
export function planTraining(
  size: TableSize,
  settings: TrainingSettings,
  bounds: TrainingBounds = TRAINING_BOUNDS,
): PlannedTraining {
  const wanted = Math.min(size.rows, settings.training_rows ?? size.rows);
  const planned = thinnedPlan(sampleOf(size, wanted), settings, bounds);
  const within = isWithin(planned) ? planned : sampledPlan(planned, size, settings);
  return { ...within, thinned: thinningsOf(wholePlan(size, settings), within.plan) };
}

/** A plan for the largest sample that stays within the bounds. */
function sampledPlan(least: Estimated, size: TableSize, settings: TrainingSettings): Estimated {
  const { bounds } = least;
  let rows = sampledRows(size, settings, bounds);
  while (rows >= MIN_TRAINING_ROWS) {
    const planned = thinnedPlan(sampleOf(size, rows), settings, bounds);
    if (isWithin(planned)) return planned;
    // The steps of a plan may leave a little that the narrowest one would save.
    rows = Math.floor(0.9 * rows);
  }
  throw tooLarge(least, size, settings);
}

/** Rows of a sample that the settings can be told apart on, or of the largest sample. */
function sampledRows(size: TableSize, settings: TrainingSettings, bounds: TrainingBounds): number {
  const fitting = (minRows: number) =>
    largestRows(size.rows, (rows) => couldFit(sampleOf(size, rows), settings, bounds, minRows));
  const rows = fitting(ENOUGH_ROWS);
  return rows < MIN_TRAINING_ROWS ? fitting(MIN_ROWS) : rows;
}

const sampleOf = (size: TableSize, rows: number): TableSize =>
  rows < size.rows ? { ...size, rows, sampledFrom: size.rows } : size;

/** The plan after as many steps as are needed. It exceeds a bound when all of them are not enough. */
function thinnedPlan(size: TableSize, settings: TrainingSettings, bounds: TrainingBounds): Estimated {
  const estimate = (plan: TrainingPlan) => estimated(plan, size, settings, bounds);
  let current = estimate(wholePlan(size, settings));
  for (const { shareOf, steps } of BOUNDS) {
    for (const step of steps) {
      if (shareOf(current) <= 1) break;
      const narrower = step(current.plan, size, settings).map(estimate).filter(exceedsNoMoreThan(current));
      const enough = narrower.find((one) => shareOf(one) <= 1);
      const last = narrower.at(-1);
      if (enough) current = enough;
      else if (last && shareOf(last) <= (1 - MIN_SAVED) * shareOf(current)) current = last;
    }
  }
  return current;
}

type Estimated = Omit<PlannedTraining, 'thinned'>;

function wholePlan({ rows }: TableSize, { selection_rows }: TrainingSettings): TrainingPlan {
  return {
    trainingRows: rows,
    maxIndicators: MAX_INDICATORS,
    maxRepeats: MAX_REPEATS,
    selectionRows: selection_rows,
    heldOutRows: selection_rows,
    minPerClass: MIN_PER_CLASS,
    scope: { ...WHOLE_SCOPE, trees: rows >= MIN_TREE_ROWS },
  };
}

function estimated(
  plan: TrainingPlan,
  size: TableSize,
  settings: TrainingSettings,
  bounds: TrainingBounds,
): Estimated {
  return {
    plan,
    size,
    work: estimateWork(size, settings, plan),
    memoryBytes: estimateMemory(size, settings, plan),
    fileBytes: estimateFile(size, plan),
    bounds,
  };
}

const memoryShare = ({ memoryBytes, bounds }: Estimated) => memoryBytes / bounds.bytes;
const workShare = ({ work, bounds }: Estimated) => totalSeconds(work) / bounds.seconds;
const modelShare = ({ fileBytes, bounds: { modelBytes } }: Estimated) =>
  modelBytes === undefined ? 0 : modelMemoryBytes(fileBytes) / modelBytes;
const isWithin = (one: Estimated) => BOUNDS.every(({ shareOf }) => shareOf(one) <= 1);

/** No step may exceed a bound that was kept: fewer coordinates may be searched by codes, which take room. */
const exceedsNoMoreThan = (before: Estimated) => (after: Estimated) =>
  BOUNDS.every(({ shareOf }) => shareOf(after) <= Math.max(1, shareOf(before)));

/** Narrower plans, the least narrow first. */
type Step = (plan: TrainingPlan, size: TableSize, settings: TrainingSettings) => TrainingPlan[];

/** Categories of fewer columns have an indicator each, the others the frequencies of the classes. */
const fewerIndicators: Step = (plan) =>
  halves(plan.maxIndicators, 1).map((maxIndicators) => ({ ...plan, maxIndicators }));

/** Folds are dealt once. */
const oneDeal: Step = (plan) => (plan.maxRepeats > 1 ? [{ ...plan, maxRepeats: 1 }] : []);

const fewerSelectionRows =
  (min: number): Step =>
  (plan, { rows }, { selection_rows }) =>
    halves(Math.min(plan.selectionRows, rows), min).map((selectionRows) => ({
      ...plan,
      selectionRows,
      minPerClass: minPerClass(plan, selectionRows, selection_rows),
    }));

const fewerHeldOutRows =
  (min: number): Step =>
  (plan, { rows }, { selection_rows }) =>
    halves(Math.min(plan.heldOutRows, rows), min).map((heldOutRows) => ({
      ...plan,
      heldOutRows,
      minPerClass: minPerClass(plan, heldOutRows, selection_rows),
    }));

const noCycles: Step = (plan) =>
  plan.scope.cycles ? [{ ...plan, scope: { ...plan.scope, cycles: false } }] : [];

const noGapShares: Step = (plan) =>
  plan.scope.gapShares ? [{ ...plan, scope: { ...plan.scope, gapShares: false } }] : [];

const noLandmarks: Step = (plan) =>
  plan.scope.landmarks ? [{ ...plan, scope: { ...plan.scope, landmarks: false } }] : [];

const noTrees: Step = (plan) =>
  plan.scope.trees ? [{ ...plan, scope: { ...plan.scope, trees: false } }] : [];

const noRanks: Step = (plan) =>
  plan.scope.ranks ? [{ ...plan, scope: { ...plan.scope, ranks: false } }] : [];

/** What may be exceeded, as a share of what is allowed, and the steps against it: the mildest first. */
const BOUNDS: readonly { readonly shareOf: (one: Estimated) => number; readonly steps: readonly Step[] }[] = [
  {
    shareOf: memoryShare,
    steps: [noTrees, noLandmarks, noGapShares, fewerIndicators, noCycles, fewerHeldOutRows(MIN_ROWS)],
  },
  {
    shareOf: workShare,
    steps: [
      oneDeal,
      noTrees,
      noLandmarks,
      noGapShares,
      fewerSelectionRows(ENOUGH_ROWS),
      fewerHeldOutRows(ENOUGH_ROWS),
      noCycles,
      fewerIndicators,
      noRanks,
      fewerSelectionRows(MIN_ROWS),
      fewerHeldOutRows(MIN_ROWS),
    ],
  },
  { shareOf: modelShare, steps: [fewerIndicators] },
];

/** A half, a quarter and so on, down to `min`. */
function halves(value: number, min: number): number[] {
  const values: number[] = [];
  for (let half = value; half > min; ) {
    half = Math.max(min, Math.floor(half / 2));
    values.push(half);
  }
  return values;
}

/** The minimum falls with the sample, or 1,000 classes would keep it at 20,000 rows. */
const minPerClass = (plan: TrainingPlan, rows: number, usualRows: number) =>
  Math.min(plan.minPerClass, Math.max(2, Math.floor((MIN_PER_CLASS * rows) / usualRows)));

function thinningsOf(whole: TrainingPlan, plan: TrainingPlan): Thinning[] {
  const rows = plan.trainingRows;
  const sizes = (one: TrainingPlan): Readonly<Record<Thinning['what'], number>> => ({
    training_rows: one.trainingRows,
    indicators: one.maxIndicators,
    repeats: one.maxRepeats,
    selection_rows: Math.min(one.selectionRows, rows),
    cycles: Number(one.scope.cycles),
    trees: Number(one.scope.trees),
    landmarks: Number(one.scope.landmarks),
    gap_shares: Number(one.scope.gapShares),
    ranks: Number(one.scope.ranks),
    held_out_rows: Math.min(one.heldOutRows, rows),
  });
  const [from, to] = [sizes(whole), sizes(plan)];
  return THINNED.flatMap((what) =>
    from[what] === to[what] ? [] : [{ what, from: from[what], to: to[what] }],
  );
}

function tooLarge(least: Estimated, size: TableSize, settings: TrainingSettings): TrainingError {
  const { bounds } = least;
  const rows = largestRows(size.rows, (middle) =>
    couldFit({ ...size, rows: middle }, settings, bounds, MIN_ROWS),
  );
  const advice =
    rows > 0 ? `send about ${rows} rows, or fewer columns or categories` : 'send fewer columns or categories';
  const table = `${size.rows} rows of ${size.columns.length} features`;
  if (memoryShare(least) > 1) {
    const needed = (least.memoryBytes / 1e9).toFixed(1);
    return new TrainingError(
      'memory',
      `training on ${table} would take about ${needed} GB of memory, more than ${bounds.bytes / 1e9} GB; ${advice}`,
    );
  }
  if (workShare(least) <= 1) {
    const needed = (modelMemoryBytes(least.fileBytes) / 1e9).toFixed(1);
    const allowed = ((bounds.modelBytes ?? 0) / 1e9).toFixed(1);
    return new TrainingError(
      'memory',
      `the model of ${table} would take about ${needed} GB of memory in predictions, more than ${allowed} GB; ${advice}`,
    );
  }
  const needed = Math.ceil(totalSeconds(least.work));
  return new TrainingError(
    'work',
    `training on ${table} would take about ${needed} s, more than ${bounds.seconds} s, even with the fewest settings; ${advice}`,
  );
}

/** About the largest number of rows, up to `rows`, that fits, in two digits; 0 for none. */
function largestRows(rows: number, isFitting: (rows: number) => boolean): number {
  let [fits, exceeds] = [0, rows];
  while (exceeds - fits > Math.max(1, 0.02 * exceeds)) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (isFitting(middle)) fits = middle;
    else exceeds = middle;
  }
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, fits))) - 1);
  return Math.floor(fits / digits) * digits;
}

/** Whether the narrowest plan with so many rows to choose and evaluate on fits. */
function couldFit(
  size: TableSize,
  settings: TrainingSettings,
  bounds: TrainingBounds,
  minRows: number,
): boolean {
  const least: TrainingPlan = {
    trainingRows: size.rows,
    maxIndicators: 1,
    maxRepeats: 1,
    selectionRows: minRows,
    heldOutRows: minRows,
    minPerClass: 2,
    scope: { ranks: false, cycles: false, gapShares: false, landmarks: false, trees: false },
  };
  return isWithin(estimated(least, size, settings, bounds));
}
