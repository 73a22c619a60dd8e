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

/** Stores a label unless the prediction has one. */
export async function putFeedback(
  table: RegistryTable,
  day: string,
  feedback: Feedback,
): Promise<FeedbackOutcome> {
  const { model, prediction_id, label } = feedback;
  const outcome = await table.putIfAbsent({ pk: partitionOf(model, day), sk: prediction_id, ...feedback });
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

/** The labels of all predictions of a day, by prediction id. */
export async function feedbackOfDay(
  table: RegistryTable,
  model: string,
  day: string,
): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for await (const item of table.list(partitionOf(model, day), '')) labels.set(item.sk, String(item.label));
  return labels;
}
