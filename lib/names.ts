import { RefusedFileError } from './errors.ts';

/** The model of files at the root of the raw bucket, and of `POST /predict`. */
export const DEFAULT_MODEL = 'default';

/** A refused key that belongs to no model is recorded under this name, which no model can have. */
export const NO_MODEL = '_invalid';

/** Restricts model names, because S3 keys, DynamoDB keys, paths and metric dimensions contain them. */
const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Whether a text can be a model's name. If not, no look-up is needed. */
export const isModelName = (text: string) => MODEL_NAME.test(text);

/** What a key in the raw bucket means. */
export type RawKey = { readonly kind: 'csv' | 'contract'; readonly model: string };

/**
 * Reads a decoded key of the raw bucket: `<file>.csv`, `<model>/<file>.csv`, `schema.json` or
 * `<model>/schema.json`.
 *
 * @throws RefusedFileError `key` for any other key, saying which part is wrong and what is expected
 */
export function parseRawKey(key: string): RawKey {
  const parts = key.split('/');
  const file = parts.at(-1) ?? '';
  if (parts.length > 2) throw refused(key, 'it is deeper than one folder');
  const model = parts.length === 2 ? (parts[0] ?? '') : DEFAULT_MODEL;
  if (!isModelName(model)) throw refused(key, `"${model}" is not a model name (1 to 63 of a-z, 0-9 and -)`);
  if (file === 'schema.json') return { kind: 'contract', model };
  if (!/^.+\.csv$/isu.test(file)) throw refused(key, 'its name does not end in .csv');
  return { kind: 'csv', model };
}

function refused(key: string, fault: string): RefusedFileError {
  return new RefusedFileError(
    'key',
    `${JSON.stringify(key)}: ${fault}; put it at <file>.csv or <model>/<file>.csv`,
  );
}
