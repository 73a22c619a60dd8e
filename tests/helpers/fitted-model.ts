import type { FittedModel } from '../../lib/classifier/model.ts';
import { fitModel } from '../../lib/training/fit-model.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

/** A table with one numeric column, `x`. */
export function numbersData(values: Float64Array, labels: Int32Array, classes = ['a', 'b']): TrainingData {
  return {
    columns: [{ name: 'x', type: 'numeric', values }],
    labels,
    classes,
    label: 'class',
    missingTokens: ['NA'],
    datasetSha256: 'd'.repeat(64),
  };
}

/**
 * A model of that table, fitted without any selection: plain votes, and distances between the scaled numbers.
 */
export function fittedModel(
  values: Float64Array,
  labels: Int32Array,
  neighbours = 3,
  classes?: string[],
): FittedModel {
  const data = numbersData(values, labels, classes);
  return fitModel(data, data, {
    chosen: {
      recipe: { numbers: 'standard', space: 'plain' },
      metric: 'euclidean',
      neighbours,
      votes: { weights: 'uniform', balance: 0 },
    },
    unseen: { predicted: Int32Array.of(0), shares: Float64Array.of(1), truth: Int32Array.of(0) },
    lineage: { dataset_sha256: data.datasetSha256, algorithm_version: 0, seed: 0, settings: {} },
  });
}
