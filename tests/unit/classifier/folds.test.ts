import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealFolds } from '../../../lib/classifier/folds.ts';
import { irisData } from '../../helpers/iris.ts';

describe('dealFolds', () => {
  it('spreads every class evenly and gives folds of equal size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 0, max: 1000 }),
        (labels, foldCount, seed) => {
          const folds = dealFolds(labels, foldCount, seed);
          const spread = (rows: number[]) => {
            const sizes = Array.from(
              { length: foldCount },
              (_, f) => rows.filter((row) => folds[row] === f).length,
            );
            return Math.max(...sizes) - Math.min(...sizes);
          };
          const all = labels.map((_, row) => row);
          expect(spread(all)).toBeLessThanOrEqual(1);
          for (const label of new Set(labels))
            expect(spread(all.filter((row) => labels[row] === label))).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('depends only on the seed', () => {
    const labels = irisData().labels;
    expect(dealFolds(labels, 5, 1)).toEqual(dealFolds(labels, 5, 1));
    expect(dealFolds(labels, 5, 1)).not.toEqual(dealFolds(labels, 5, 2));
  });
});
