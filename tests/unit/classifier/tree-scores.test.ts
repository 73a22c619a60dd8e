import { describe, expect, it } from 'vitest';
import { learnTreeScores } from '../../../lib/classifier/learn-tree-scores.ts';
import { MAX_TREE_SCORE, treeScorePoints } from '../../../lib/classifier/tree-scores.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const ROWS = 300;
const DIMENSION = 5;
const next = xorshift(21);
const points = Float64Array.from({ length: ROWS * DIMENSION }, () => next());
const labelled = (labels: Int32Array, classCount: number) =>
  learnTreeScores({ points, dimension: DIMENSION, labels, classCount });

describe('scores by trees', () => {
  const labels = Int32Array.from({ length: ROWS }, (_, row) => {
    const [a, b] = [points[row * DIMENSION]!, points[row * DIMENSION + 1]!];
    return a + b > 1 ? 2 : Number(a > 0.3);
  });
  const { map, leftOut } = labelled(labels, 3);

  it('have those of the regression, then those of the trees, and spread alike', () => {
    expect(map.to).toBe(6);
    for (const first of [0, 3]) {
      let variance = 0;
      for (let j = first; j < first + 3; j++) {
        const own = Array.from({ length: ROWS }, (_, row) => leftOut[row * 6 + j]!);
        const mean = own.reduce((a, b) => a + b) / ROWS;
        variance += own.reduce((sum, score) => sum + (score - mean) ** 2, 0) / ROWS;
      }
      expect(variance).toBeCloseTo(1, 6);
    }
  });

  it('are the regression and the sum of the leaves', () => {
    const point = points.subarray(0, DIMENSION);
    const scores = treeScorePoints(map, point);
    for (let j = 0; j < 3; j++) {
      let sum = map.weights[DIMENSION * 3 + j]!;
      for (let i = 0; i < DIMENSION; i++) sum += point[i]! * map.weights[i * 3 + j]!;
      expect(scores[j]).toBeCloseTo(sum, 12);
    }
    expect(treeScorePoints(map, points).subarray(0, 6)).toEqual(scores);
  });

  it('tell classes apart, in rows that they were not learnt from, too', () => {
    const rightOf = (first: number) =>
      labels.filter((label, row) => {
        const own = leftOut.subarray(row * 6 + first, row * 6 + first + 3);
        return own.indexOf(Math.max(...own)) === label;
      }).length / ROWS;
    expect(rightOf(0)).toBeGreaterThan(0.7);
    expect(rightOf(3)).toBeGreaterThan(0.85);
  });

  it('of random classes know nothing of rows that they were not learnt from', () => {
    const random = Int32Array.from({ length: ROWS }, () => Number(next() < 0.5));
    const { leftOut: scores, map: noise } = labelled(random, 2);
    for (const j of [0, 1]) {
      const right = random.filter((label, row) => scores[row * 2 + j]! > 0 === (label === 0)).length;
      expect(right / ROWS).toBeLessThan(0.6);
    }
    expect(noise.weights.every((weight) => Math.abs(weight) <= MAX_TREE_SCORE)).toBe(true);
  });

  it('stay finite where all rows are equal, and for the largest coordinates', () => {
    const equal = learnTreeScores({
      points: new Float64Array(points.length),
      dimension: DIMENSION,
      labels,
      classCount: 3,
    });
    expect(equal.leftOut.every(Number.isFinite)).toBe(true);
    for (const one of [equal.map, map]) {
      const [score] = treeScorePoints(one, new Float64Array(DIMENSION).fill(1e140));
      expect(Number.isFinite(score! * score!)).toBe(true);
    }
  });
});
