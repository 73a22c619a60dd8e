import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { TrainingError } from '../../../lib/errors.ts';
import { evaluate } from '../../../lib/training/evaluation.ts';
import { dealFolds } from '../../../lib/training/folds.ts';
import { checkAgainstReference } from '../../../lib/training/reference-check.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { fittedModel } from '../../helpers/fitted-model.ts';
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

  it('depends on the seed and on nothing else', () => {
    const labels = irisData().labels;
    expect(dealFolds(labels, 5, 1)).toEqual(dealFolds(labels, 5, 1));
    expect(dealFolds(labels, 5, 1)).not.toEqual(dealFolds(labels, 5, 2));
  });
});

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

  it('draws no matrix of so many classes that it would outgrow the data', () => {
    const many = Array.from({ length: 501 }, (_, i) => `class ${i}`);
    expect(evaluate([0, 500], [0, 1], many)).toMatchObject({ confusion: null, accuracy: 0.5 });
    expect(evaluate([0, 499], [0, 1], many.slice(1)).confusion).toHaveLength(500);
  });

  it('leaves classes that occur nowhere out of macro-F1, and counts one that was only predicted', () => {
    expect(evaluate([0, 1], [0, 1], ['a', 'b', 'c']).macroF1).toBe(1);
    expect(evaluate([0, 1], [0, 2], ['a', 'b', 'c']).macroF1).toBeCloseTo(1 / 3, 12);
  });
});

describe('trainModel', () => {
  const data = irisData();
  const trained = trainModel(data, DEFAULT_SETTINGS);

  it('learns iris', () => {
    expect(trained.rows).toEqual({
      all: 150,
      selection: 150 - trained.evaluation.rows,
      heldOut: trained.evaluation.rows,
    });
    expect(trained.evaluation.rows).toBeGreaterThan(20);
    expect(trained.evaluation.macroF1).toBeGreaterThan(0.9);
    expect(trained.gate.passed).toBe(true);
    expect(trained.reference.compared).toBeGreaterThan(20);
  });

  it('gives an artifact that predicts, with a confidence that is never certain', () => {
    const model = openModel(trained.artifact, trained.artifactSha256);
    const { prediction, confidence } = model.predict([5.1, 3.5, 1.4, 0.2]);
    expect(prediction).toBe('setosa');
    expect(confidence).toBeGreaterThan(0.9);
    expect(confidence).toBeLessThan(1);
    expect(model.predict([6.3, 3.3, 6, 2.5]).prediction).toBe('virginica');
  });

  it('gives the same bytes again, and others for another seed or data set', () => {
    expect(trainModel(irisData(), DEFAULT_SETTINGS).artifactSha256).toBe(trained.artifactSha256);
    expect(trainModel(data, { ...DEFAULT_SETTINGS, seed: 7 }).artifactSha256).not.toBe(
      trained.artifactSha256,
    );
    expect(trainModel({ ...data, datasetSha256: 'e'.repeat(64) }, DEFAULT_SETTINGS).artifactSha256).not.toBe(
      trained.artifactSha256,
    );
  });

  it('refuses one class, and too few rows, saying so', () => {
    const one = { ...data, classes: ['setosa'], labels: data.labels.map(() => 0) };
    expect(() => trainModel(one, DEFAULT_SETTINGS)).toThrow(
      'expected at least 2 classes in "species", got 1',
    );
    const few = {
      ...data,
      columns: data.columns.map((column) =>
        column.type === 'numeric' ? { ...column, values: column.values.slice(0, 2) } : column,
      ),
      labels: Int32Array.of(0, 1),
    };
    expect(() => trainModel(few, DEFAULT_SETTINGS)).toThrow(TrainingError);
  });
});

describe('checkAgainstReference', () => {
  const values = Float64Array.from({ length: 60 }, (_, i) => i);

  it('agrees with ml-knn, ties aside', () => {
    const labels = Int32Array.from(values, (value) => (value < 30 ? 0 : 1));
    expect(checkAgainstReference(fittedModel(values, labels))).toMatchObject({ compared: 10 });
  });

  it('counts what it lets pass: nearest rows that are equally far and of different classes', () => {
    const labels = Int32Array.from(values, (value) => Math.floor(value / 2) % 2);
    expect(checkAgainstReference(fittedModel(values, labels, 1)).tied).toBeGreaterThan(0);
  });
});
