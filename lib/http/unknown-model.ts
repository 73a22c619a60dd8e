import { DEFAULT_MODEL, isModelName, MODEL_NAME_RULE } from '../names.ts';
import { shown } from '../text-safety.ts';
import { HttpError } from './problem.ts';

/** What became of an upload, as the ledger has it. */
interface Upload {
  readonly key: string;
  readonly status: string;
  readonly detail?: string | undefined;
}

/**
 * 404 for a model that is not there: no model can be called so, or nobody made it.
 *
 * @param newest the newest upload that was to make it, where one is known: nobody else tells why it did not
 * @param refusal why its newest upload was refused, in words, where it was
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
