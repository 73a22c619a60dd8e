import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { newestDecision } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getVersion } from '../../lib/registry/versions.ts';
import {
  LATENCY_BUCKETS_MS,
  PREDICTION_ROUTES,
  ROUTES,
  STATUS_CLASSES,
} from '../../lib/telemetry/metric-names.ts';
import { type MetricFamily, renderExposition, type Sample } from '../../lib/telemetry/prometheus.ts';
import { readYearlyTotals, type TotalQuery } from '../../lib/telemetry/yearly-totals.ts';

export interface ExposeDependencies {
  readonly cloudWatch: CloudWatchClient;
  readonly table: RegistryTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A series to ask CloudWatch for, and where its total goes. */
interface Wanted {
  readonly query: TotalQuery;
  readonly use: (total: number) => void;
}

/** The Prometheus exposition: totals over all instances since 1 January UTC, and the champions as gauges. */
export async function expose({ cloudWatch, table, now }: ExposeDependencies): Promise<string> {
  const wanted: Wanted[] = [];
  const requests = requestFamily(wanted);
  const errors = errorFamily(wanted);
  const latency = latencyFamily(wanted);
  const [totals, champions] = await Promise.all([
    readYearlyTotals(
      cloudWatch,
      wanted.map(({ query }) => query),
      now(),
    ),
    championFamilies(table),
  ]);
  wanted.forEach(({ use }, i) => {
    use(totals[i]!);
  });
  return renderExposition([requests(), errors(), latency(), ...champions]);
}

function requestFamily(wanted: Wanted[]): () => MetricFamily {
  const samples: Sample[] = [];
  for (const route of ROUTES) {
    for (const status of STATUS_CLASSES) {
      const labels = { route, status };
      wanted.push({
        query: { metric: 'requestCount', dimensions: labels, statistic: 'Sum' },
        use: (value) => samples.push({ labels, value }),
      });
    }
  }
  const help = 'Requests answered since 1 January UTC, by route and status class.';
  return () => ({ name: 'classifier_requests_total', type: 'counter', help, samples });
}

function errorFamily(wanted: Wanted[]): () => MetricFamily {
  const samples: Sample[] = [];
  for (const route of ROUTES) {
    wanted.push({
      query: { metric: 'errorCount', dimensions: { route }, statistic: 'Sum' },
      use: (value) => samples.push({ labels: { route }, value }),
    });
  }
  const help = 'Requests answered with a 5xx status since 1 January UTC, by route.';
  return () => ({ name: 'classifier_errors_total', type: 'counter', help, samples });
}

interface Histogram {
  readonly buckets: number[];
  sum: number;
  count: number;
}

function latencyFamily(wanted: Wanted[]): () => MetricFamily {
  const histograms = PREDICTION_ROUTES.map((route) => {
    const histogram: Histogram = { buckets: [], sum: 0, count: 0 };
    const series = { metric: 'predictionLatency', dimensions: { route } } as const;
    LATENCY_BUCKETS_MS.forEach((bound, i) => {
      const use = (total: number) => {
        histogram.buckets[i] = total;
      };
      wanted.push({ query: { ...series, statistic: `TC(:${bound})` }, use });
    });
    const useSum = (total: number) => {
      histogram.sum = total;
    };
    const useCount = (total: number) => {
      histogram.count = total;
    };
    wanted.push({ query: { ...series, statistic: 'Sum' }, use: useSum });
    wanted.push({ query: { ...series, statistic: 'SampleCount' }, use: useCount });
    return { route, histogram };
  });
  return () => ({
    name: 'classifier_prediction_duration_seconds',
    type: 'histogram',
    help: 'Time that a successful prediction request took inside the function, since 1 January UTC.',
    samples: histograms.flatMap(({ route, histogram }) => histogramSamples(route, histogram)),
  });
}

/** CloudWatch rounds large value sets, so the buckets are forced to be cumulative, and the last is the sample count. */
function histogramSamples(route: string, { buckets, sum, count }: Histogram): Sample[] {
  let reached = 0;
  const bounded = buckets.map((total, i) => {
    reached = Math.min(count, Math.max(reached, total));
    return {
      suffix: '_bucket',
      labels: { route, le: String(LATENCY_BUCKETS_MS[i]! / 1000) },
      value: reached,
    };
  });
  return [
    ...bounded,
    { suffix: '_bucket', labels: { route, le: '+Inf' }, value: count },
    { suffix: '_sum', labels: { route }, value: sum / 1000 },
    { suffix: '_count', labels: { route }, value: count },
  ];
}

async function championFamilies(table: RegistryTable): Promise<MetricFamily[]> {
  const info: Sample[] = [];
  const quality: Sample[] = [];
  for await (const { sk: model } of table.list('MODELS', '')) {
    const version = (await newestDecision(table, model))?.champion;
    const entry = version == null ? undefined : await getVersion(table, model, version);
    if (!entry) continue;
    info.push({ labels: { model, version: `v${entry.version}` }, value: 1 });
    if (entry.metrics.macro_f1 !== undefined)
      quality.push({ labels: { model }, value: entry.metrics.macro_f1 });
  }
  return [
    {
      name: 'classifier_model_info',
      type: 'gauge',
      help: 'The champion of each model; always 1.',
      samples: info,
    },
    {
      name: 'classifier_model_macro_f1',
      type: 'gauge',
      help: "The champion's macro-F1 on the rows held out of its training.",
      samples: quality,
    },
  ];
}
