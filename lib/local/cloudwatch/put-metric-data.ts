import { Distribution } from './distribution.ts';
import { Faults } from './faults.ts';
import { type Input, isInput, Parameters } from './parameters.ts';
import { createSeries } from './series.ts';
import type { Contribution } from './store.ts';
import { isUnit, UNITS, type Unit } from './units.ts';

const MAX_METRICS = 1000;
const MAX_VALUES = 150;
const TWO_WEEKS_MS = 14 * 86_400_000;
const TWO_HOURS_MS = 2 * 3_600_000;

/**
 * Checks a PutMetricData request and turns it into contributions. Throws a ServiceError that names all
 * faults: a request with a fault stores nothing. Source: PutMetricData and MetricDatum in the Amazon
 * CloudWatch API Reference.
 */
export function parsePutMetricData(input: Input, nowMs: number): Contribution[] {
  const faults = new Faults();
  const parameters = new Parameters(faults, 'InvalidParameterValue', 'MissingParameter');
  const namespace = parameters.name(input.Namespace, 'Namespace') ?? '';
  if (namespace.startsWith('AWS/'))
    parameters.invalid(`The value ${namespace} for parameter Namespace is invalid.`);
  if (input.EntityMetricData !== undefined) {
    parameters.invalid(
      'The parameter EntityMetricData is not supported by the local CloudWatch: send MetricData.',
    );
  }
  const data = parameters.objects(input.MetricData, 'MetricData', MAX_METRICS);
  parameters.notEmpty(input.MetricData, 'MetricData');
  const contributions = data.map((datum, i) => {
    const reader = new DatumReader(parameters, faults, `MetricData.member.${i + 1}.`, datum);
    return reader.read(namespace, nowMs);
  });
  faults.throwIfAny();
  return contributions.filter(({ distribution }) => distribution.count > 0);
}

/** Why a timestamp is refused, as the end of a sentence; undefined when CloudWatch accepts it. */
export function timestampFault(timestampMs: number, nowMs: number): string | undefined {
  if (timestampMs < nowMs - TWO_WEEKS_MS) return 'must specify a time within the past two weeks.';
  if (timestampMs > nowMs + TWO_HOURS_MS) return 'must specify a time no more than two hours in the future.';
  return undefined;
}

class DatumReader {
  readonly #parameters: Parameters;
  readonly #faults: Faults;
  readonly #path: string;
  readonly #datum: Input;

  constructor(parameters: Parameters, faults: Faults, path: string, datum: Input) {
    this.#parameters = parameters;
    this.#faults = faults;
    this.#path = path;
    this.#datum = datum;
  }

  read(namespace: string, nowMs: number): Contribution {
    const name = this.#parameters.text(this.#datum.MetricName, `${this.#path}MetricName`, 255) ?? '';
    const dimensions = this.#parameters.dimensions(this.#datum.Dimensions, `${this.#path}Dimensions`);
    return {
      series: createSeries(namespace, name, dimensions),
      unit: this.#unit(),
      timestampMs: this.#timestampMs(nowMs),
      highResolution: this.#highResolution(),
      distribution: this.#distribution(),
    };
  }

  #unit(): Unit {
    const { Unit: unit = 'None' } = this.#datum;
    if (isUnit(unit)) return unit;
    this.#parameters.invalid(
      `The parameter ${this.#path}Unit must be a value in the set [ ${UNITS.join(', ')} ].`,
    );
    return 'None';
  }

  #timestampMs(nowMs: number): number {
    const { Timestamp: timestamp } = this.#datum;
    if (timestamp === undefined || timestamp === null) return nowMs;
    const ms = this.#parameters.timestampMs(timestamp, `${this.#path}Timestamp`) ?? nowMs;
    const fault = timestampFault(ms, nowMs);
    if (fault !== undefined) this.#parameters.invalid(`The parameter ${this.#path}Timestamp ${fault}`);
    return ms;
  }

  #highResolution(): boolean {
    const { StorageResolution: resolution = 60 } = this.#datum;
    if (resolution !== 1 && resolution !== 60) {
      this.#parameters.invalid(
        `The parameter ${this.#path}StorageResolution must be a value in the set [ 1, 60 ].`,
      );
    }
    return resolution === 1;
  }

  #distribution(): Distribution {
    const given = (['Value', 'Values', 'StatisticValues'] as const).filter((key) => this.#isGiven(key));
    const distribution = new Distribution();
    const [first, second] = given;
    if (first === undefined) {
      this.#addCombinationFault(
        `At least one of the parameters ${this.#path}Value and ${this.#path}StatisticValues must be specified.`,
      );
    } else if (second !== undefined) {
      const both = `${this.#path}${first} and ${this.#path}${second}`;
      this.#addCombinationFault(`The parameters ${both} are mutually exclusive and you have specified both.`);
    } else if (first === 'Value') this.#addValue(distribution);
    else if (first === 'Values') this.#addValues(distribution);
    else this.#addStatistics(distribution);
    return distribution;
  }

  // An empty list counts as absent: SDKs send it for a list that was never filled.
  #isGiven(key: 'Value' | 'Values' | 'StatisticValues'): boolean {
    const value = this.#datum[key];
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  }

  #addCombinationFault(message: string): void {
    this.#faults.add('InvalidParameterCombination', message);
  }

  #addValue(distribution: Distribution): void {
    const value = this.#parameters.measurement(this.#datum.Value, `${this.#path}Value`);
    if (value !== undefined) distribution.add(value);
  }

  #addValues(distribution: Distribution): void {
    const path = `${this.#path}Values`;
    const values = this.#parameters.list(this.#datum.Values, path, MAX_VALUES);
    const counts = this.#parameters.list(this.#datum.Counts, `${this.#path}Counts`, MAX_VALUES);
    if (counts.length > 0 && counts.length !== values.length) {
      this.#parameters.invalid(`The parameters ${path} and ${this.#path}Counts must be of the same size.`);
      return;
    }
    for (const [i, item] of values.entries()) {
      const value = this.#parameters.measurement(item, `${path}.member.${i + 1}`);
      const count = counts.length === 0 ? 1 : this.#count(counts[i], `${this.#path}Counts.member.${i + 1}`);
      if (value !== undefined && count > 0) distribution.add(value, count);
    }
  }

  #count(value: unknown, path: string): number {
    const count = this.#parameters.measurement(value, path) ?? 0;
    if (count < 0)
      this.#parameters.invalid(
        `The value ${count} for parameter ${path} is invalid: it must not be negative.`,
      );
    return count;
  }

  #addStatistics(distribution: Distribution): void {
    const { StatisticValues: given } = this.#datum;
    const statistics = isInput(given) ? given : {};
    const [count, sum, minimum, maximum] = (['SampleCount', 'Sum', 'Minimum', 'Maximum'] as const).map(
      (key) => {
        const path = `${this.#path}StatisticValues.${key}`;
        if (statistics[key] === undefined) return this.#parameters.required(path);
        return this.#parameters.measurement(statistics[key], path);
      },
    );
    if (count === undefined || sum === undefined || minimum === undefined || maximum === undefined) return;
    if (count <= 0 || minimum > maximum) {
      this.#parameters.invalid(
        `The value of parameter ${this.#path}StatisticValues is invalid: SampleCount must be above 0 and Minimum at most Maximum.`,
      );
    } else distribution.addSummary({ count, sum, minimum, maximum });
  }
}
