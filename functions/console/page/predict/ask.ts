import type { ExplainedPrediction } from '../../../../lib/http/schemas/predict-api.ts';
import { modelPath, send } from '../api/client.ts';
import { type Feature, instanceOf, type Row } from './form-values.ts';

export type Explained = ExplainedPrediction & { readonly model_version: string };

/** An answer with what its headers say. */
export interface Answer {
  readonly prediction: Explained;
  /** For feedback; ends in `-unlogged` where the prediction is not in the log. */
  readonly id: string | null;
  readonly isStale: boolean;
  /** What was asked. */
  readonly row: Row;
}

export const predictPath = (model: string, query: string) => modelPath(model, `/predict${query}`);

/** Asks for one prediction with its reasons. @param version of the model, its champion when null */
export async function ask(
  model: string,
  version: string | null,
  row: Row,
  features: readonly Feature[],
): Promise<Answer> {
  const query = `?explain=true${version === null ? '' : `&version=${encodeURIComponent(version)}`}`;
  const answer = await send(predictPath(model, query), {
    method: 'POST',
    body: JSON.stringify({ features: instanceOf(row, features) }),
  });
  return {
    prediction: (await answer.json()) as Explained,
    id: answer.headers.get('x-prediction-id'),
    isStale: answer.headers.get('x-model-stale') === 'true',
    row,
  };
}
