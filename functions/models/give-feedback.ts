import { readPredictionId } from '../../lib/drift/prediction-id.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { FeedbackAnswer, FeedbackState } from '../../lib/http/schemas/feedback.ts';
import { type Feedback, putFeedback } from '../../lib/registry/feedback.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { requireModel } from './path.ts';

/** The maximum clock difference between two functions, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** A true label, and who gives it. */
export type FeedbackRequest = Omit<Feedback, 'recorded_at'>;

/** How the function takes labels. */
interface FeedbackDependencies extends Pick<ModelsDependencies, 'table' | 'now'> {
  /** A label comes at most this many days after its prediction, and is kept until then. */
  readonly feedbackDays: number;
}

/**
 * Records the true label of a prediction, unless it has one. This does not check that the prediction exists:
 * a label may arrive before the monitor has collected the prediction's log line, and must not be lost then. A
 * label whose prediction never appears counts as unmatched, affects no other figure, and expires.
 *
 * @throws HttpError 404 for an unknown model, `prediction_not_logged`, `prediction_too_old` and
 * `unknown_prediction`; 409 `label_conflict` with the first label
 */
export async function giveFeedback(
  request: FeedbackRequest,
  { table, now, feedbackDays }: FeedbackDependencies,
): Promise<FeedbackAnswer> {
  const { model, prediction_id } = request;
  const nowMs = now();
  const madeMs = timeOf(prediction_id, nowMs, feedbackDays);
  await requireModel(table, model);
  const recorded = { ...request, recorded_at: new Date(nowMs).toISOString() };
  const expiresAtMs = madeMs + feedbackDays * DAY_MS;
  const { kind, feedback } = await putFeedback(table, dayOf(madeMs), recorded, expiresAtMs);
  const state = { model, prediction_id, label: feedback.label, recorded_at: feedback.recorded_at };
  if (kind === 'conflict') throw conflict(state, request.label);
  return { ...state, changed: kind === 'recorded' };
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/**
 * The time of a prediction, in milliseconds since the epoch.
 *
 * @throws HttpError 404 for an id that matches no record, or none that still counts
 */
function timeOf(id: string, nowMs: number, feedbackDays: number): number {
  // The schema has checked the id against the same pattern.
  const { timeMs, isLogged } = readPredictionId(id)!;
  if (!isLogged) {
    const detail =
      'This prediction is not in the log, so nothing could be compared with its label. A share of the predictions is: PREDICTION_LOG_SAMPLE_RATE.';
    throw new HttpError(404, 'prediction_not_logged', detail);
  }
  if (timeMs > nowMs + CLOCK_SKEW_MS)
    throw new HttpError(
      404,
      'unknown_prediction',
      'There is no such prediction: its id is of a time to come.',
    );
  if (nowMs - timeMs >= feedbackDays * DAY_MS) {
    const detail = `A label is taken for ${feedbackDays} days after its prediction (FEEDBACK_DAYS), and this one is from ${dayOf(timeMs)}.`;
    throw new HttpError(404, 'prediction_too_old', detail);
  }
  return timeMs;
}

function conflict(current: FeedbackState, label: string): HttpError {
  const detail = `The label of this prediction is "${current.label}" since ${current.recorded_at}, and the first one stands; got "${label}".`;
  return new HttpError(409, 'label_conflict', detail, { members: { current } });
}
