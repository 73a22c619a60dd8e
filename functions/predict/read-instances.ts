import type { Model } from '../../lib/classifier/model.ts';
import { type FeatureCode, REQUESTS } from '../../lib/columns/kinds.ts';
import type { ValueFault } from '../../lib/columns/request.ts';
import type { RawValue } from '../../lib/columns/storage.ts';
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
  const { table } = encoder.data;
  const reader = { features, table, faults, names: new Set(features.map(({ name }) => name)) };
  const rows = given.map(([path, values]) => rowOf(path, values, reader));
  if (faults.length > 0) throw invalidRequest(faults);
  return rows;
}

interface RowReader {
  readonly features: readonly FeatureCode[];
  /** The encoder's, that features' codes point into. */
  readonly table: Float64Array;
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
  if (value === null && feature.nullable) return null;
  const accepted =
    value === null ? UNEXPECTED_GAP : REQUESTS[feature.type].accept(value, feature, reader.table);
  if (typeof accepted === 'number' || typeof accepted === 'string') return accepted;
  const { fault } = accepted ?? unexpected(value, feature);
  reader.faults.push({ path, message: `"${feature.name}": ${fault}` });
  return null;
}

const UNEXPECTED_GAP: ValueFault = { fault: 'it had no gaps in training, so null is not accepted' };

function unexpected(value: unknown, { type }: FeatureCode): ValueFault {
  const got = Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return { fault: `expected ${REQUESTS[type].wanted}, got ${got}` };
}
