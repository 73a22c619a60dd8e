import { describe, expect, it } from 'vitest';
import { LandmarkKernel } from '../../../lib/classifier/landmark-kernel.ts';
import {
  landmarkDistance,
  landmarkTiles,
  plainSquares,
  scorePoints,
} from '../../../lib/classifier/landmark-scores.ts';
import { learnLandmarks } from '../../../lib/classifier/learn-landmarks.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const ROWS = 60;
const DIMENSION = 3;
const next = xorshift(9);
const points = Float64Array.from({ length: ROWS * DIMENSION }, () => next());
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const all = { points, dimension: DIMENSION, labels, classCount: 3 };

describe('landmark scores', () => {
  it('are sums of closeness to the landmarks, and of a constant', () => {
    const { map } = learnLandmarks(all);
    // Fewer rows than landmarks: all of them are.
    expect([...map.rows]).toEqual(Array.from({ length: ROWS }, (_, row) => row));
    const query = [0.1, 0.5, 0.9];
    const expected = [0, 1, 2].map((label) => {
      let sum = map.weights[ROWS * 3 + label]!;
      for (let row = 0; row < ROWS; row++) {
        const squared = query.reduce((total, x, i) => total + (x - points[row * DIMENSION + i]!) ** 2, 0);
        sum += map.weights[row * 3 + label]! / (1 + squared / map.halfAt);
      }
      return sum;
    });
    const scores = scorePoints(map, Float64Array.from(query));
    scores.forEach((score, label) => {
      expect(score).toBeCloseTo(expected[label]!, 9);
    });
  });

  it('have one score for two classes, high for the first', () => {
    const two = learnLandmarks({
      ...all,
      labels: labels.map((_, row) => (points[row * DIMENSION]! < 0.5 ? 0 : 1)),
      classCount: 2,
    });
    expect(two.map.to).toBe(1);
    const [low, high] = scorePoints(two.map, Float64Array.of(0.1, 0.5, 0.5, 0.9, 0.5, 0.5));
    expect(low).toBeGreaterThan(0.3);
    expect(high).toBeLessThan(-0.3);
  });

  it('have a landmark of each class, however rare, and at most about 200', () => {
    const rows = 900;
    const rare = learnLandmarks({
      points: Float64Array.from({ length: rows }, () => next()),
      dimension: 1,
      labels: Int32Array.from({ length: rows }, (_, row) => (row === 450 ? 1 : 0)),
      classCount: 2,
    });
    expect(rare.map.rows).toContain(450);
    expect(rare.map.rows.length).toBeLessThanOrEqual(201);
    expect(rare.leftOut).toHaveLength(rows);
  });

  it('know nothing where all rows are equal, and stay finite', () => {
    const equal = learnLandmarks({ ...all, points: new Float64Array(points.length) });
    expect(equal.leftOut.every(Number.isFinite)).toBe(true);
    expect(scorePoints(equal.map, Float64Array.of(1e140, 0, 0)).every(Number.isFinite)).toBe(true);
  });
});

it('the distance to landmarks is the mean of the five nearest, without the point itself', () => {
  const squared = Float64Array.of(81, 0, 4, 9, 16, 25, 36, 1);
  expect(landmarkDistance(squared)).toBeCloseTo((0 + 1 + 2 + 3 + 4) / 5, 12);
  expect(landmarkDistance(squared, 1)).toBeCloseTo((1 + 2 + 3 + 4 + 5) / 5, 12);
  expect(landmarkDistance(Float64Array.of(9, 4))).toBeCloseTo(2.5, 12);
});

it('distances have the bits of a plain loop, for any number of landmarks and coordinates, in any order', () => {
  const kernel = new LandmarkKernel();
  for (const [count, dimension] of [
    [1, 1],
    [4, 3],
    [5, 34],
    [200, 18],
    [9, 2],
    [201, 300],
    [8, 1],
  ] as const) {
    const tiles = landmarkTiles(
      Float64Array.from({ length: count * dimension }, () => next() - 0.5),
      dimension,
    );
    for (let i = 0; i < 3; i++) {
      const point = Float64Array.from({ length: dimension }, () => 10 * next());
      const expected = plainSquares(tiles, point);
      expect([...kernel.squares(tiles, point)!.subarray(0, count)]).toEqual([...expected.subarray(0, count)]);
    }
  }
});
