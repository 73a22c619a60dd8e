import { Fragment } from 'preact';
import { hashOf } from '../location.ts';
import { Bars } from '../parts/bars.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import { Figures } from '../parts/figures.tsx';
import { Table } from '../parts/table.tsx';
import { duration, percent, plural, short, whole } from '../words.ts';
import { Costs } from './costs.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { Drift } from './drift.tsx';
import { LastEvents } from './last-events.tsx';
import { histogramQuantile, type Sample, samplesOf, total } from './prometheus-text.ts';
import { modelMetrics, perMinute, type Reading, useMetricsResource } from './use-metrics.ts';

/**
 * What the system does: requests, faults, how fast it is, what its models are asked, what failed and what it
 * costs.
 *
 * @param model the one whose drift is shown; null for the first
 */
export function Operation({ model }: { model: string | null }) {
  const { readings, fault, reload } = useMetricsResource();
  return (
    <>
      <h1>Operation</h1>
      {fault && readings === undefined && <Fault fault={fault} onRetry={reload} />}
      {readings === undefined && !fault && <Loading what="the metrics" lines={8} />}
      {readings !== undefined && <Report readings={readings} />}
      {fault?.kind !== 'unauthorized' && (
        <>
          <DeadLetters />
          {(readings !== undefined || fault) && <Drift model={model} drifting={driftingOf(readings)} />}
          <Costs />
          <LastEvents />
        </>
      )}
    </>
  );
}

const driftingOf = (readings: readonly Reading[] = []) =>
  samplesOf(readings.at(-1)?.samples ?? [], 'classifier_model_drifted_features')
    .filter(({ value }) => value > 0)
    .map(({ labels }) => labels.model!);

function Report({ readings }: { readings: readonly Reading[] }) {
  const { samples } = readings.at(-1)!;
  return (
    <>
      <p class="soft small">Totals since 1 January UTC over all instances, read again every 15 seconds.</p>
      <Figures figures={figuresOf(readings)} />
      <Requests samples={samples} />
      <Models readings={readings} />
      <div class="columns">
        <Counts title="Cold starts" samples={samples} name="classifier_cold_starts_total" label="function" />
        <Counts
          title="Failed invocations"
          samples={samples}
          name="classifier_invocation_failures_total"
          label="function"
        />
        <Counts
          title="Throttled calls"
          samples={samples}
          name="classifier_throttles_total"
          label="function"
        />
        <Counts
          title="Refused files, by reason"
          samples={samples}
          name="classifier_files_refused_total"
          label="code"
        />
        <Counts title="Trainings" samples={samples} name="classifier_trainings_total" label="outcome" />
      </div>
      <p class="soft small">
        All of these and more are at <a href="metrics">/metrics</a>, for Prometheus.
      </p>
    </>
  );
}

function figuresOf(readings: readonly Reading[]) {
  const { samples } = readings.at(-1)!;
  const requests = total(samples, 'classifier_requests_total');
  const errors = total(samples, 'classifier_errors_total');
  const rate = perMinute(readings, 'classifier_requests_total');
  const buckets = samplesOf(samples, 'classifier_prediction_duration_seconds_bucket');
  const quantile = (share: number) => {
    const value = histogramQuantile(buckets, share);
    return value === undefined ? 'none yet' : duration(value);
  };
  return [
    {
      name: 'Requests',
      value: whole(requests),
      note: rate === undefined ? 'the rate comes with the next reading' : `${short(rate)} a minute now`,
    },
    { name: 'Errors (5xx)', value: whole(errors), note: requests === 0 ? '' : percent(errors / requests) },
    { name: 'Prediction, median', value: quantile(0.5), note: 'inside the function' },
    { name: '95 of 100 within', value: quantile(0.95) },
    { name: '99 of 100 within', value: quantile(0.99) },
  ];
}

function Requests({ samples }: { samples: readonly Sample[] }) {
  const all = samplesOf(samples, 'classifier_requests_total');
  const routes = [...new Set(all.map(({ labels }) => labels.route!))]
    .map((route) => ({ route, count: total(all, 'classifier_requests_total', { route }) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  if (routes.length === 0) return <p>No request was counted yet.</p>;
  const by = (route: string, status: string) =>
    whole(total(all, 'classifier_requests_total', { route, status }));
  return (
    <section aria-label="Requests">
      <h2>Requests</h2>
      <Table
        caption="Requests by route"
        rows={routes}
        keyOf={({ route }) => route}
        shownRows={12}
        columns={[
          { head: 'Route', cell: ({ route }) => <Route route={route} /> },
          { head: 'All', isNumber: true, cell: ({ count }) => whole(count) },
          { head: '2xx', isNumber: true, cell: ({ route }) => by(route, '2xx') },
          { head: '4xx', isNumber: true, cell: ({ route }) => by(route, '4xx') },
          { head: '5xx', isNumber: true, cell: ({ route }) => by(route, '5xx') },
        ]}
      />
    </section>
  );
}

/** Broken after its slashes where it must be. */
const Route = ({ route }: { route: string }) => (
  <code>
    {route.split(/(?<=\/)/).map((part, at) => (
      <Fragment key={at}>
        {part}
        <wbr />
      </Fragment>
    ))}
  </code>
);

function Models({ readings }: { readings: readonly Reading[] }) {
  const { samples } = readings.at(-1)!;
  const names = [
    ...new Set(samplesOf(samples, 'classifier_predictions_total').map(({ labels }) => labels.model!)),
  ];
  if (names.length === 0) return null;
  const rows = names.map((model) => ({ model, ...modelMetrics(readings, model) }));
  return (
    <section aria-label="Models">
      <h2>Models</h2>
      <Table
        caption="Models"
        rows={rows}
        keyOf={({ model }) => model}
        shownRows={20}
        columns={[
          { head: 'Model', cell: ({ model }) => <a href={hashOf(['models', model])}>{model}</a> },
          { head: 'Predictions', isNumber: true, cell: ({ predictions }) => whole(predictions) },
          {
            head: 'Novel rows',
            isNumber: true,
            cell: ({ model }) => whole(total(samples, 'classifier_novel_instances_total', { model })),
          },
          {
            head: 'Drift',
            cell: ({ model, driftedFeatures }) =>
              driftedFeatures === undefined ? (
                'not measured'
              ) : (
                <a href={hashOf(['operation'], { model })}>
                  {driftedFeatures === 0 ? 'none' : plural(driftedFeatures, 'column')}
                </a>
              ),
          },
          {
            head: 'Live accuracy',
            isNumber: true,
            cell: ({ liveAccuracy }) => (liveAccuracy === undefined ? 'no feedback' : percent(liveAccuracy)),
          },
        ]}
      />
    </section>
  );
}

function Counts(props: { title: string; samples: readonly Sample[]; name: string; label: string }) {
  const { title, samples, name, label } = props;
  const rows = samplesOf(samples, name)
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  const top = rows[0]?.value ?? 1;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p class="soft">None</p>
      ) : (
        <Bars
          name={title}
          bars={rows.map(({ labels, value }) => ({
            label: labels[label] ?? '',
            share: value / top,
            text: whole(value),
          }))}
        />
      )}
    </section>
  );
}
