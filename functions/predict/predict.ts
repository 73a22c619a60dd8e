import * as z from 'zod/mini';
import type { EncodedFeature, RawValue } from '../../lib/classifier/encoder.ts';
import type { Model, Prediction } from '../../lib/classifier/model.ts';
import type { RequestFault } from '../../lib/http/problem.ts';
import { invalidRequest, validate } from '../../lib/http/request.ts';
import type { Champion } from './model-cache.ts';

/** The values themselves are held against the model's features, which says more than a schema can. */
const instance = z.union(
  [z.array(z.unknown()), z.record(z.string(), z.unknown())],
  'expected an array of values, or an object of values by name',
);

const MAX_INSTANCES = 10_000;

const single = z.strictObject({ features: instance });
const batch = z.strictObject({
  instances: z
    .array(instance)
    .check(
      z.minLength(1, 'expected at least one instance'),
      z.maxLength(MAX_INSTANCES, `expected at most ${MAX_INSTANCES} instances`),
    ),
});

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
  const rows = given.map(([path, values]) => rowOf(path, values, model.features, faults));
  if (faults.length > 0) throw invalidRequest(faults);
  return rows;
}

/** One row in the features' order; what is wrong with it is added to `faults`. */
function rowOf(
  path: string,
  given: Instance,
  features: readonly EncodedFeature[],
  faults: RequestFault[],
): RawValue[] {
  if (Array.isArray(given)) {
    if (given.length === features.length) {
      return features.map((feature, i) => readValue(`${path}[${i}]`, given[i], feature, faults));
    }
    const names = features.map(({ name }) => name).join(', ');
    faults.push({ path, message: `expected ${features.length} values (${names}), got ${given.length}` });
    return [];
  }
  const names = new Set(features.map(({ name }) => name));
  for (const name of Object.keys(given)) {
    if (!names.has(name)) faults.push({ path: `${path}.${name.slice(0, 100)}`, message: 'unknown feature' });
  }
  return features.map((feature) => {
    const at = `${path}.${feature.name}`;
    if (Object.hasOwn(given, feature.name)) return readValue(at, given[feature.name], feature, faults);
    faults.push({ path: at, message: 'missing; pass null for a gap' });
    return null;
  });
}

/** The value as the model takes it; null, and a fault, when it is not what the feature is. */
function readValue(path: string, value: unknown, feature: EncodedFeature, faults: RequestFault[]): RawValue {
  if (feature.type === 'numeric' && typeof value === 'number' && Number.isFinite(value)) return value;
  if (feature.type === 'categorical' && typeof value === 'string') return value;
  if (value === null && feature.nullable) return null;
  faults.push({ path, message: `"${feature.name}": ${describeFault(value, feature)}` });
  return null;
}

function describeFault(value: unknown, feature: EncodedFeature): string {
  if (value === null) return 'it had no gaps in training, so null is not accepted';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'the number is too large';
  const expected = feature.type === 'numeric' ? 'a number' : 'a text';
  return `expected ${expected}, got ${Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`}`;
}
