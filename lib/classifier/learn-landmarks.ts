import { classTargets, scoreCount } from './class-targets.ts';
import {
  type LandmarkScores,
  type Landmarks,
  landmarkTiles,
  MAX_LANDMARKS,
  squaredDistances,
} from './landmark-scores.ts';
import { Ridge, type RidgeSolution } from './ridge.ts';
import { sampleRows } from './sample-rows.ts';

/** Where closeness is a half, in medians of the squared distances. */
const WIDTHS = [0.3, 1, 3];
const PENALTIES = [0.005, 0.05, 0.5, 4];
/** The penalty that widths are compared with, before penalties are compared at the best of them. */
const USUAL_PENALTY = 0.05;
export const TUNED_FITS = WIDTHS.length + PENALTIES.length - 1;
/** Width and penalty are chosen on at most this many rows, evenly spaced. */
export const TUNING_ROWS = 1000;
/** Rows, evenly spaced, that the median of the squared distances is taken from. */
const MEDIAN_ROWS = 100;

export interface LearntLandmarks {
  readonly map: LandmarkScores;
  /** The scores of the rows learnt from, each by a fit without it: rows x map.to, row-major. */
  readonly leftOut: Float64Array;
}

/** Rows to learn from: coordinates, row-major, and class indices. */
export interface LabelledPoints {
  readonly points: Float64Array;
  readonly dimension: number;
  readonly labels: Int32Array;
  readonly classCount: number;
}

/**
 * Learns landmark scores by ridge regression on targets of 1 for a row's own class and -1 for the others.
 * Rows weigh by one over the root of their class's size, so that rare classes are heard. Where closeness is a
 * half, and the penalty, are those with the least leave-one-out error.
 */
export function learnLandmarks(rows: LabelledPoints): LearntLandmarks {
  const every = Int32Array.from(rows.labels, (_, row) => row);
  const places = chooseLandmarks(rows);
  const { halfAt, penalty, solution } = tuned(rows, places);
  const { coefficients, leftOut } =
    solution ?? ridgeOf(rows, every, closenesses(distancesOf(rows, places, every), halfAt)).solve(penalty);
  const to = scoreCount(rows.classCount);
  return { map: { ...places, to, halfAt, weights: coefficients }, leftOut };
}

/** About as many rows as there are to be landmarks, each class with its share, evenly spaced. */
export function chooseLandmarks({ points, dimension, labels }: LabelledPoints): Landmarks {
  const every = Int32Array.from(labels, (_, row) => row);
  const rows = sampleRows(every, labels, MAX_LANDMARKS, 1);
  const landmarks = new Float64Array(rows.length * dimension);
  rows.forEach((row, i) => {
    landmarks.set(points.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return { from: dimension, rows, tiles: landmarkTiles(landmarks, dimension) };
}

/** Where closeness is a half, and the penalty; with the solution where all rows were tried. */
function tuned(rows: LabelledPoints, places: Landmarks) {
  const some = evenRows(rows, TUNING_ROWS);
  const distances = distancesOf(rows, places, some);
  const median = medianOf(distancesOf(rows, places, evenRows(rows, MEDIAN_ROWS)).numbers);
  const solving = (width: number) => {
    const ridge = ridgeOf(rows, some, closenesses(distances, width * median));
    return (penalty: number): Tuned => ({ width, penalty, ...ridge.solve(penalty) });
  };
  const wide = least(
    WIDTHS.map((width) => {
      const solve = solving(width);
      return { solve, ...solve(USUAL_PENALTY) };
    }),
  );
  const others = PENALTIES.filter((penalty) => penalty !== USUAL_PENALTY).map(wide.solve);
  const { width, penalty, ...solution } = least<Tuned>([wide, ...others]);
  return {
    halfAt: width * median,
    penalty,
    solution: some.length === rows.labels.length ? solution : undefined,
  };
}

interface Tuned extends RidgeSolution {
  readonly width: number;
  readonly penalty: number;
}

/** The first of those with the least error. */
const least = <T extends { readonly error: number }>(tried: readonly T[]): T =>
  tried.reduce((a, b) => (b.error < a.error ? b : a));

/** At most so many rows, evenly spaced. */
export function evenRows({ labels }: LabelledPoints, limit: number): Int32Array {
  const count = Math.min(limit, labels.length);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * labels.length) / count));
}

/** Without a median, most rows are equal, and any unit does. */
const medianOf = (numbers: Float64Array) => Float64Array.from(numbers).sort()[numbers.length >> 1]! || 1;

/** Squared distances to some landmarks, row-major. */
interface Distances {
  readonly numbers: Float64Array;
  readonly landmarks: number;
}

function distancesOf({ points, dimension }: LabelledPoints, places: Landmarks, some: Int32Array): Distances {
  const count = places.rows.length;
  const numbers = new Float64Array(some.length * count);
  some.forEach((row, i) => {
    const point = points.subarray(row * dimension, (row + 1) * dimension);
    numbers.set(squaredDistances(places, point), i * count);
  });
  return { numbers, landmarks: count };
}

/** The closeness to each landmark, and a constant 1. */
function closenesses({ numbers, landmarks }: Distances, halfAt: number): Float64Array {
  const rows = numbers.length / landmarks;
  const features = new Float64Array(rows * (landmarks + 1)).fill(1);
  for (let row = 0, at = 0; row < rows; row++)
    for (let i = 0; i < landmarks; i++, at++) features[at + row] = halfAt / (halfAt + numbers[at]!);
  return features;
}

function ridgeOf({ labels, classCount }: LabelledPoints, some: Int32Array, features: Float64Array): Ridge {
  const width = features.length / some.length;
  const own = some.map((row) => labels[row]!);
  return new Ridge({ features, width, ...classTargets(own, classCount) });
}
