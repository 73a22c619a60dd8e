import { Faults } from './faults.ts';
import { type Input, isInput, Parameters } from './parameters.ts';
import { alignStart, isPeriod, type PointRange } from './points.ts';
import { parseStatistic, type Statistic } from './statistic-syntax.ts';
import { isUnit, type Unit } from './units.ts';

export const MAX_DATAPOINTS = 100_800;
const MAX_QUERIES = 500;
const ID = /^[a-z][A-Za-z0-9_]{0,254}$/;

export interface MetricQuery {
  readonly id: string;
  readonly label: string;
  readonly range: PointRange;
  readonly statistic: Statistic;
}

export interface MetricDataRequest {
  /** Without queries that set ReturnData to false. */
  readonly queries: readonly MetricQuery[];
  readonly maxDatapoints: number;
}

/**
 * Checks a GetMetricData request. Throws a ServiceError (`ValidationError`) that names all faults.
 * Source: GetMetricData and MetricDataQuery in the Amazon CloudWatch API Reference.
 */
export function parseGetMetricData(input: Input, nowMs: number): MetricDataRequest {
  const faults = new Faults();
  const parameters = new Parameters(faults, 'ValidationError');
  const window = parseWindow(parameters, input);
  const given = parameters.objects(input.MetricDataQueries, 'MetricDataQueries', MAX_QUERIES);
  parameters.notEmpty(input.MetricDataQueries, 'MetricDataQueries');
  const queries = given.map((query, i) => {
    return new QueryReader(parameters, `MetricDataQueries.member.${i + 1}.`, query).read(window, nowMs);
  });
  if (new Set(given.map(({ Id }) => Id)).size < given.length) {
    parameters.invalid('The values for parameter Id in MetricDataQueries are not unique.');
  }
  const maxDatapoints = parseMaxDatapoints(parameters, input.MaxDatapoints);
  faults.throwIfAny();
  return { queries: queries.filter((_, i) => given[i]!.ReturnData !== false), maxDatapoints };
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly descending: boolean;
}

function parseWindow(
  parameters: Parameters,
  { StartTime, EndTime, ScanBy = 'TimestampDescending' }: Input,
): Window {
  const startMs = parameters.timestampMs(StartTime, 'StartTime');
  const endMs = parameters.timestampMs(EndTime, 'EndTime');
  if (startMs !== undefined && startMs === endMs) {
    parameters.invalid('The parameter StartTime must not equal parameter EndTime.');
  }
  if (startMs !== undefined && endMs !== undefined && startMs > endMs) {
    parameters.invalid('The parameter EndTime must be greater than StartTime.');
  }
  if (ScanBy !== 'TimestampDescending' && ScanBy !== 'TimestampAscending') {
    parameters.invalid(
      'The parameter ScanBy must be a value in the set [ TimestampDescending, TimestampAscending ].',
    );
  }
  return { startMs: startMs ?? 0, endMs: endMs ?? 0, descending: ScanBy === 'TimestampDescending' };
}

function parseMaxDatapoints(parameters: Parameters, value: unknown): number {
  if (value === undefined) return MAX_DATAPOINTS;
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_DATAPOINTS) return Number(value);
  parameters.invalid(`The parameter MaxDatapoints must be an integer from 1 to ${MAX_DATAPOINTS}.`);
  return MAX_DATAPOINTS;
}

class QueryReader {
  readonly #parameters: Parameters;
  readonly #path: string;
  readonly #query: Input;
  readonly #stat: Input;

  constructor(parameters: Parameters, path: string, query: Input) {
    this.#parameters = parameters;
    this.#path = path;
    this.#query = query;
    this.#stat = isInput(query.MetricStat) ? query.MetricStat : {};
  }

  read({ startMs, endMs, descending }: Window, nowMs: number): MetricQuery {
    const id = this.#id();
    this.#checkKind();
    const { Metric: metric } = this.#stat;
    const series = this.#parameters.series(isInput(metric) ? metric : {}, `${this.#path}MetricStat.Metric.`);
    const periodSeconds = this.#periodSeconds();
    const startSecond = alignStart(startMs, periodSeconds, nowMs);
    const range = {
      series,
      unit: this.#unit(),
      periodSeconds,
      startSecond,
      endSecond: Math.ceil(endMs / 1000),
      descending,
    };
    const { Label: label } = this.#query;
    return {
      id,
      label: typeof label === 'string' ? label : series.name,
      range,
      statistic: this.#statistic(),
    };
  }

  #id(): string {
    const id = this.#parameters.text(this.#query.Id, `${this.#path}Id`, 255) ?? '';
    if (id !== '' && !ID.test(id)) {
      this.#parameters.invalid(
        `The value ${id} for parameter ${this.#path}Id is invalid: expected a lowercase letter, then letters, digits and underscores.`,
      );
    }
    return id;
  }

  #checkKind(): void {
    if (this.#query.Expression !== undefined) {
      this.#parameters.invalid(
        `The parameter ${this.#path}Expression is not supported by the local CloudWatch: query each metric with MetricStat.`,
      );
    } else if (!isInput(this.#query.MetricStat)) this.#parameters.required(`${this.#path}MetricStat`);
  }

  #periodSeconds(): number {
    const { Period: period } = this.#stat;
    if (typeof period === 'number' && isPeriod(period)) return period;
    this.#parameters.invalid(
      `The parameter ${this.#path}MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.`,
    );
    return 60;
  }

  #statistic(): Statistic {
    const { Stat: stat } = this.#stat;
    const statistic = typeof stat === 'string' ? parseStatistic(stat) : undefined;
    if (statistic !== undefined) return statistic;
    this.#parameters.invalid(
      `The value ${String(stat).slice(0, 100)} for parameter ${this.#path}MetricStat.Stat is not a valid statistic.`,
    );
    return { kind: 'summary', name: 'Sum' };
  }

  #unit(): Unit | undefined {
    const { Unit: unit } = this.#stat;
    if (unit === undefined || isUnit(unit)) return unit;
    return this.#parameters.invalid(
      `The value ${String(unit).slice(0, 100)} for parameter ${this.#path}MetricStat.Unit is invalid.`,
    );
  }
}
