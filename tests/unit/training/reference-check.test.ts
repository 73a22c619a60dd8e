import KNN from 'ml-knn';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkAgainstReference } from '../../../lib/training/reference-check.ts';
import { fittedModel } from '../../helpers/fitted-model.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('checkAgainstReference', () => {
  const values = Float64Array.from({ length: 60 }, (_, i) => i);

  it('agrees with ml-knn except for ties', () => {
    const labels = Int32Array.from(values, (value) => (value < 30 ? 0 : 1));
    expect(checkAgainstReference(fittedModel(values, labels))).toMatchObject({ compared: 10 });
  });

  it('counts ties: nearest rows that are equally far and of different classes', () => {
    const labels = Int32Array.from(values, (value) => Math.floor(value / 2) % 2);
    expect(checkAgainstReference(fittedModel(values, labels, 1)).tied).toBeGreaterThan(0);
  });

  it('fails the training when no tie explains a difference from the reference', () => {
    vi.spyOn(KNN.prototype, 'predict').mockImplementation((rows) => rows.map(() => 1));
    const apart = values.map((value) => value * value);
    expect(() => checkAgainstReference(fittedModel(apart, new Int32Array(60)))).toThrow(
      /sample row 0: our answer is class 0, the reference implementation's is 1, and no tie explains it/,
    );
  });
});
