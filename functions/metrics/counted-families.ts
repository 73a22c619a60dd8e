import { REFUSAL_CODES, REJECTION_CODES } from '../../lib/dataset/csv/codes.ts';
import { FUNCTION_NAMES } from '../../lib/functions.ts';
import {
  CLASS_CODES,
  GATE_OUTCOMES,
  LATENCY_BUCKETS_MS,
  PREDICTION_ROUTES,
  ROUTES,
  STATUS_CLASSES,
  TRAINING_OUTCOMES,
  TRAINING_PHASES,
} from '../../lib/telemetry/metric-names.ts';
import { lambdaSeries, ownSeries } from '../../lib/telemetry/metric-series.ts';
import { counters, type FamilyPlan, type FamilyTitle, histograms, summaries } from './family-plan.ts';

const MS_PER_SECOND = 1000;

/**
 * All counted families, since 1 January UTC. Fixed lists and the registry determine the series, so a scrape
 * of a new system has all of them, at 0.
 *
 * @param models the registry's models
 * @param functionPrefix the prefix of deployed functions' names, before the names of FUNCTION_NAMES
 */
export function countedFamilies(models: readonly string[], functionPrefix: string): FamilyPlan[] {
  return [
    ...requestFamilies(),
    ...predictionFamilies(models),
    ...functionFamilies(functionPrefix),
    ...dataFamilies(models),
    ...trainingFamilies(),
  ];
}

function requestFamilies(): FamilyPlan[] {
  const requests = (route: string, status: string) => ownSeries('requestCount', { route, status }, 'Sum');
  const byRoute = PREDICTION_ROUTES.map((route) => ({ route }));
  return [
    counters(
      { name: 'classifier_requests_total', help: 'Requests answered, by route and status class.' },
      ROUTES.flatMap((route) =>
        STATUS_CLASSES.map((status) => ({ labels: { route, status }, series: requests(route, status) })),
      ),
    ),
    counters(
      { name: 'classifier_errors_total', help: 'Requests answered with a 5xx status, by route.' },
      ROUTES.map((route) => ({ labels: { route }, series: requests(route, '5xx') })),
    ),
    histograms(
      {
        name: 'classifier_prediction_duration_seconds',
        help: 'Time that a successful prediction request took inside the function.',
      },
      byRoute,
      (labels, statistic) => ownSeries('predictionLatency', labels, statistic),
      LATENCY_BUCKETS_MS,
      MS_PER_SECOND,
    ),
    summaries(
      { name: 'classifier_request_instances', help: 'Instances of successful prediction requests.' },
      byRoute,
      (labels, statistic) => ownSeries('batchSize', labels, statistic),
    ),
  ];
}

function predictionFamilies(models: readonly string[]): FamilyPlan[] {
  const byModel = models.map((model) => ({ model }));
  return [
    counters(
      {
        name: 'classifier_predictions_total',
        help: 'Predictions, by model and predicted class: classifier_model_class_info names the classes.',
      },
      models.flatMap((model) =>
        CLASS_CODES.map((code) => {
          const labels = { model, class: code };
          return { labels, series: ownSeries('predictions', labels, 'Sum') };
        }),
      ),
    ),
    summaries(
      { name: 'classifier_prediction_confidence', help: 'Mean confidence of prediction requests.' },
      byModel,
      (labels, statistic) => ownSeries('confidence', labels, statistic),
    ),
    perModel('novelInstances', models, {
      name: 'classifier_novel_instances_total',
      help: 'Instances that lie outside of the training data.',
    }),
    perModel('staleAnswers', models, {
      name: 'classifier_stale_answers_total',
      help: 'Answers from a version that the registry did not confirm in time.',
    }),
    counters(
      { name: 'classifier_model_lookups_total', help: 'Look-ups of a model by prediction requests.' },
      [{ labels: {}, series: ownSeries('cacheHit', {}, 'SampleCount') }],
    ),
    counters(
      {
        name: 'classifier_model_cache_hits_total',
        help: 'Look-ups that found the model loaded and known to be current.',
      },
      [{ labels: {}, series: ownSeries('cacheHit', {}, 'Sum') }],
    ),
    summaries(
      { name: 'classifier_model_load_seconds', help: 'Loading and verifying an artifact.' },
      byModel,
      (labels, statistic) => ownSeries('modelLoadTime', labels, statistic),
      MS_PER_SECOND,
    ),
  ];
}

function functionFamilies(prefix: string): FamilyPlan[] {
  return [
    lambdaCounters(prefix, 'Errors', {
      name: 'classifier_invocation_failures_total',
      help: 'Invocations that threw, died or ran out of time, by function: they gave no answer.',
    }),
    lambdaCounters(prefix, 'Throttles', {
      name: 'classifier_throttles_total',
      help: 'Calls that Lambda refused at a concurrency limit, by function: the function never saw them.',
    }),
    counters(
      {
        name: 'classifier_cold_starts_total',
        help: 'Execution environments that took their first event, by function.',
      },
      FUNCTION_NAMES.map((name) => {
        const labels = { function: name };
        return { labels, series: ownSeries('coldStarts', labels, 'Sum') };
      }),
    ),
  ];
}

/** One counter for each function, of what Lambda itself counts. */
function lambdaCounters(prefix: string, metric: string, title: FamilyTitle): FamilyPlan {
  return counters(
    title,
    FUNCTION_NAMES.map((name) => ({
      labels: { function: name },
      series: lambdaSeries(`${prefix}${name}`, metric),
    })),
  );
}

function dataFamilies(models: readonly string[]): FamilyPlan[] {
  return [
    perModel('rowsAccepted', models, {
      name: 'classifier_rows_accepted_total',
      help: 'Rows of accepted files that were taken.',
    }),
    counters(
      {
        name: 'classifier_rows_rejected_total',
        help: 'Rows of accepted files that were rejected, by reason.',
      },
      models.flatMap((model) =>
        REJECTION_CODES.map((reason) => {
          const labels = { model, reason };
          return { labels, series: ownSeries('rowsRejected', labels, 'Sum') };
        }),
      ),
    ),
    counters(
      { name: 'classifier_files_refused_total', help: 'Files refused as a whole, by code.' },
      REFUSAL_CODES.map((code) => ({
        labels: { code },
        series: ownSeries('filesRefused', { code }, 'Sum'),
      })),
    ),
  ];
}

function trainingFamilies(): FamilyPlan[] {
  return [
    summaries(
      { name: 'classifier_training_phase_seconds', help: 'What trainings spent on each of their phases.' },
      TRAINING_PHASES.map((phase) => ({ phase })),
      (labels, statistic) => ownSeries('trainingDuration', labels, statistic),
      MS_PER_SECOND,
    ),
    counters(
      { name: 'classifier_trainings_total', help: 'Trainings that ended, by what came of them.' },
      TRAINING_OUTCOMES.map((outcome) => ({
        labels: { outcome },
        series: ownSeries('trainings', { outcome }, 'Sum'),
      })),
    ),
    counters(
      { name: 'classifier_gate_outcomes_total', help: 'Verdicts of the quality gate on new versions.' },
      GATE_OUTCOMES.map((outcome) => ({
        labels: { outcome },
        series: ownSeries('gateOutcomes', { outcome }, 'Sum'),
      })),
    ),
  ];
}

function perModel(
  key: 'novelInstances' | 'staleAnswers' | 'rowsAccepted',
  models: readonly string[],
  title: { readonly name: string; readonly help: string },
): FamilyPlan {
  return counters(
    title,
    models.map((model) => ({ labels: { model }, series: ownSeries(key, { model }, 'Sum') })),
  );
}
