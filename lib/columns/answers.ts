import { categoricalBaseline, categoricalDrift } from './categorical/drift.ts';
import { numericBaseline, numericDrift } from './numeric/drift.ts';

/** A model's answers are compared like columns: classes as categories, confidences as numbers. */
export const predictionBaseline = categoricalBaseline;
export const confidenceBaseline = numericBaseline;

/** @param codes indices into `classes` */
export const summarisePredictions = (codes: Int32Array, classes: readonly string[], most: number) =>
  categoricalDrift.summarise({ name: 'prediction', type: 'categorical', codes, categories: classes }, most);

export const summariseConfidences = (values: Float64Array, most: number) =>
  numericDrift.summarise({ name: 'confidence', type: 'numeric', values }, most);
