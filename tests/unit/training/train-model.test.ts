import { describe, expect, it } from 'vitest';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { TrainingError } from '../../../lib/errors.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { irisData } from '../../helpers/iris.ts';

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

  it('gives the same bytes for the same input, and others for another seed or data set', () => {
    expect(trainModel(irisData(), DEFAULT_SETTINGS).artifactSha256).toBe(trained.artifactSha256);
    expect(trainModel(data, { ...DEFAULT_SETTINGS, seed: 7 }).artifactSha256).not.toBe(
      trained.artifactSha256,
    );
    expect(trainModel({ ...data, datasetSha256: 'e'.repeat(64) }, DEFAULT_SETTINGS).artifactSha256).not.toBe(
      trained.artifactSha256,
    );
  });

  it('refuses one class and too few rows with a clear message', () => {
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
