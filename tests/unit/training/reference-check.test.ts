import { describe, expect, it, vi } from 'vitest';
import { checkAgainstReference } from '../../../lib/training/reference-check.ts';
import { fittedModel } from '../../helpers/fitted-model.ts';

vi.mock('ml-knn', () => ({
  default: class {
    predict(rows: number[][]) {
      return rows.map(() => 1);
    }
  },
}));

describe('checkAgainstReference, when the reference answers something else', () => {
  it('fails the training unless a tie explains it', () => {
    const values = Float64Array.from({ length: 60 }, (_, i) => i * i);
    expect(() => checkAgainstReference(fittedModel(values, new Int32Array(60)))).toThrow(
      /sample row 0: our answer is class 0, the reference implementation's is 1, and no tie explains it/,
    );
  });
});
