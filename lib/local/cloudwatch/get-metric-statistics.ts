import { chunksOfSeries, type MetricDatabase, parseChunkKey } from './database.ts';
import { Faults } from './faults.ts';
import { type Input, Parameters } from './parameters.ts';
import { alignStart, computePoints, countPeriods, isPeriod, type PointRange } from './points.ts';
import { seriesId } from './series.ts';
import { parseStatistic, type Statistic, SUMMARY_NAMES } from './statistic-syntax.ts';
import { isUnit, UNITS, type Unit } from './units.ts';

const MAX_DATAPOINTS = 1_440;

interface NamedStatistic {
  readonly name: string;
  readonly statistic: Statistic;
  readonly extended: boolean;
}

interface Datapoint {
  readonly Timestamp: number;
  readonly Unit: Unit;
  ExtendedStatistics?: Record<string, number>;
  /** Sum, Average, ... if the request asks for them. */
  [statistic: string]: unknown;
}

/**
 * Answers GetMetricStatistics, with separate data points for each unit. Throws a ServiceError on invalid
 * parameters. Source: GetMetricStatistics in the Amazon CloudWatch API Reference.
 */
export async function answerGetMetricStatistics(database: MetricDatabase, input: Input, nowMs: number) {
  const { range, statistics } = parseRequest(input, nowMs);
  const units = range.unit === undefined ? await unitsIn(database, range) : [range.unit];
  const datapoints: Datapoint[] = [];
  for (const unit of units)
    datapoints.push(...(await datapointsOf(database, { ...range, unit }, unit, statistics, nowMs)));
  return { Label: range.series.name, Datapoints: datapoints };
}

function parseRequest(input: Input, nowMs: number) {
  const faults = new Faults();
  const parameters = new Parameters(faults, 'InvalidParameterValue', 'MissingParameter');
  const series = parameters.series(input, '');
  const startMs = parameters.timestampMs(input.StartTime, 'StartTime') ?? 0;
  const endMs = parameters.timestampMs(input.EndTime, 'EndTime') ?? 1;
  if (startMs >= endMs)
    parameters.invalid('The parameter StartTime must be less than the parameter EndTime.');
  const periodSeconds = typeof input.Period === 'number' && isPeriod(input.Period) ? input.Period : 60;
  if (input.Period !== periodSeconds) {
    parameters.invalid('The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.');
  }
  const unit =
    input.Unit === undefined || isUnit(input.Unit)
      ? input.Unit
      : parameters.invalid('The parameter Unit is invalid.');
  const statistics = parseStatistics(parameters, faults, input);
  const startSecond = alignStart(startMs, periodSeconds, nowMs);
  const range: PointRange = {
    series,
    unit,
    periodSeconds,
    startSecond,
    endSecond: Math.ceil(endMs / 1000),
    descending: false,
  };
  checkSize(faults, countPeriods(range));
  faults.throwIfAny();
  return { range, statistics };
}

function checkSize(faults: Faults, periods: number): void {
  if (periods <= MAX_DATAPOINTS) return;
  faults.add(
    'InvalidParameterCombination',
    `You have requested up to ${periods} datapoints, which exceeds the limit of ${MAX_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
  );
}

function parseStatistics(parameters: Parameters, faults: Faults, input: Input): NamedStatistic[] {
  const plain = parameters
    .list(input.Statistics, 'Statistics', 5)
    .map((name) => named(parameters, name, false));
  const extended = parameters
    .list(input.ExtendedStatistics, 'ExtendedStatistics', 10)
    .map((name) => named(parameters, name, true));
  if (plain.length === 0 && extended.length === 0) {
    faults.add('InvalidParameterCombination', 'Must specify either Statistics or ExtendedStatistics');
  }
  return [...plain, ...extended].filter((item) => item !== undefined);
}

function named(parameters: Parameters, name: unknown, extended: boolean): NamedStatistic | undefined {
  const statistic = typeof name === 'string' ? parseStatistic(name) : undefined;
  const isPlain = SUMMARY_NAMES.some((summary) => summary === name);
  if (statistic !== undefined && isPlain !== extended) return { name: String(name), statistic, extended };
  const parameter = extended ? 'ExtendedStatistics' : 'Statistics';
  return parameters.invalid(
    `The value ${String(name).slice(0, 100)} for parameter ${parameter} is not supported.`,
  );
}

async function unitsIn(
  database: MetricDatabase,
  { series, startSecond, endSecond }: PointRange,
): Promise<Unit[]> {
  const indexes = new Set<number>();
  for await (const [key] of database.iterator(chunksOfSeries(seriesId(series), startSecond, endSecond))) {
    indexes.add(parseChunkKey(key).unitIndex);
  }
  return [...indexes].map((index) => UNITS[index]!);
}

async function datapointsOf(
  database: MetricDatabase,
  range: PointRange,
  unit: Unit,
  statistics: readonly NamedStatistic[],
  nowMs: number,
): Promise<Datapoint[]> {
  const series = await computePoints(
    database,
    range,
    statistics.map(({ statistic }) => statistic),
    nowMs,
  );
  const bySecond = new Map<number, Datapoint>();
  for (const [i, { name, extended }] of statistics.entries()) {
    for (const { second, value } of series[i]!) {
      const datapoint: Datapoint = bySecond.get(second) ?? { Timestamp: second, Unit: unit };
      if (extended) datapoint.ExtendedStatistics = { ...datapoint.ExtendedStatistics, [name]: value };
      else datapoint[name] = value;
      bySecond.set(second, datapoint);
    }
  }
  return [...bySecond.values()];
}
