import { describe, expect, it } from 'vitest';
import { mapPoints } from '../../../lib/classifier/coordinate-map.ts';
import { Discriminants } from '../../../lib/classifier/discriminants.ts';

const ROWS = 3000;
const DIMENSION = 4;
const CLASSES = 3;

/**
 * Classes differ along (1, 1, 0, 0) only; the third feature repeats the first, and the fourth is constant.
 */
function drawn() {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  };
  const normal = () => random() + random() + random() + random() - 2;
  const labels = Int32Array.from({ length: ROWS }, (_, i) => i % CLASSES);
  const points = new Float64Array(ROWS * DIMENSION);
  labels.forEach((label, row) => {
    const [along, across] = [normal(), 3 * normal()];
    points.set([label + along + across, label + along - across, label + along + across, 7], row * DIMENSION);
  });
  return { points, labels };
}

const { points, labels } = drawn();
const discriminants = new Discriminants(points, DIMENSION, labels, CLASSES);

function variances(mapped: Float64Array, to: number) {
  return Array.from({ length: to }, (_, j) => {
    const means = Array.from({ length: CLASSES }, (__, label) => {
      const own = Array.from(labels.keys()).filter((row) => labels[row] === label);
      return own.reduce((sum, row) => sum + mapped[row * to + j]!, 0) / own.length;
    });
    const within =
      Array.from(labels).reduce((sum, label, row) => sum + (mapped[row * to + j]! - means[label]!) ** 2, 0) /
      ROWS;
    const centre = means.reduce((sum, mean) => sum + mean, 0) / CLASSES;
    return { within, between: means.reduce((sum, mean) => sum + (mean - centre) ** 2, 0) / CLASSES };
  });
}

describe('Discriminants', () => {
  it('find the direction in which classes differ, with unit variance within the classes', () => {
    const map = discriminants.discriminantSpace();
    // The means are on a line, so the second direction carries nothing and is dropped, or nearly nothing.
    const [first, ...rest] = variances(mapPoints(map, points), map.to);
    // Slightly less: shrunken covariances see less of how the features cancel out.
    expect(first!.within).toBeGreaterThan(0.7);
    expect(first!.within).toBeLessThan(1.2);
    // (1, 1) removes the variance across it: 2 / 3 between over 1 / 3 within along the line.
    expect(first!.between / first!.within).toBeGreaterThan(1.6);
    for (const { between, within } of rest) expect(between).toBeLessThan(0.01 * Math.max(1, within));
  });

  it('keep all directions in the shaped space, the others with a small weight', () => {
    const map = discriminants.shapedSpace();
    expect(map.to).toBe(DIMENSION);
    const mapped = mapPoints(map, points);
    expect(mapped.every(Number.isFinite)).toBe(true);
    const total = variances(mapped, map.to).reduce((sum, { within }) => sum + within, 0);
    // One direction has full weight, two of the three others 0.15 squared; the constant one has no variance.
    expect(total).toBeGreaterThan(0.8);
    expect(total).toBeLessThan(1.4);
  });

  it('give the same bits for the same input, and work with one class or one row', () => {
    expect(new Discriminants(points, DIMENSION, labels, CLASSES).shapedSpace()).toEqual(
      discriminants.shapedSpace(),
    );
    const one = new Discriminants(points.slice(0, DIMENSION), DIMENSION, Int32Array.of(1), 2);
    expect(one.shapedSpace().matrix.every(Number.isFinite)).toBe(true);
    expect(one.discriminantSpace().matrix.every(Number.isFinite)).toBe(true);
  });
});
