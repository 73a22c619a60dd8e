import type { ExplainingNeighbour, Model, PredictionObserver } from '../../lib/classifier/model.ts';
import { REQUESTS } from '../../lib/columns/kinds.ts';
import type { ExplainedPrediction } from '../../lib/http/schemas/predict-api.ts';
import type { ReadRow } from './read-instances.ts';
import type { RowRemarks } from './row-remarks.ts';
import { answerTooLarge, MAX_ANSWER_BYTES } from './sized-answer.ts';

/**
 * Adds up the minimum size of explanations, so that a too large answer fails before it is turned into text.
 * With long texts and many neighbours, the text could need more memory than there is.
 */
export class AnswerSize {
  #minBytes = 0;

  /** @throws HttpError 400 `answer_size` when the sum is larger than an answer can be */
  add(minBytes: number): void {
    this.#minBytes += minBytes;
    if (this.#minBytes > MAX_ANSWER_BYTES) throw answerTooLarge();
  }
}

/** Returns a prediction with its reasons, in the form of the answer. */
export function explain(
  { values, remarks }: ReadRow,
  model: Model,
  size: AnswerSize,
  observer?: PredictionObserver,
): ExplainedPrediction {
  const explanation = model.explain(values, observer);
  const { prediction, confidence, voteShare, probabilities, neighbours, novelty } = explanation;
  for (const { label } of probabilities) size.add(label.length + PROBABILITY_BYTES);
  addRemarks(remarks, size);
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
    unseen: {
      categories: remarks.categories.map(({ feature, value }) => ({ feature, value: shortened(value) })),
      gaps: [...remarks.gaps],
    },
    ignored: [...remarks.ignored],
  };
}

/** `{"label":"","probability":0},` */
const PROBABILITY_BYTES = 29;
/** `"":0,` */
const VALUE_BYTES = 5;

/** `{"feature":"","value":""},` */
const CATEGORY_BYTES = 26;
/** `"",` */
const NAME_BYTES = 3;
/** An unknown category may be as long as the request, so the answer shows only its beginning. */
const SHOWN_TEXT = 128;

const shortened = (text: string) =>
  text.length <= SHOWN_TEXT ? text : `${text.slice(0, SHOWN_TEXT).toWellFormed()}…`;

function addRemarks({ categories, gaps, ignored }: RowRemarks, size: AnswerSize): void {
  for (const { feature, value } of categories)
    size.add(feature.length + Math.min(value.length, SHOWN_TEXT) + CATEGORY_BYTES);
  for (const name of [...gaps, ...ignored]) size.add(name.length + NAME_BYTES);
}

function neighbourByName(
  { label, distance, values }: ExplainingNeighbour,
  { features }: Model,
  size: AnswerSize,
) {
  features.forEach(({ name }, i) => {
    const value = values[i]!;
    size.add(name.length + VALUE_BYTES + (typeof value === 'string' ? value.length : 0));
  });
  // `Object.fromEntries` makes a feature called `__proto__` an ordinary member.
  return {
    label,
    distance,
    values: Object.fromEntries(features.map(({ name }, i) => [name, values[i]!])),
    ...writtenByName(values, features, size),
  };
}

/** The numbers whose notation in the file differs, as the file wrote them. Empty when there are none. */
function writtenByName(
  values: ExplainingNeighbour['values'],
  features: Model['features'],
  size: AnswerSize,
): { written?: Record<string, string> } {
  const texts: [name: string, text: string][] = [];
  features.forEach((feature, i) => {
    const value = values[i];
    const text = value == null ? undefined : REQUESTS[feature.type].written?.(value, feature);
    if (text === undefined) return;
    size.add(feature.name.length + text.length + VALUE_BYTES);
    texts.push([feature.name, text]);
  });
  return texts.length === 0 ? {} : { written: Object.fromEntries(texts) };
}
