import { useRef } from 'preact/hooks';
import { send } from '../api/client.ts';
import type { ApiFault } from '../api/fault.ts';
import { useResource } from '../api/use-resource.ts';
import { parseSamples, type Sample, samplesOf, total } from './prometheus-text.ts';

/** One read of /metrics. */
export interface Reading {
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

const REFRESH_MS = 15_000;
/** A rate over a few minutes is steady, and still of now. */
const KEPT_READINGS = 20;

/**
 * The last readings of /metrics, oldest first; undefined until there is one, and where the token does not
 * allow it.
 */
export function useMetrics(): readonly Reading[] | undefined {
  return useMetricsResource().readings;
}

export function useMetricsResource(): {
  readings: readonly Reading[] | undefined;
  fault: ApiFault | undefined;
  reload(): void;
} {
  const kept = useRef<Reading[]>([]);
  const { data, fault, reload } = useResource(
    'metrics',
    async (signal) => {
      const answer = await send('metrics', { accept: 'text/plain', signal });
      const reading = { atMs: Date.now(), samples: parseSamples(await answer.text()) };
      kept.current = [...kept.current, reading].slice(-KEPT_READINGS);
      return kept.current;
    },
    REFRESH_MS,
  );
  return { readings: data, fault, reload };
}

/** What the metrics say of one model. */
export function modelMetrics(readings: readonly Reading[], model: string) {
  const now = readings.at(-1)!;
  const [drifted] = samplesOf(now.samples, 'classifier_model_drifted_features', { model });
  const [accuracy] = samplesOf(now.samples, 'classifier_model_live_accuracy', { model });
  return {
    predictions: total(now.samples, 'classifier_predictions_total', { model }),
    perMinute: perMinute(readings, 'classifier_predictions_total', { model }),
    driftedFeatures: drifted?.value,
    liveAccuracy: accuracy?.value,
  };
}

/** The growth of a counter over the readings, a minute; undefined while there is one reading only. */
export function perMinute(
  readings: readonly Reading[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const [first] = readings;
  const last = readings.at(-1)!;
  if (!first || first === last) return undefined;
  const growth = total(last.samples, name, labels) - total(first.samples, name, labels);
  return Math.max(0, growth) / ((last.atMs - first.atMs) / 60_000);
}
