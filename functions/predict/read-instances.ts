import type { FeatureCode, RawValue } from '../../lib/classifier/feature-code.ts';
import type { Model } from '../../lib/classifier/model.ts';
import type { RequestFault } from '../../lib/http/problem.ts';
import { invalidRequest } from '../../lib/http/request.ts';
import type { Instance } from '../../lib/http/schemas/predict-request.ts';

/**
 * The rows of a request in the order of the model's features.
 *
 * @param given each row with its path in the request
 * @throws HttpError 400 naming the path of each fault; one bad row fails all.
 */
export function readInstances(
  given: readonly (readonly [path: string, instance: Instance])[],
  model: Model,
): RawValue[][] {
  const faults: RequestFault[] = [];
  const { features, encoder } = model;
  const reader = { features, encoder, faults, names: new Set(features.map(({ name }) => name)) };
  const rows = given.map(([path, values]) => rowOf(path, values, reader));
  if (faults.length > 0) throw invalidRequest(faults);
  return rows;
}

interface RowReader {
  readonly features: readonly FeatureCode[];
  readonly encoder: Model['encoder'];
  readonly faults: RequestFault[];
  /** Of the features. */
  readonly names: ReadonlySet<string>;
}

/** One row in the features' order; what is wrong with it is added to the reader's faults. */
function rowOf(path: string, given: Instance, reader: RowReader): RawValue[] {
  if (isArray(given)) return rowOfArray(path, given, reader);
  const { features, faults, names } = reader;
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
