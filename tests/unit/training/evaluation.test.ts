import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../lib/training/evaluation.ts';

describe('evaluate', () => {
  // By hand; scikit-learn 1.5 gives the same for f1_score(average="macro", zero_division=0).
  it('scores a small case as computed by hand', () => {
    const result = evaluate([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2], ['a', 'b', 'c']);
    expect(result.accuracy).toBeCloseTo(4 / 6, 12);
    expect(result.confusion).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(result.perClass[0]).toEqual({ label: 'a', precision: 1, recall: 2 / 3, f1: 0.8, support: 3 });
    expect(result.macroF1).toBeCloseTo((0.8 + 0.5 + 2 / 3) / 3, 12);
  });

  it('has no matrix when it would be larger than the data', () => {
    const many = Array.from({ length: 501 }, (_, i) => `class ${i}`);
    expect(evaluate([0, 500], [0, 1], many)).toMatchObject({ confusion: null, accuracy: 0.5 });
    expect(evaluate([0, 499], [0, 1], many.slice(1)).confusion).toHaveLength(500);
  });

  it('excludes classes that occur nowhere from macro-F1, and includes one that was only predicted', () => {
    expect(evaluate([0, 1], [0, 1], ['a', 'b', 'c']).macroF1).toBe(1);
    expect(evaluate([0, 1], [0, 2], ['a', 'b', 'c']).macroF1).toBeCloseTo(1 / 3, 12);
  });
});
