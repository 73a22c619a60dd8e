import type { Model } from '../../../../lib/classifier/model.ts';
import type { FeatureCode } from '../../../../lib/columns/kinds.ts';
import type { Datatype } from './datatypes.ts';

/** A tensor of a model, as metadata describe it. In a shape, -1 stands for any number of rows. */
interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

const ROWS = -1;

/** The outputs of every model, in the order of answers that name none. */
export const OUTPUTS = ['label', 'confidence', 'probabilities'] as const;
export type OutputName = (typeof OUTPUTS)[number];

/** A model's metadata: a tensor for each feature, and one for each part of an answer. */
export function modelMetadata(name: string, version: number, model: Model) {
  const { classes } = model.meta;
  return {
    name,
    versions: [String(version)],
    platform: 'serverless-classifier_knn',
    inputs: model.features.map(
      (feature): TensorMetadata => ({ name: feature.name, datatype: datatypeOf(feature), shape: [ROWS] }),
    ),
    outputs: OUTPUTS.map(
      (output): TensorMetadata => ({ name: output, ...OUTPUT_FORMS[output](classes.length) }),
    ),
    // The protocol takes texts only: the classes in the order of the probabilities.
    properties: { label: model.meta.label, classes: JSON.stringify(classes) },
  };
}

const OUTPUT_FORMS: Readonly<Record<OutputName, (classes: number) => Omit<TensorMetadata, 'name'>>> = {
  label: () => ({ datatype: 'BYTES', shape: [ROWS] }),
  confidence: () => ({ datatype: 'FP64', shape: [ROWS] }),
  probabilities: (classes) => ({ datatype: 'FP64', shape: [ROWS, classes] }),
};

/** Dates are texts, as in JSON requests. */
function datatypeOf(feature: FeatureCode): Datatype {
  if (feature.type === 'numeric') return 'FP64';
  return feature.type === 'categorical' && areBooleans(feature.categories) ? 'BOOL' : 'BYTES';
}

const areBooleans = (categories: readonly string[]) =>
  categories.length > 0 && categories.every((category) => /^(?:true|false)$/i.test(category));
