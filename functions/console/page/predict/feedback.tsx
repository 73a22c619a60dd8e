import { useId, useState } from 'preact/hooks';
import type { FeedbackAnswer } from '../../../../lib/http/schemas/feedback.ts';
import { modelPath, sendJson } from '../api/client.ts';
import { faultOf } from '../api/use-resource.ts';

/** Sends the true label of a prediction back. */
export function Feedback(props: {
  model: string;
  id: string;
  prediction: string;
  classes: readonly string[];
}) {
  const { model, id, prediction, classes } = props;
  const [label, choose] = useState(prediction);
  const [said, say] = useState<{ text: string; isBad: boolean } | null>(null);
  const field = useId();
  if (id.endsWith('-unlogged')) {
    return <p class="soft small">This prediction is not in the log, so its true label cannot be recorded.</p>;
  }
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const { changed } = await sendJson<FeedbackAnswer>('POST', modelPath(model, '/feedback'), {
        prediction_id: id,
        label,
      });
      say({ text: changed ? 'Recorded. Thank you.' : 'It was recorded before.', isBad: false });
    } catch (error) {
      say({ text: faultOf(error).message, isBad: true });
    }
  };
  return (
    <form class="feedback" onSubmit={submit}>
      <label for={field}>What it really was</label>
      <input
        id={field}
        list={`${field}-list`}
        value={label}
        autocomplete="off"
        onInput={({ currentTarget }) => choose(currentTarget.value)}
      />
      <datalist id={`${field}-list`}>
        {classes.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <button type="submit">Send the true label</button>
      <p role="status" class={`small literal ${said?.isBad ? 'bad-text' : 'soft'}`}>
        {said?.text}
      </p>
    </form>
  );
}
