import { feedbackOfDay } from '../../lib/registry/feedback.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { HOUR_MS, type PredictionFiles } from './prediction-files.ts';

const DAY_MS = 24 * HOUR_MS;

/** The accuracy of a version on the predictions whose true label is known. */
export interface VersionAccuracy {
  readonly version: number;
  readonly labelled: number;
  readonly correct: number;
  readonly accuracy: number;
}

/** `<model>/accuracy/latest.json` */
export interface AccuracyReport {
  readonly model: string;
  /** The first and the last day of the predictions, UTC, both included. */
  readonly from: string;
  readonly to: string;
  /** Newest first. */
  readonly versions: readonly VersionAccuracy[];
  /** The number of labels whose prediction is not in the bucket: not gathered yet, or never made. */
  readonly unmatched: number;
}

/**
 * Joins the labels of a model's recent predictions with the predictions.
 *
 * @returns undefined when there are no labels
 */
export async function liveAccuracy(
  model: string,
  files: PredictionFiles,
  { table, rules, now }: Pick<MonitorDependencies, 'table' | 'rules' | 'now'>,
): Promise<AccuracyReport | undefined> {
  const nowMs = now();
  const lastMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const firstMs = lastMs - (rules.accuracyDays - 1) * DAY_MS;
  const tally = new Map<number, { labelled: number; correct: number }>();
  let [given, matched] = [0, 0];
  for (let dayMs = firstMs; dayMs <= lastMs; dayMs += DAY_MS) {
    const labels = await feedbackOfDay(table, model, dayOf(dayMs), nowMs);
    given += labels.size;
    if (labels.size > 0) matched += await joinDay(model, dayMs, labels, files, tally);
  }
  if (given === 0) return undefined;
  return {
    model,
    from: dayOf(firstMs),
    to: dayOf(lastMs),
    versions: [...tally]
      .sort(([a], [b]) => b - a)
      .map(([version, { labelled, correct }]) => ({
        version,
        labelled,
        correct,
        accuracy: correct / labelled,
      })),
    unmatched: given - matched,
  };
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** @returns the number of labels whose prediction was found */
async function joinDay(
  model: string,
  dayMs: number,
  labels: ReadonlyMap<string, string>,
  files: PredictionFiles,
  tally: Map<number, { labelled: number; correct: number }>,
): Promise<number> {
  let matched = 0;
  for (const hourMs of await files.hoursOf(model, dayMs)) {
    for (const { prediction_id, version, prediction } of await files.read(model, hourMs)) {
      const label = labels.get(prediction_id);
      if (label === undefined) continue;
      const counts = tally.get(version) ?? { labelled: 0, correct: 0 };
      tally.set(version, counts);
      matched += 1;
      counts.labelled += 1;
      counts.correct += Number(label === prediction);
    }
  }
  return matched;
}
