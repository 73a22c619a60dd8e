import { Bars } from '../parts/bars.tsx';
import { percent, short } from '../words.ts';
import type { Answer } from './ask.ts';
import { confidenceWords } from './confidence-words.ts';
import { Feedback } from './feedback.tsx';
import { Neighbours } from './neighbours.tsx';

/** An answer: the class, how sure it is and why, and what was unusual about the question. */
export function AnswerView({
  answer,
  model,
  classes,
}: {
  answer: Answer;
  model: string;
  classes: readonly string[];
}) {
  const { prediction, confidence, probabilities, model_version } = answer.prediction;
  const bars = probabilities
    .toSorted((a, b) => b.probability - a.probability)
    .map(({ label, probability }) => ({
      label,
      share: probability,
      text: percent(probability),
      isStrong: label === prediction,
    }));
  return (
    <>
      <div role="status" class="answer">
        <p class="prediction literal">
          <bdi>{prediction}</bdi>
        </p>
        <p>
          <strong>{percent(confidence)}</strong> <span class="soft">confidence</span>
        </p>
        <p>{confidenceWords(confidence)}</p>
      </div>
      <Remarks answer={answer} />
      <Bars bars={bars} name="Probability of each class" />
      <p class="soft small">Answered by {model_version}</p>
      <Neighbours answer={answer} />
      {answer.id !== null && (
        <section aria-label="Feedback">
          <h2>Was it right?</h2>
          <Feedback key={answer.id} model={model} id={answer.id} prediction={prediction} classes={classes} />
        </section>
      )}
    </>
  );
}

/** What was unusual about the question, as plain warnings. */
function Remarks({ answer }: { answer: Answer }) {
  const { novelty, unseen } = answer.prediction;
  const remarks = [
    ...(novelty.is_novel
      ? [
          `Nothing in the training data is like this row: its neighbours are ${short(novelty.distance)} away, and for 99 of 100 training rows that is at most ${short(novelty.threshold)}.`,
        ]
      : []),
    ...unseen.categories.map(
      ({ feature, value }) =>
        `${feature}: training did not see “${value}”, so it is equally far from all others.`,
    ),
    ...unseen.gaps.map((feature) => `${feature}: every row of the data had a value here; you left a gap.`),
    ...(answer.isStale ? ['The registry did not confirm in time that this version is the champion.'] : []),
  ];
  if (remarks.length === 0) return null;
  return (
    <ul class="notice warn" aria-label="Unusual about this row">
      {remarks.map((remark) => (
        <li key={remark} class="literal">
          {remark}
        </li>
      ))}
    </ul>
  );
}
