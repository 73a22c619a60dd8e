import type { Item } from './item-reads.ts';
import type { RegistryTable } from './table.ts';

/** What a prediction's true label turned out to be. */
export interface Feedback {
  readonly model: string;
  readonly prediction_id: string;
  /** The true label: any class, also one that the version does not know. */
  readonly label: string;
  /** Who said so. */
  readonly actor: string;
  /** ISO 8601, UTC. */
  readonly recorded_at: string;
}

/** The first label of a prediction stands: `known` when it is the one that was given, `conflict` when it is another. */
export interface FeedbackOutcome {
  readonly kind: 'recorded' | 'known' | 'conflict';
  /** What stands. */
  readonly feedback: Feedback;
}

/**
 * Where labels lie: a partition per model and day of the prediction, so that those of a time are read without the others, and no day
 * grows beyond what was predicted on it.
 *
 * @param day of the prediction, UTC: `2026-11-24`
 */
const partitionOf = (model: string, day: string) => `FEEDBACK#${model}#${day}`;

/** Puts a label unless the prediction has one. */
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

/** What the item says, without what only the table needs. */
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
