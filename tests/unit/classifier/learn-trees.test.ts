import { describe, expect, it } from 'vitest';
import { addTreeScores, areSound, LEAF } from '../../../lib/classifier/boosted-trees.ts';
import { classTargets } from '../../../lib/classifier/class-targets.ts';
import { binCoordinates } from '../../../lib/classifier/coordinate-bins.ts';
import { learnTrees, TREES } from '../../../lib/classifier/learn-trees.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const ROWS = 400;
const DIMENSION = 4;
const next = xorshift(8);
const points = Float64Array.from({ length: ROWS * DIMENSION }, () => next());
const pointOf = (row: number) => points.subarray(row * DIMENSION, (row + 1) * DIMENSION);
const every = Int32Array.from({ length: ROWS }, (_, row) => row);
const bins = binCoordinates(points, DIMENSION);

/** Which of so many classes a point is in: by two of its coordinates together, neither alone says it. */
const classOf = (point: Float64Array, classCount: number) =>
  (Number(point[0]! > 0.5) + Number(point[1]! > 0.3)) % classCount;

function learnt(classCount: number, some = every) {
  const labels = every.map((row) => classOf(pointOf(row), classCount));
  return { labels, trees: learnTrees({ bins, ...classTargets(labels, classCount) }, some, 1) };
}

describe.each([2, 3])('trees of %i classes', (classCount) => {
  const { labels, trees } = learnt(classCount);
  const scoresOf = (point: Float64Array) => {
    const scores = new Float64Array(trees.outputs);
    addTreeScores(trees, point, scores, 0);
    return scores;
  };
  const answer = (point: Float64Array) => {
    const scores = scoresOf(point);
    if (classCount === 2) return scores[0]! > 0 ? 0 : 1;
    return scores.indexOf(Math.max(...scores));
  };

  it('come near to 1 for the own class and -1 for the others, for new points, too', () => {
    every.forEach((row) => {
      expect(answer(pointOf(row))).toBe(labels[row]);
    });
    let right = 0;
    for (let query = 0; query < 500; query++) {
      const point = Float64Array.from({ length: DIMENSION }, () => next());
      if (answer(point) === classOf(point, classCount)) right++;
    }
    expect(right).toBeGreaterThan(450);
  });

  it('are sound, as many as wanted, and the same bits each time', () => {
    expect(trees.starts).toHaveLength(TREES + 1);
    expect(areSound(trees, DIMENSION)).toBe(true);
    expect(learnt(classCount).trees).toEqual(trees);
  });

  it('are followed to the leaf that a plain walk comes to', () => {
    const point = pointOf(7);
    const expected = new Float64Array(trees.outputs);
    for (let tree = 0; tree < TREES; tree++) {
      const first = trees.starts[tree]!;
      let node = trees.starts[tree + 1]! > first ? 0 : LEAF;
      while (node < LEAF) {
        const split = first + node;
        const isLeft = point[trees.coordinates[split]!]! <= trees.bounds[split]!;
        node = trees.children[2 * split + (isLeft ? 0 : 1)]!;
      }
      for (let j = 0; j < trees.outputs; j++)
        expected[j]! += trees.leaves[(first + tree + node - LEAF) * trees.outputs + j]!;
    }
    expect(scoresOf(point)).toEqual(expected);
  });
});

it('trees know only the rows that they are learnt from', () => {
  const labels = every.map((row) => row % 2);
  const half = every.filter((row) => row % 2 === 0);
  const { targets, rowWeights, outputs } = classTargets(labels, 2);
  const trees = learnTrees({ bins, targets, rowWeights, outputs }, half, 1);
  for (const row of every) {
    const scores = new Float64Array(1);
    addTreeScores(trees, pointOf(row), scores, 0);
    expect(scores[0]).toBeCloseTo(1, 9);
  }
});

it('trees are single leaves of the mean where all rows are equal', () => {
  const labels = Int32Array.of(0, 1, 1, 1);
  const equal = binCoordinates(new Float64Array(8), 2);
  const trees = learnTrees({ bins: equal, ...classTargets(labels, 2) }, Int32Array.of(0, 1, 2, 3), 1);
  expect(trees.coordinates).toHaveLength(0);
  const scores = new Float64Array(1);
  addTreeScores(trees, Float64Array.of(1, 2), scores, 0);
  // The rare class weighs 1, the others one over the root of 3 each.
  expect(scores[0]).toBeGreaterThan((1 - Math.sqrt(3)) / (1 + Math.sqrt(3)) - 0.05);
  expect(scores[0]).toBeLessThan(0);
  expect(areSound(trees, 2)).toBe(true);
});
