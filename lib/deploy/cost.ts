import { fileURLToPath } from 'node:url';
import { FUNCTIONS } from '../functions.ts';
import { PRICES, type Price } from './prices.ts';

/** One thing that is paid for: so many units at a price. */
export interface CostLine {
  readonly what: string;
  readonly units: number;
  readonly price: Price;
}

const line = (what: string, units: number, price: Price): CostLine => ({ what, units, price });

/** US dollars of all lines together. */
export const totalUsd = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { units, price }) => sum + units * price.usd, 0);

const HOURS_PER_MONTH = 730;
const gigabyteSeconds = (memoryMb: number, seconds: number) => (memoryMb / 1024) * seconds;
const { authorize, ingest, monitor, predict, train } = FUNCTIONS;

/** A month in which nobody asks for anything, without what is stored. Counts are of what Terraform created. */
export function idleMonth(counts: {
  readonly alarms: number;
  readonly dashboards: number;
  /** Functions that run as often as monitor, for a second, with its memory at most, and log a kilobyte. */
  readonly schedules: number;
}): CostLine[] {
  const runs = counts.schedules * HOURS_PER_MONTH * (60 / monitor.trigger.deployedMinutes);
  // Each run is a cold start, and housekeeping tells the age of pending uploads.
  const metrics = counts.schedules === 0 ? 0 : counts.schedules + 1;
  return [
    line('alarms (10 free in an account)', counts.alarms, PRICES.alarmMonth),
    line('dashboard (3 free in an account)', counts.dashboards, PRICES.dashboardMonth),
    line('scheduled runs', runs, PRICES.scheduledCall),
    line('their calls', runs, PRICES.functionCall),
    line('their time', gigabyteSeconds(monitor.memoryMb, runs), PRICES.functionGigabyteSecond),
    line('their log', (runs * 1000) / 1e9, PRICES.logGigabyte),
    line('their metrics (10 free in an account)', metrics, PRICES.metricMonth),
  ];
}

/** What a gigabyte costs in a month, by where it lies. */
export const storedGigabyteMonth = (): CostLine[] => [
  line('in a bucket', 1, PRICES.objectGigabyteMonth),
  line('in the table (25 free in an account)', 1, PRICES.tableGigabyteMonth),
  line('of the table, to recover it', 1, PRICES.recoveryGigabyteMonth),
  line('of log', 1, PRICES.logGigabyteMonth),
];

/**
 * Bytes of a prediction's log: the metrics, as `npm run bench -- emission` measures them; of each tenth request the prediction, without
 * features; Lambda's own START, END and REPORT; the API's access log.
 */
const LOG_BYTES = { metrics: 976, prediction: 200 / 10, lambda: 350, access: 320 };
/** Of one model with three classes: four, and one for each class, route and status. */
const METRICS_OF_PREDICTIONS = 9;

/**
 * A million predictions, each a request of its own, asked at an even rate by one token and answered by one warm function.
 *
 * @param asked how often, and how long one answer takes as it is billed
 */
export function millionPredictions(asked: {
  readonly perSecond: number;
  readonly billedMs: number;
}): CostLine[] {
  const { perSecond, billedMs } = asked;
  const requests = 1e6;
  const seconds = requests / perSecond;
  // A token is looked up every 60 s, the newest decision every 30; each is one read of up to 4 KB.
  const authorizations = seconds / 60;
  const championReads = seconds / 30;
  // X-Ray takes one a second, and a twentieth of the rest.
  const traces = seconds + (requests - seconds) / 20;
  const logBytes = Object.values(LOG_BYTES).reduce((sum, bytes) => sum + bytes, 0);
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
    line(`log, ${logBytes} bytes each`, (requests * logBytes) / 1e9, PRICES.logGigabyte),
    line(`metrics, ${METRICS_OF_PREDICTIONS} while requests come`, metricMonths, PRICES.metricMonth),
    line('traces', traces, PRICES.trace),
  ];
}

/** What a gigabyte of CSV becomes, and how long it takes, from what tests/bench/README.md says. */
const OF_A_GIGABYTE = {
  /** Twice what the benchmark takes for half of 2 GB on two processors: a function of this memory has one. */
  ingestSeconds: 2 * 9,
  /** As long as it may run: what it takes depends on rows and columns. */
  trainSeconds: train.timeoutSeconds,
  /** Of the table of `npm run bench -- ingest`. */
  parquetGigabytes: 0.8,
  /** Of ten columns of numbers: 8 bytes each, held twice. */
  artifactGigabytes: 2.4,
  partMegabytes: 8,
};

/** One gigabyte of CSV, put, ingested and trained from, at most; and what it leaves lying. */
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

/** Lines as text in columns, with their sum where they are parts of one thing. */
export function costTable(title: string, lines: readonly CostLine[], isSum = true): string {
  const columns = (what: string, usd: number) => `  ${what.padEnd(44)} ${usd.toFixed(4).padStart(9)}`;
  const rows = lines.map(({ what, units, price }) => {
    const formula = `${Number(units.toPrecision(4))} x ${Number(price.usd.toPrecision(6))} per ${price.unit}`;
    return `${columns(what, units * price.usd)}  ${formula}`;
  });
  const sum = isSum ? [columns('together', totalUsd(lines))] : [];
  return [title, ...rows, ...sum, ''].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const predictions = [1, 100].map((perSecond) => {
    const title = `A million predictions, ${perSecond} a second`;
    return costTable(title, millionPredictions({ perSecond, billedMs: 10 }));
  });
  process.stdout.write(
    [
      'US dollars, us-east-1, without the free tier; prices as published, see lib/deploy/prices.ts\n',
      ...predictions,
      costTable('A gigabyte of CSV', gigabyteIngested()),
      costTable('A gigabyte kept for a month', storedGigabyteMonth(), false),
    ].join('\n'),
  );
}
