import { HttpError } from './problem.ts';
import { unknownModel } from './unknown-model.ts';

/**
 * The error of a model without a champion as callers see it who may not read it: without the reason of a
 * refused upload, which quotes its rows. Other errors stay as they are.
 */
export function withoutReason(error: unknown, model: string): unknown {
  if (!(error instanceof HttpError)) return error;
  if (error.code === 'unknown_model') return unknownModel(model);
  if (error.code !== 'no_champion') return error;
  const message = `The model "${model}" has no champion. GET /models/${model}, with a token of the scope "read", says why.`;
  return new HttpError(error.status, error.code, message, { headers: error.headers });
}
