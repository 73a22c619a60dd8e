import type { Item } from './item-reads.ts';
import type { RegistryTable } from './table.ts';

/** The true label of a prediction. */
export interface Feedback {
  readonly model: string;
  readonly prediction_id: string;
  /** Any class, also one that the version does not know. */
  readonly label: string;
  /** Who sent the label. */
  readonly actor: string;
  /** ISO 8601, UTC. */
  readonly recorded_at: string;
}

/** The first label of a prediction stays: `known` when the new label is equal, `conflict` when it differs. */
export interface FeedbackOutcome {
  readonly kind: 'recorded' | 'known' | 'conflict';
  /** The label that stays. */
  readonly feedback: Feedback;
}

/**
 * The partition of labels: one for each model and day of the prediction. A period can be read without other
 * labels, and a day has no more labels than predictions.
 *
 * @param day of the prediction, UTC: `2026-11-24`
 */
const partitionOf = (model: string, day: string) => `FEEDBACK#${model}#${day}`;

/**
 * Stores a label unless the prediction has one. There is one item for each prediction.
 *
 * @param expiresAtMs when the label is of no use any more, in milliseconds since the epoch: DynamoDB deletes
 *   it within days after that
 */
export async function putFeedback(
  table: RegistryTable,
  day: string,
  feedback: Feedback,
  expiresAtMs: number,
): Promise<FeedbackOutcome> {
  const { model, prediction_id, label } = feedback;
  const outcome = await table.putIfAbsent({
    pk: partitionOf(model, day),
    sk: prediction_id,
    ...feedback,
    // DynamoDB takes whole seconds.
    ttl: Math.ceil(expiresAtMs / 1000),
  });
  if (outcome.kind === 'written') return { kind: 'recorded', feedback };
  const present = feedbackOf(outcome.item);
  return { kind: present.label === label ? 'known' : 'conflict', feedback: present };
}

/** The item without the attributes that only the table needs. */
function feedbackOf({ model, prediction_id, label, actor, recorded_at }: Item): Feedback {
  return {
    model: String(model),
    prediction_id: String(prediction_id),
    label: String(label),
    actor: String(actor),
    recorded_at: String(recorded_at),
  };
}

/**
 * The labels of all predictions of a day, by prediction id, without expired ones: DynamoDB deletes late, and
 * the laptop's table does not.
 *
 * @param nowMs milliseconds since the epoch
 */
export async function feedbackOfDay(
  table: RegistryTable,
  model: string,
  day: string,
  nowMs: number,
): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for await (const { sk, label, ttl } of table.list(partitionOf(model, day), '')) {
    // A release before this one stored no time.
    if (typeof ttl !== 'number' || ttl * 1000 > nowMs) labels.set(sk, String(label));
  }
  return labels;
}
