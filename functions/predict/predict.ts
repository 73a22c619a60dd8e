import * as z from 'zod/mini';
import type { EncodedFeature, RawValue } from '../../lib/classifier/encoder.ts';
import type { Model, Prediction } from '../../lib/classifier/model.ts';
import type { RequestFault } from '../../lib/http/problem.ts';
import { invalidRequest, validate } from '../../lib/http/request.ts';
import type { Champion } from './model-cache.ts';

const rawValue = z.union([z.number(), z.string(), z.null()], 'expected a number, a text or null');
const featureArray = z.array(rawValue, 'expected an array of values, or an object of values by name');
const instance = z.union(
  [featureArray, z.record(z.string(), rawValue)],
  'expected an array of values, or an object by name',
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
    if (given.length !== features.length) {
      const names = features.map(({ name }) => name).join(', ');
      faults.push({ path, message: `expected ${features.length} values (${names}), got ${given.length}` });
      return [];
    }
    features.forEach((feature, i) => {
      checkValue(`${path}[${i}]`, given[i]!, feature, faults);
    });
    return given;
  }
  const names = new Set(features.map(({ name }) => name));
  for (const name of Object.keys(given)) {
    if (!names.has(name)) faults.push({ path: `${path}.${name.slice(0, 100)}`, message: 'unknown feature' });
  }
  return features.map((feature) => {
    const value = Object.hasOwn(given, feature.name) ? given[feature.name]! : undefined;
    if (value === undefined) {
      faults.push({ path: `${path}.${feature.name}`, message: 'missing; pass null for a gap' });
      return null;
    }
    checkValue(`${path}.${feature.name}`, value, feature, faults);
    return value;
  });
}

function checkValue(path: string, value: RawValue, feature: EncodedFeature, faults: RequestFault[]): void {
  if (value === null) {
    if (!feature.nullable)
      faults.push({ path, message: `"${feature.name}" had no gaps in training: null is not accepted` });
    return;
  }
  const wanted = feature.type === 'numeric' ? 'number' : 'string';
  if (typeof value !== wanted) {
    faults.push({
      path,
      message: `"${feature.name}" is ${feature.type}: expected a ${wanted}, got a ${typeof value}`,
    });
  } else if (typeof value === 'number' && !Number.isFinite(value)) {
    faults.push({ path, message: `"${feature.name}": the number is too large` });
  }
}
