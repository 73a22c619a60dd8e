import type { ExplainingNeighbour, Model, PredictionObserver } from '../../lib/classifier/model.ts';
import type { RawValue } from '../../lib/columns/storage.ts';
import type { ExplainedPrediction } from '../../lib/http/schemas/predict-api.ts';
import { answerTooLarge, MAX_ANSWER_BYTES } from './sized-answer.ts';

/**
 * Adds up what explanations take at least, so that it is known before they are turned into text, which for long texts and many
 * neighbours would take more memory than there is.
 */
export class AnswerSize {
  #leastBytes = 0;

  /** @throws HttpError 400 `answer_size` when the sum is beyond what can be sent */
  add(leastBytes: number): void {
    this.#leastBytes += leastBytes;
    if (this.#leastBytes > MAX_ANSWER_BYTES) throw answerTooLarge();
  }
}

/** A prediction with what it rests on, in the form that is sent. */
export function explain(
  values: readonly RawValue[],
  model: Model,
  size: AnswerSize,
  observer?: PredictionObserver,
): ExplainedPrediction {
  const explanation = model.explain(values, observer);
  const { prediction, confidence, voteShare, probabilities, neighbours, novelty } = explanation;
  for (const { label } of probabilities) size.add(label.length + PROBABILITY_BYTES);
  return {
    prediction,
    confidence,
    vote_share: voteShare,
    probabilities: [...probabilities],
    neighbours: neighbours.map((neighbour) => neighbourByName(neighbour, model, size)),
    novelty: {
      distance: novelty.distance,
      threshold: novelty.threshold,
      percentile: novelty.percentile,
      is_novel: novelty.isNovel,
    },
  };
}

/** `{"label":"","probability":0},` */
const PROBABILITY_BYTES = 29;
/** `"":0,` */
const VALUE_BYTES = 5;

function neighbourByName(
  { label, distance, values }: ExplainingNeighbour,
  { features }: Model,
  size: AnswerSize,
) {
  features.forEach(({ name }, i) => {
    const value = values[i]!;
    size.add(name.length + VALUE_BYTES + (typeof value === 'string' ? value.length : 0));
  });
  // Of entries, so that a feature called `__proto__` is a member like any other.
  return { label, distance, values: Object.fromEntries(features.map(({ name }, i) => [name, values[i]!])) };
}
