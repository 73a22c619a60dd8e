import { HttpError } from './problem.ts';

/** The 404 for an alias that a model does not have. */
export function unknownAlias(model: string, alias: string): HttpError {
  const message = `The model "${model}" has no alias "${alias}": GET /models/${model}/aliases lists what it has, and PUT /models/${model}/aliases/${alias} gives it to a version.`;
  return new HttpError(404, 'unknown_alias', message);
}
