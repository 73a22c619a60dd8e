import { type CostLine, gigabyteSeconds, line, PREDICTION_LOG_BYTES, totalUsd } from '../cost/cost-lines.ts';
import { PRICES, type Price } from '../cost/prices.ts';
import { FUNCTIONS } from '../functions.ts';

const HOURS_PER_MONTH = 730;
/** Lambda asks a queue with five pollers at least, each of which waits for up to 20 s. */
const POLLS_PER_HOUR = 5 * (3600 / 20);
const { authorize, ingest, monitor, predict, train } = FUNCTIONS;

/** What is billed while nobody uses the system: the counts of Terraform's resources. */
export interface IdleCounts {
  /** Metrics that alarms look at: an alarm on a sum of ten counts as ten. */
  readonly alarms: number;
  readonly dashboards: number;
  /**
   * Functions that run as often as monitor does, for a second, with at most its memory, and log a kilobyte.
   */
  readonly schedules: number;
  /** Queues that Lambda takes messages from. */
  readonly queues: number;
}

/** What an account has free, month for month, of what a system needs while idle. */
export const FREE: readonly { readonly price: Price; readonly units: number }[] = [
  { price: PRICES.alarmMonth, units: 10 },
  { price: PRICES.dashboardMonth, units: 3 },
  { price: PRICES.metricMonth, units: 10 },
  { price: PRICES.queueRequest, units: 1e6 },
];

/** What remains of a bill with the free tier. */
export const beyondFree = (lines: readonly CostLine[]): CostLine[] =>
  lines.map((each) => {
    const free = FREE.find(({ price }) => price === each.price)?.units ?? 0;
    return { ...each, units: Math.max(0, each.units - free) };
  });

/** The cost of a month without requests, without storage. */
export function idleMonth(counts: IdleCounts): CostLine[] {
  const runs = counts.schedules * HOURS_PER_MONTH * (60 / monitor.trigger.deployedMinutes);
  // Each run is a cold start, and housekeeping emits the age of pending uploads.
  const metrics = counts.schedules === 0 ? 0 : counts.schedules + 1;
  return [
    line('alarms, by metric (10 free in an account)', counts.alarms, PRICES.alarmMonth),
    line('dashboard (3 free in an account)', counts.dashboards, PRICES.dashboardMonth),
    line('scheduled runs', runs, PRICES.scheduledCall),
    line('their calls', runs, PRICES.functionCall),
    line('their time', gigabyteSeconds(monitor.memoryMb, runs), PRICES.functionGigabyteSecond),
    line('their log', (runs * 1000) / 1e9, PRICES.logGigabyte),
    line('their metrics (10 free in an account)', metrics, PRICES.metricMonth),
    line(
      'queues asked (a million free)',
      counts.queues * HOURS_PER_MONTH * POLLS_PER_HOUR,
      PRICES.queueRequest,
    ),
  ];
}

/** The cost of a stored gigabyte in a month, by place. */
export const storedGigabyteMonth = (): CostLine[] => [
  line('in a bucket', 1, PRICES.objectGigabyteMonth),
  line('in the table (25 free in an account)', 1, PRICES.tableGigabyteMonth),
  line('of the table, to recover it', 1, PRICES.recoveryGigabyteMonth),
  line('of log', 1, PRICES.logGigabyteMonth),
];

/** The metrics of one model with three classes: four, and one for each class, route and status. */
const METRICS_OF_PREDICTIONS = 9;

/**
 * A million predictions, each a request of its own, sent at an even rate with one token and answered by one
 * warm function.
 *
 * @param asked the rate, and the billed time of one answer
 */
export function millionPredictions(asked: {
  readonly perSecond: number;
  readonly billedMs: number;
}): CostLine[] {
  const { perSecond, billedMs } = asked;
  const requests = 1e6;
  const seconds = requests / perSecond;
  // A token is looked up every 60 s and the newest decision every 30 s. Each is one read of up to 4 KB.
  const authorizations = seconds / 60;
  const championReads = seconds / 30;
  // X-Ray records one trace a second, and a twentieth of the rest.
  const traces = seconds + (requests - seconds) / 20;
  const metricMonths = (METRICS_OF_PREDICTIONS * seconds) / 3600 / HOURS_PER_MONTH;
  return [
    line('API', requests, PRICES.apiRequest),
    line('predict, calls', requests, PRICES.functionCall),
    line(
      `predict, ${billedMs} ms at ${predict.memoryMb} MB`,
      gigabyteSeconds(predict.memoryMb, (requests * billedMs) / 1000),
      PRICES.functionGigabyteSecond,
    ),
    line('authorize, calls', authorizations, PRICES.functionCall),
    line(
      `authorize, 20 ms at ${authorize.memoryMb} MB`,
      gigabyteSeconds(authorize.memoryMb, authorizations * 0.02),
      PRICES.functionGigabyteSecond,
    ),
    line('table', authorizations + championReads, PRICES.tableRead),
    line(
      `log, ${PREDICTION_LOG_BYTES} bytes each`,
      (requests * PREDICTION_LOG_BYTES) / 1e9,
      PRICES.logGigabyte,
    ),
    line(`metrics, ${METRICS_OF_PREDICTIONS} while requests come`, metricMonths, PRICES.metricMonth),
    line('traces', traces, PRICES.trace),
  ];
}

/** The size and time of a gigabyte of CSV in each step, from tests/bench/README.md. */
export const OF_A_GIGABYTE = {
  /** Twice the benchmark's time for half of 2 GB on two processors: a function of this memory has one. */
  ingestSeconds: 2 * 9,
  /** The longest time it may run: the actual time depends on rows and columns. */
  trainSeconds: train.timeoutSeconds,
  /** For the table of `npm run bench -- ingest`. */
  parquetGigabytes: 0.8,
  /** For ten columns of numbers: 8 bytes each, stored twice. */
  artifactGigabytes: 2.4,
  partMegabytes: 8,
};

/** The maximum cost of uploading, ingesting and training on one gigabyte of CSV, and of storing its files. */
export function gigabyteIngested(): CostLine[] {
  const { ingestSeconds, trainSeconds, parquetGigabytes, artifactGigabytes, partMegabytes } = OF_A_GIGABYTE;
  const kept = 1 + parquetGigabytes + artifactGigabytes;
  return [
    line(`PUT in parts of ${partMegabytes} MB`, (kept * 1000) / partMegabytes, PRICES.objectPut),
    line('GET', 20, PRICES.objectGet),
    line(
      `ingest, ${ingestSeconds} s at ${ingest.memoryMb} MB`,
      gigabyteSeconds(ingest.memoryMb, ingestSeconds),
      PRICES.functionGigabyteSecond,
    ),
    line(
      `train, at most ${trainSeconds} s at ${train.memoryMb} MB`,
      gigabyteSeconds(train.memoryMb, trainSeconds),
      PRICES.functionGigabyteSecond,
    ),
    line('kept for a month: file, data set and artifact', kept, PRICES.objectGigabyteMonth),
  ];
}

/** Lines as text in columns, with their sum when they are parts of one thing. */
export function costTable(title: string, lines: readonly CostLine[], isSum = true): string {
  const columns = (what: string, usd: number) => `  ${what.padEnd(44)} ${usd.toFixed(4).padStart(9)}`;
  const rows = lines.map(({ what, units, price }) => {
    const formula = `${Number(units.toPrecision(4))} x ${Number(price.usd.toPrecision(6))} per ${price.unit}`;
    return `${columns(what, units * price.usd)}  ${formula}`;
  });
  const sum = isSum ? [columns('together', totalUsd(lines))] : [];
  return [title, ...rows, ...sum, ''].join('\n');
}
