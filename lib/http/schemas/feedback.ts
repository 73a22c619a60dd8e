import * as z from 'zod/mini';
import { PREDICTION_ID } from '../../drift/prediction-id.ts';
import { plainText } from '../../text-safety.ts';
import { bodyFault } from './body-fault.ts';

const ID =
  'expected what X-Prediction-Id of the prediction said; for an instance of a batch with "." and its position from 0 behind it';
const LABEL =
  'expected a label of 1 to 128 characters, none of them a control, bidirectional or zero-width character';

const predictionId = z
  .string(ID)
  .check(
    z.regex(PREDICTION_ID, ID),
    z.describe('`X-Prediction-Id` of the prediction; of an instance of a batch `<id>.<position from 0>`.'),
  );

const label = z
  .string(LABEL)
  .check(
    z.regex(plainText(128), LABEL),
    z.describe('The true class, as a text: also one that the model does not know.'),
  );

/** The body of a request that records a true label. */
export const feedbackRequest = z.strictObject(
  { prediction_id: predictionId, label },
  { error: bodyFault('{"prediction_id", "label"}') },
);

const recorded = {
  model: z.string(),
  prediction_id: z.string(),
  label: z.string(),
  recorded_at: z.string().check(z.describe('When the label came first: ISO 8601, UTC.')),
};

/** The recorded label. */
export const feedbackState = z.strictObject(recorded);

/** The answer to a true label. */
export const feedbackAnswer = z.strictObject({
  ...recorded,
  changed: z.boolean().check(z.describe('False when the same label was recorded before.')),
});

export type FeedbackAnswer = z.infer<typeof feedbackAnswer>;
export type FeedbackState = z.infer<typeof feedbackState>;
