import { DEFAULT_MODEL, isModelName, MODEL_NAME_RULE } from '../names.ts';
import { shown } from '../text-safety.ts';
import { HttpError } from './problem.ts';

/** An upload's outcome in the ledger. */
interface Upload {
  readonly key: string;
  readonly status: string;
  readonly detail?: string | undefined;
}

/**
 * The 404 for a model that does not exist. It says whether the name is invalid or the model was never
 * trained.
 *
 * @param newest the newest upload for this model, if any: it explains why there is no model yet
 * @param refusal why the newest upload was refused, if it was
 */
export function unknownModel(name: string, newest?: Upload, refusal?: string): HttpError {
  return new HttpError(404, 'unknown_model', `There is no model ${explained(name, newest, refusal)}`);
}

function explained(name: string, newest: Upload | undefined, refusal: string | undefined): string {
  if (!isModelName(name)) return `${shown(name)}: names are ${MODEL_NAME_RULE}.`;
  if (refusal !== undefined) return `"${name}" yet: ${refusal}. GET /models/${name}/uploads lists all.`;
  if (newest) {
    const said = newest.detail === undefined ? '' : ` (${newest.detail})`;
    return `"${name}" yet. Its newest upload, ${shown(newest.key)}, is ${newest.status}${said}. GET /models/${name}/uploads lists all.`;
  }
  const folder = name === DEFAULT_MODEL ? '' : ` below ${name}/`;
  return `"${name}". Upload a CSV to make it: <file>.csv${folder} in the raw bucket.`;
}
