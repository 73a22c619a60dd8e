import type * as z from 'zod/mini';
import type { FeatureCode, RawValue } from '../../lib/classifier/feature-code.ts';
import type { Model, Prediction } from '../../lib/classifier/model.ts';
import type { RequestFault } from '../../lib/http/problem.ts';
import { invalidRequest, validate } from '../../lib/http/request.ts';
import { batch, type instance, single } from '../../lib/http/schemas/predict-api.ts';
import type { Champion } from './model-cache.ts';

type Instance = z.infer<typeof instance>;

/** The body of an answer: one prediction with its confidence, or a list of them, and the version that made them. */
export type PredictionAnswer = (Prediction | { readonly predictions: readonly Prediction[] }) & {
  readonly model_version: string;
};

/**
 * Answers `{"features": ...}` or `{"instances": [...]}` with one named version.
 *
 * @param body the parsed JSON of the request.
 * @throws HttpError 400 naming the path of each fault; one bad instance fails all.
 */
export function predict(body: unknown, { model, version }: Champion): PredictionAnswer {
  const model_version = `v${version}`;
  if (typeof body === 'object' && body !== null && 'instances' in body) {
    const { instances } = validate(batch, body);
    const rows = rowsOf(
      instances.map((given, i) => [`instances[${i}]`, given]),
      model,
    );
    return { predictions: rows.map((values) => model.predict(values)), model_version };
  }
  const { features } = validate(single, body);
  const [values] = rowsOf([['features', features]], model);
  return { ...model.predict(values!), model_version };
}

function rowsOf(given: readonly (readonly [path: string, instance: Instance])[], model: Model): RawValue[][] {
  const faults: RequestFault[] = [];
  const reader = { features: model.features, encoder: model.encoder, faults };
  const rows = given.map(([path, values]) => rowOf(path, values, reader));
  if (faults.length > 0) throw invalidRequest(faults);
  return rows;
}

interface RowReader {
  readonly features: readonly FeatureCode[];
  readonly encoder: Model['encoder'];
  readonly faults: RequestFault[];
}

/** One row in the features' order; what is wrong with it is added to the reader's faults. */
function rowOf(path: string, given: Instance, reader: RowReader): RawValue[] {
  if (isArray(given)) return rowOfArray(path, given, reader);
  const { features, faults } = reader;
  const names = new Set(features.map(({ name }) => name));
  for (const name of Object.keys(given)) {
    if (!names.has(name)) faults.push({ path: `${path}.${name.slice(0, 100)}`, message: 'unknown feature' });
  }
  return features.map((feature) => {
    const at = `${path}.${feature.name}`;
    if (Object.hasOwn(given, feature.name)) return readValue(at, given[feature.name], feature, reader);
    faults.push({ path: at, message: feature.nullable ? 'missing; pass null for a gap' : 'missing' });
    return null;
  });
}

function rowOfArray(path: string, given: readonly unknown[], reader: RowReader): RawValue[] {
  const { features, faults } = reader;
  if (given.length === features.length) {
    return features.map((feature, i) => readValue(`${path}[${i}]`, given[i], feature, reader));
  }
  const names = features.map(({ name }) => name).join(', ');
  faults.push({ path, message: `expected ${features.length} values (${names}), got ${given.length}` });
  return [];
}

// Array.isArray does not narrow a union with a readonly array.
const isArray = (given: Instance): given is readonly unknown[] => Array.isArray(given);

/** The value as the model takes it; null, and a fault, when it is not what the feature is. */
function readValue(path: string, value: unknown, feature: FeatureCode, reader: RowReader): RawValue {
  if (
    feature.type === 'numeric' &&
    typeof value === 'number' &&
    reader.encoder.isMeasurable(feature, value)
  ) {
    return value;
  }
  if (feature.type === 'categorical' && typeof value === 'string') return value;
  if (value === null && feature.nullable) return null;
  reader.faults.push({ path, message: `"${feature.name}": ${describeFault(value, feature)}` });
  return null;
}

function describeFault(value: unknown, feature: FeatureCode): string {
  if (value === null) return 'it had no gaps in training, so null is not accepted';
  if (typeof value === 'number' && feature.type === 'numeric') {
    return 'the number is too large to measure its distance from the training data';
  }
  const expected = feature.type === 'numeric' ? 'a number' : 'a text';
  return `expected ${expected}, got ${Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`}`;
}
