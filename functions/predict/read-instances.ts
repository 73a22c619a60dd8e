import type { Model } from '../../lib/classifier/model.ts';
import { type FeatureCode, REQUESTS } from '../../lib/columns/kinds.ts';
import type { ValueFault } from '../../lib/columns/request.ts';
import type { RawValue } from '../../lib/columns/storage.ts';
import { FaultList } from '../../lib/http/problem.ts';
import { invalidRequest } from '../../lib/http/request.ts';
import { EXPECTED_INSTANCE, type Instance, isInstance } from '../../lib/http/schemas/predict-request.ts';
import { firstOf } from '../../lib/text-safety.ts';
import { NOTHING_UNSEEN, type RowRemarks } from './row-remarks.ts';

/** One row of a request, in the form that the model takes. */
export interface ReadRow {
  /** In the order of the model's features. */
  readonly values: RawValue[];
  /** What was accepted although training did not see it, or the model does not use it. */
  readonly remarks: RowRemarks;
}

/**
 * Reads the rows of a request, in the order of the model's features.
 *
 * @param given each row with its path in the request
 * @throws HttpError 400 naming the path of each fault, up to MAX_FAULTS; one bad row fails all
 */
export function readInstances(
  given: readonly (readonly [path: string, instance: unknown])[],
  model: Model,
): ReadRow[] {
  const reader = readerOf(model);
  const rows: ReadRow[] = [];
  for (const [path, instance] of given) {
    if (isInstance(instance)) rows.push(rowOf(path, instance, reader));
    else reader.faults.add(path, EXPECTED_INSTANCE);
    if (reader.faults.isFull) break;
  }
  const { faults } = reader.faults;
  if (faults.length > 0) throw invalidRequest(faults);
  return rows;
}

interface RowReader {
  readonly features: readonly FeatureCode[];
  /** The encoder's table, which the features' codes index. */
  readonly table: Float64Array;
  /** Texts that mean "no value" in files. */
  readonly gaps: ReadonlySet<string>;
  readonly faults: FaultList;
  /** The names of the features. */
  readonly names: ReadonlySet<string>;
  /** The names of the file's columns that are no features. */
  readonly others: ReadonlySet<string>;
}

type ModelFacts = Omit<RowReader, 'faults'>;

/** What all readers of one model share. It is built once, since most requests have one row. */
const FACTS = new WeakMap<Model, ModelFacts>();

function readerOf(model: Model): RowReader {
  let facts = FACTS.get(model);
  if (!facts) {
    const { features, encoder, meta } = model;
    facts = {
      features,
      table: encoder.data.table,
      gaps: new Set(['', ...meta.missing_tokens]),
      names: new Set(features.map(({ name }) => name)),
      others: new Set([meta.label, ...(meta.ignored ?? [])]),
    };
    FACTS.set(model, facts);
  }
  return { ...facts, faults: new FaultList() };
}

/** The remarks that reading a row collects. */
interface Found {
  categories: { feature: string; value: string }[];
  gaps: string[];
  ignored: string[];
}

/** Reads one row in the features' order, and adds its faults to the reader's. */
function rowOf(path: string, given: Instance, reader: RowReader): ReadRow {
  const row = new RowReading(reader);
  const values = isArray(given) ? row.ofArray(path, given) : row.ofObject(path, given);
  return { values, remarks: row.remarks };
}

class RowReading {
  readonly #reader: RowReader;
  #found: Found | undefined;

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  get remarks(): RowRemarks {
    return this.#found ?? NOTHING_UNSEEN;
  }

  ofObject(path: string, given: Readonly<Record<string, unknown>>): RawValue[] {
    const { features, names, others } = this.#reader;
    for (const name of Object.keys(given)) {
      if (this.#reader.faults.isFull) break;
      if (names.has(name)) continue;
      if (others.has(name)) this.#remark().ignored.push(name);
      else this.#reader.faults.add(`${path}.${name.slice(0, SHOWN_NAME)}`, 'unknown feature');
    }
    const values: RawValue[] = [];
    for (const feature of features) {
      if (this.#reader.faults.isFull) break;
      const at = `${path}.${feature.name}`;
      if (Object.hasOwn(given, feature.name)) values.push(this.#value(at, given[feature.name], feature));
      else this.#reader.faults.add(at, feature.required ? 'missing' : 'missing; pass null for a gap');
    }
    return values;
  }

  ofArray(path: string, given: readonly unknown[]): RawValue[] {
    const { features } = this.#reader;
    if (given.length !== features.length) {
      this.#reader.faults.add(
        path,
        `expected ${features.length} values (${listed(features)}), got ${given.length}`,
      );
      return [];
    }
    const values: RawValue[] = [];
    for (const [i, feature] of features.entries()) {
      if (this.#reader.faults.isFull) break;
      values.push(this.#value(`${path}[${i}]`, given[i], feature));
    }
    return values;
  }

  /**
   * Returns the value in the model's form. When it does not fit the feature, adds a fault and returns null.
   */
  #value(path: string, value: unknown, feature: FeatureCode): RawValue {
    const form = REQUESTS[feature.type];
    const isGap =
      value === null ||
      (typeof value === 'string' && this.#reader.gaps.has(value) && form.mayBeGap?.(value, feature) === true);
    if (isGap) return this.#gap(path, feature);
    const accepted = form.accept(value, feature, this.#reader.table);
    if (typeof accepted === 'number' || typeof accepted === 'string') {
      if (form.isUnseen?.(accepted, feature))
        this.#remark().categories.push({ feature: feature.name, value: String(accepted) });
      return accepted;
    }
    const { fault } = accepted ?? unexpected(value, feature);
    this.#reader.faults.add(path, `"${feature.name}": ${fault}`);
    return null;
  }

  #gap(path: string, feature: FeatureCode): null {
    if (feature.required) this.#reader.faults.add(path, `"${feature.name}": ${REFUSED_GAP}`);
    else if (!feature.nullable) this.#remark().gaps.push(feature.name);
    return null;
  }

  #remark(): Found {
    this.#found ??= { categories: [], gaps: [], ignored: [] };
    return this.#found;
  }
}

/** How much of a client's own name a fault repeats, in UTF-16 code units. */
const SHOWN_NAME = 128;
const REFUSED_GAP = 'a value is required: its contract has "nullable": false';

function listed(features: readonly FeatureCode[]): string {
  return firstOf(
    features.map(({ name }) => name),
    (name) => name,
  );
}

// Array.isArray does not narrow a union with a readonly array.
const isArray = (given: Instance): given is readonly unknown[] => Array.isArray(given);

function unexpected(value: unknown, feature: FeatureCode): ValueFault {
  const form = REQUESTS[feature.type];
  const got = Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return { fault: `expected ${form.wantedOf?.(feature) ?? form.wanted}, got ${got}` };
}
